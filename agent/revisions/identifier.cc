#include "agent/revisions/identifier.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/revisions/symbol.h"

namespace brant {
namespace {

// `-N` or `label@-N`: N below each head, as Alembic's `show` takes it.
absl::StatusOr<std::vector<RevisionIndex>> WalkDownFromHeads(const RevisionGraph& graph,
                                                             const Identifier& identifier) {
  std::set<RevisionIndex> found;
  Identifier heads = identifier;
  heads.symbol = "heads";
  BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> starts, ResolveSymbol(graph, heads));
  for (RevisionIndex head : starts) {
    BRANT_ASSIGN_OR_RETURN(RevisionIndex at, WalkAllSteps(graph, head, identifier, {}));
    if (at != kBase) found.insert(at);
  }
  return std::vector<RevisionIndex>(found.begin(), found.end());
}

absl::StatusOr<std::vector<RevisionIndex>> RowIndices(const RevisionGraph& graph,
                                                      absl::Span<const std::string> rows) {
  std::vector<RevisionIndex> indices;
  for (const std::string& row : rows) {
    BRANT_ASSIGN_OR_RETURN(RevisionIndex index, FindRow(graph, row));
    indices.push_back(index);
  }
  return indices;
}

// One end of a history range.
struct RangeEnd {
  std::string text;
  Identifier identifier;
  bool is_current = false;

  bool IsRelative() const {
    return !is_current && identifier.symbol.empty() && identifier.steps.has_value();
  }
};

absl::StatusOr<RangeEnd> ParseEnd(const RevisionGraph& graph, absl::string_view text) {
  RangeEnd end;
  end.text = std::string(text);
  end.is_current = text == "current";
  if (!end.is_current) {
    BRANT_ASSIGN_OR_RETURN(end.identifier, ParseIdentifier(graph, text));
  }
  return end;
}

class HistoryRange {
 public:
  HistoryRange(const RevisionGraph& graph, absl::Span<const std::string> rows)
      : graph_(graph), rows_(rows) {}

  absl::StatusOr<std::vector<RevisionIndex>> Resolve(absl::string_view range) {
    size_t colon = range.find(':');
    if (colon == absl::string_view::npos) {
      return Error(v1::ERROR_REASON_INVALID_TARGET,
                   absl::StrCat("History range requires [start]:[end], [start]:, or :[end], not '",
                                range, "'"))
          .Hint("for one revision use `brant show`");
    }
    absl::string_view lower_text = range.substr(0, colon);
    absl::string_view upper_text = range.substr(colon + 1);
    BRANT_ASSIGN_OR_RETURN(lower_, ParseEnd(graph_, lower_text.empty() ? "base" : lower_text));
    BRANT_ASSIGN_OR_RETURN(upper_, ParseEnd(graph_, upper_text.empty() ? "heads" : upper_text));
    if (lower_.IsRelative() && upper_.IsRelative()) {
      return Error(v1::ERROR_REASON_INVALID_TARGET,
                   absl::StrCat("both ends of '", range, "' are relative"))
          .Hint("name one of them");
    }
    // A relative end counts from the other one.
    std::vector<RevisionIndex> lower, upper;
    if (upper_.IsRelative()) {
      BRANT_ASSIGN_OR_RETURN(lower, ResolveEnd(lower_, {}));
      BRANT_ASSIGN_OR_RETURN(upper, ResolveEnd(upper_, lower));
    } else {
      BRANT_ASSIGN_OR_RETURN(upper, ResolveEnd(upper_, {}));
      BRANT_ASSIGN_OR_RETURN(lower, ResolveEnd(lower_, upper));
    }
    return Between(lower, upper);
  }

 private:
  absl::StatusOr<std::vector<RevisionIndex>> ResolveEnd(const RangeEnd& end,
                                                        std::vector<RevisionIndex> other) {
    if (end.is_current) return RowIndices(graph_, rows_);
    if (!end.IsRelative()) return ResolveLoosely(end.identifier);
    bool is_lower = &end == &lower_;
    if (is_lower != (*end.identifier.steps < 0)) {
      return RelativeError(end.identifier)
          .Hint(
              "a range begins at -N, counted from its end, or ends at +N, counted from its "
              "beginning");
    }
    if (end.identifier.has_branch() && absl::c_none_of(other, [&](RevisionIndex index) {
          return end.identifier.InLineage(index);
        })) {
      other = TipsWithinBranch(graph_, graph_.Ancestors(other, /*with_dependencies=*/true),
                               end.identifier);
    }
    other.erase(
        std::remove_if(other.begin(), other.end(),
                       [&](RevisionIndex index) { return !end.identifier.InLineage(index); }),
        other.end());
    if (other.size() > 1) {
      return Error(v1::ERROR_REASON_REVISION_AMBIGUOUS,
                   absl::StrCat("'", end.text, "' can be counted from each of ",
                                JoinIds(graph_, other)))
          .Hint("name the other end of the range");
    }
    RevisionIndex from = other.empty() ? kBase : other[0];
    BRANT_ASSIGN_OR_RETURN(Walked walked,
                           WalkSteps(graph_, from, *end.identifier.steps, end.identifier.lineage));
    if (walked.at == kBase) return std::vector<RevisionIndex>();
    return std::vector<RevisionIndex>{walked.at};
  }

  // With steps, a walk that ends early stands where it got to.
  absl::StatusOr<std::vector<RevisionIndex>> ResolveLoosely(const Identifier& identifier) {
    if (!identifier.steps.has_value()) return ResolveSymbol(graph_, identifier);
    BRANT_ASSIGN_OR_RETURN(RevisionIndex from, ResolvePlace(graph_, identifier));
    BRANT_ASSIGN_OR_RETURN(Walked walked,
                           WalkSteps(graph_, from, *identifier.steps, identifier.lineage));
    if (walked.at == kBase) return std::vector<RevisionIndex>();
    return std::vector<RevisionIndex>{walked.at};
  }

  absl::StatusOr<std::vector<RevisionIndex>> Between(const std::vector<RevisionIndex>& lower,
                                                     std::vector<RevisionIndex> upper) {
    if (lower_.identifier.has_branch()) {
      // `label@…:heads` lists that branch only.
      upper.erase(std::remove_if(upper.begin(), upper.end(),
                                 [&](RevisionIndex index) { return !IsOfLowerBranch(index); }),
                  upper.end());
    }
    if (!upper_.is_current) BRANT_RETURN_IF_ERROR(CheckNoOverlap(graph_, upper));
    if (!lower_.is_current) BRANT_RETURN_IF_ERROR(CheckNoOverlap(graph_, lower));
    std::vector<bool> listed = graph_.Ancestors(upper, /*with_dependencies=*/true);
    for (RevisionIndex low : lower) {
      if (listed[low]) continue;
      return Error(v1::ERROR_REASON_INVALID_TARGET,
                   absl::StrCat("Requested range ", lower_.text, ":", upper_.text,
                                " does not refer to ancestor/descendant revisions along the same "
                                "branch"))
          .Hint("write the older revision first; `brant history` without a range shows all");
    }
    if (!lower.empty()) {
      std::vector<bool> above = graph_.Descendants(lower, /*with_dependents=*/false);
      for (size_t i = 0; i < listed.size(); ++i) {
        if (!above[i]) listed[i] = false;
      }
    }
    std::vector<RevisionIndex> order = graph_.ApplyOrder(listed);
    std::reverse(order.begin(), order.end());
    return order;
  }

  // Carries the label, or with a revision as the branch is of its lineage.
  bool IsOfLowerBranch(RevisionIndex index) const {
    const Identifier& identifier = lower_.identifier;
    if (!graph_.FindLabel(identifier.branch).has_value()) return identifier.InLineage(index);
    std::vector<std::string> labels = graph_.LabelsOf(index);
    return std::binary_search(labels.begin(), labels.end(), identifier.branch);
  }

  const RevisionGraph& graph_;
  absl::Span<const std::string> rows_;
  RangeEnd lower_, upper_;
};

}  // namespace

absl::StatusOr<RevisionIndex> FindRow(const RevisionGraph& graph, absl::string_view row) {
  if (std::optional<RevisionIndex> index = graph.FindId(row)) return *index;
  return Error(v1::ERROR_REASON_UNKNOWN_CURRENT_REVISION,
               absl::StrCat("Can't locate revision identified by '", row,
                            "': the database is at this revision, but no migration file has it"))
      .Revision(row)
      .Hint("bring the file back, for instance from the branch or image that applied it");
}

absl::StatusOr<std::vector<RevisionIndex>> ResolveRevisions(const RevisionGraph& graph,
                                                            absl::string_view text) {
  BRANT_ASSIGN_OR_RETURN(Identifier identifier, ParseIdentifier(graph, text));
  if (!identifier.steps.has_value()) return ResolveSymbol(graph, identifier);
  if (identifier.symbol.empty()) {
    if (*identifier.steps < 0) return WalkDownFromHeads(graph, identifier);
    return RelativeError(identifier)
        .Hint("+N counts from what is applied, which only `upgrade` asks; write ID+N or base+N");
  }
  BRANT_ASSIGN_OR_RETURN(RevisionIndex from, ResolvePlace(graph, identifier));
  BRANT_ASSIGN_OR_RETURN(RevisionIndex at,
                         WalkAllSteps(graph, from, identifier, identifier.lineage));
  if (at == kBase) return std::vector<RevisionIndex>();
  return std::vector<RevisionIndex>{at};
}

absl::StatusOr<RevisionIndex> ResolveRevision(const RevisionGraph& graph,
                                              absl::string_view identifier) {
  BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> found, ResolveRevisions(graph, identifier));
  if (found.size() == 1) return found[0];
  if (found.empty()) {
    return Error(v1::ERROR_REASON_REVISION_NOT_FOUND,
                 absl::StrCat("Can't locate revision identified by '", identifier,
                              "': it stands for no revision"))
        .Hint("name one revision; `brant history` lists them");
  }
  Identifier argument;
  argument.text = argument.symbol = std::string(identifier);
  return MultipleHeadsError(graph, found, argument);
}

absl::StatusOr<std::vector<RevisionIndex>> ResolveHistory(const RevisionGraph& graph,
                                                          absl::string_view range,
                                                          absl::Span<const std::string> rows) {
  range = absl::StripAsciiWhitespace(range);
  return HistoryRange(graph, rows).Resolve(range.empty() ? ":" : range);
}

}  // namespace brant
