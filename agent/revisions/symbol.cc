#include "agent/revisions/symbol.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace brant {
namespace {

constexpr size_t kShortestPrefix = 4;
constexpr size_t kNamedCandidates = 8;

std::string KnownLabels(const RevisionGraph& graph) {
  std::vector<std::string> labels;
  for (const RevisionGraph::Name& name : graph.FindPrefix("")) {
    if (name.is_label) labels.push_back(name.text);
    if (labels.size() == kNamedCandidates) break;
  }
  return absl::StrJoin(labels, ", ");
}

Error NotFound(absl::string_view argument, absl::string_view why) {
  return Error(v1::ERROR_REASON_REVISION_NOT_FOUND,
               absl::StrCat("Can't locate revision identified by '", argument, "'",
                            why.empty() ? "" : ": ", why));
}

// An id or a label in full, or a prefix of one that is unique, at least within
// `lineage` if that is not empty.
absl::StatusOr<RevisionIndex> FindName(const RevisionGraph& graph, absl::string_view text,
                                       const std::vector<bool>& lineage) {
  absl::Span<const RevisionGraph::Name> found = graph.FindPrefix(text);
  if (!found.empty() && found[0].text == text) return found[0].revision;
  if (text.size() < kShortestPrefix) {
    return NotFound(text, "").Hint(
        "part of an id needs four characters or more; `brant history` lists the revisions");
  }
  std::vector<RevisionGraph::Name> members(found.begin(), found.end());
  if (!lineage.empty()) {
    members.erase(std::remove_if(members.begin(), members.end(),
                                 [&](const auto& name) { return !lineage[name.revision]; }),
                  members.end());
    // The one that is meant is of another branch, which the caller will say.
    if (members.empty() && found.size() == 1) return found[0].revision;
  }
  if (members.size() == 1) return members[0].revision;
  if (members.empty()) {
    return NotFound(text, "").Hint(
        "`brant history` lists the revisions; is the migrations folder the right one and up to "
        "date?");
  }
  std::vector<std::string> names;
  for (const RevisionGraph::Name& name : members) {
    names.push_back(absl::StrCat("'", name.text, "'"));
  }
  if (names.size() > kNamedCandidates) {
    names.resize(kNamedCandidates);
    names.push_back("…");
  }
  return Error(v1::ERROR_REASON_REVISION_AMBIGUOUS,
               absl::StrCat("Multiple revisions start with '", text,
                            "': ", absl::StrJoin(names, ", ")))
      .Hint("write more of the id");
}

absl::Status ResolveBranch(const RevisionGraph& graph, Identifier& identifier) {
  absl::string_view branch = identifier.branch;
  absl::StatusOr<RevisionIndex> found = kBase;
  if (!IsReservedName(branch)) found = FindName(graph, branch, {});
  if (ReasonOf(found.status()) == v1::ERROR_REASON_REVISION_AMBIGUOUS) return found.status();
  if (!found.ok() || *found == kBase) {
    std::string labels = KnownLabels(graph);
    return NotFound(identifier.text, absl::StrCat("No such branch: '", branch, "'"))
        .Hint(labels.empty() ? "no revision declares a branch label; before '@' may also stand a "
                               "revision of the branch"
                             : absl::StrCat("the branch labels are ", labels));
  }
  identifier.branch_revision = *found;
  identifier.lineage = graph.Ancestors({*found}, /*with_dependencies=*/false);
  std::vector<bool> below = graph.Descendants({*found}, /*with_dependents=*/false);
  for (size_t i = 0; i < below.size(); ++i) {
    if (below[i]) identifier.lineage[i] = true;
  }
  return absl::OkStatus();
}

// The place of the sign of a trailing `+N` or `-N`.
std::optional<size_t> FindSteps(absl::string_view text) {
  size_t sign = text.find_last_of("+-");
  if (sign == absl::string_view::npos || sign + 1 == text.size()) return std::nullopt;
  absl::string_view digits = text.substr(sign + 1);
  if (!std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit)) return std::nullopt;
  return sign;
}

// True if a label such as `v-2` can also be read as two steps below `v`.
bool HasTwoReadings(const RevisionGraph& graph, absl::string_view before_sign) {
  return before_sign.empty() || IsReservedName(before_sign) ||
         FindName(graph, before_sign, {}).ok();
}

absl::StatusOr<std::vector<RevisionIndex>> HeadsOf(const RevisionGraph& graph,
                                                   const Identifier& identifier) {
  std::vector<RevisionIndex> heads = graph.Heads();
  heads.erase(std::remove_if(heads.begin(), heads.end(),
                             [&](RevisionIndex head) { return !identifier.InLineage(head); }),
              heads.end());
  return heads;
}

}  // namespace

std::string JoinIds(const RevisionGraph& graph, absl::Span<const RevisionIndex> revisions,
                    size_t limit) {
  std::string text = absl::StrJoin(
      revisions.subspan(0, limit), ", ",
      [&](std::string* out, RevisionIndex index) { out->append(graph.revision(index).id); });
  if (revisions.size() > limit) text += ", …";
  return text;
}

std::vector<RevisionIndex> TipsWithinBranch(const RevisionGraph& graph,
                                            const std::vector<bool>& flags,
                                            const Identifier& identifier) {
  auto is_member = [&](RevisionIndex index) { return flags[index] && identifier.InLineage(index); };
  std::vector<RevisionIndex> tips;
  for (RevisionIndex index = 0; index < graph.size(); ++index) {
    if (is_member(index) && absl::c_none_of(graph.children(index), is_member) &&
        absl::c_none_of(graph.dependents(index), is_member)) {
      tips.push_back(index);
    }
  }
  return tips;
}

Error RelativeError(const Identifier& identifier) {
  int count = std::abs(identifier.steps.value_or(0));
  return Error(v1::ERROR_REASON_INVALID_TARGET,
               absl::StrCat("Relative revision ", identifier.steps_text, " didn't produce ", count,
                            " migrations"));
}

Error MultipleHeadsError(const RevisionGraph& graph, absl::Span<const RevisionIndex> heads,
                         const Identifier& identifier) {
  std::string advice =
      ", '<branchname>@head' to narrow to a specific head, or 'heads' for all heads";
  if (identifier.has_branch()) {
    advice = absl::StrCat(", or '", identifier.branch, "@heads' for all heads of the branch");
  }
  // Where one revision is needed, `heads` is no help.
  if (identifier.symbol == "heads" || identifier.steps.has_value()) advice.clear();
  return Error(
             v1::ERROR_REASON_MULTIPLE_HEADS,
             absl::StrCat("Multiple head revisions are present for given argument '",
                          identifier.text, "'; please specify a specific target revision", advice))
      .Hint(absl::StrCat("the heads are ", JoinIds(graph, heads),
                         "; `brant merge heads` makes them one"));
}

absl::Status CheckNoOverlap(const RevisionGraph& graph, absl::Span<const RevisionIndex> targets) {
  if (targets.size() < 2) return absl::OkStatus();
  std::vector<RevisionIndex> needs;
  for (RevisionIndex target : targets) {
    for (RevisionIndex need : graph.parents(target)) needs.push_back(need);
    for (RevisionIndex need : graph.dependencies(target)) needs.push_back(need);
  }
  std::vector<bool> below = graph.Ancestors(needs, /*with_dependencies=*/true);
  for (RevisionIndex target : targets) {
    if (!below[target]) continue;
    std::vector<bool> above = graph.Descendants({target}, /*with_dependents=*/true);
    for (RevisionIndex other : targets) {
      if (other == target || !above[other]) continue;
      return Error(v1::ERROR_REASON_INVALID_TARGET,
                   absl::StrCat("Requested revision ", graph.revision(other).id,
                                " overlaps with other requested revisions ",
                                graph.revision(target).id))
          .Hint(absl::StrCat("name ", graph.revision(other).id, " alone: it needs ",
                             graph.revision(target).id));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Identifier> ParseIdentifier(const RevisionGraph& graph, absl::string_view text) {
  Identifier identifier;
  identifier.text = std::string(text);
  if (text.empty()) {
    return Error(v1::ERROR_REASON_INVALID_TARGET, "the revision identifier is empty")
        .Hint("name a revision, or head, heads or base");
  }
  if (text.find(':') != absl::string_view::npos) {
    return Error(v1::ERROR_REASON_INVALID_TARGET,
                 absl::StrCat("Range revision not allowed: '", text, "'"))
        .Hint("a range a:b is for `history -r` and for --sql");
  }
  absl::string_view rest = text;
  if (size_t at = text.find('@'); at != absl::string_view::npos) {
    rest = text.substr(at + 1);
    identifier.branch = std::string(text.substr(0, at));
    if (identifier.branch.empty() || rest.empty() || rest.find('@') != absl::string_view::npos) {
      return Error(v1::ERROR_REASON_INVALID_TARGET,
                   absl::StrCat("'", text, "' is no revision identifier"))
          .Hint("a branch is written label@head, label@base, label@ID or label@+N");
    }
    BRANT_RETURN_IF_ERROR(ResolveBranch(graph, identifier));
  }
  std::optional<size_t> sign = FindSteps(rest);
  if (sign.has_value() && graph.FindLabel(rest).has_value()) {
    if (HasTwoReadings(graph, rest.substr(0, *sign))) {
      return Error(v1::ERROR_REASON_REVISION_AMBIGUOUS,
                   absl::StrCat("'", text, "' is both the label '", rest, "' and ",
                                rest.substr(*sign), " relative to '", rest.substr(0, *sign), "'"))
          .Hint("write the id of the revision");
    }
    sign.reset();
  }
  identifier.symbol = std::string(rest.substr(0, sign.value_or(rest.size())));
  if (sign.has_value()) {
    identifier.steps_text = std::string(rest.substr(*sign));
    int steps;
    if (!absl::SimpleAtoi(identifier.steps_text, &steps)) {
      // More than an int holds: further than any walk.
      steps = std::numeric_limits<int>::max() * (rest[*sign] == '-' ? -1 : 1);
    }
    identifier.steps = steps;
  }
  return identifier;
}

absl::StatusOr<std::vector<RevisionIndex>> ResolveSymbol(const RevisionGraph& graph,
                                                         const Identifier& identifier) {
  absl::string_view symbol = identifier.symbol;
  if (symbol == "base") return std::vector<RevisionIndex>();
  if (symbol == "heads") {
    return identifier.has_branch() ? HeadsOf(graph, identifier) : graph.EffectiveHeads();
  }
  if (symbol == "head") {
    BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> heads, HeadsOf(graph, identifier));
    if (heads.size() > 1) return MultipleHeadsError(graph, heads, identifier);
    return heads;
  }
  if (symbol == "current") {
    return Error(v1::ERROR_REASON_INVALID_TARGET, "'current' needs a database and stands alone")
        .Hint("`history -r` and `show` take it, as one end of a range or alone");
  }
  BRANT_ASSIGN_OR_RETURN(RevisionIndex found, FindName(graph, symbol, identifier.lineage));
  if (!identifier.InLineage(found)) {
    return NotFound(identifier.text,
                    absl::StrCat("Revision ", graph.revision(found).id,
                                 " is not a member of branch '", identifier.branch, "'"))
        .Hint(absl::StrCat("write '", symbol, "' without the branch"));
  }
  return std::vector<RevisionIndex>{found};
}

absl::StatusOr<RevisionIndex> ResolvePlace(const RevisionGraph& graph,
                                           const Identifier& identifier) {
  BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> found, ResolveSymbol(graph, identifier));
  if (found.size() > 1) return MultipleHeadsError(graph, found, identifier);
  return found.empty() ? kBase : found[0];
}

absl::StatusOr<Walked> WalkSteps(const RevisionGraph& graph, RevisionIndex from, int steps,
                                 const std::vector<bool>& lineage) {
  Walked walked{from, 0};
  while (walked.steps < std::abs(steps)) {
    std::vector<RevisionIndex> next;
    if (steps > 0) {
      std::vector<RevisionIndex> bases;
      if (walked.at == kBase) bases = graph.Bases();
      for (RevisionIndex up : walked.at == kBase ? bases : graph.children(walked.at)) {
        if (lineage.empty() || lineage[up]) next.push_back(up);
      }
    } else if (walked.at != kBase) {
      absl::Span<const RevisionIndex> parents = graph.parents(walked.at);
      next.assign(parents.begin(), parents.end());
      if (next.empty()) next.push_back(kBase);
    }
    if (next.empty()) return walked;
    if (next.size() > 1) {
      return Error(v1::ERROR_REASON_REVISION_AMBIGUOUS,
                   absl::StrCat("Ambiguous walk: ",
                                walked.at == kBase ? "base" : graph.revision(walked.at).id,
                                steps > 0 ? " leads up to " : " merges ", JoinIds(graph, next)))
          .Hint(steps > 0 ? "name the target by its id, or narrow the walk: label@+N"
                          : "name the target by its id");
    }
    walked.at = next[0];
    ++walked.steps;
  }
  return walked;
}

absl::StatusOr<RevisionIndex> WalkAllSteps(const RevisionGraph& graph, RevisionIndex from,
                                           const Identifier& identifier,
                                           const std::vector<bool>& lineage) {
  BRANT_ASSIGN_OR_RETURN(Walked walked, WalkSteps(graph, from, *identifier.steps, lineage));
  if (walked.steps < std::abs(*identifier.steps)) {
    return RelativeError(identifier)
        .Hint(absl::StrCat("only ", walked.steps, " can be made from ",
                           from == kBase ? "base" : graph.revision(from).id));
  }
  return walked.at;
}

}  // namespace brant
