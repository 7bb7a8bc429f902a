#include "agent/revisions/walk.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/revisions/identifier.h"
#include "agent/revisions/symbol.h"
#include "agent/revisions/version_rows.h"

namespace brant {
namespace {

Error InvalidTarget(Direction direction, absl::string_view target) {
  return Error(v1::ERROR_REASON_INVALID_TARGET,
               absl::StrCat("Destination ", target, " is not a valid ", DirectionName(direction),
                            " target from current head(s)"));
}

// The members of `revisions` in the lineage of the identifier's branch.
std::vector<RevisionIndex> InLineage(const Identifier& identifier,
                                     absl::Span<const RevisionIndex> revisions) {
  std::vector<RevisionIndex> members;
  for (RevisionIndex index : revisions) {
    if (identifier.InLineage(index)) members.push_back(index);
  }
  return members;
}

// The applied revisions of the branch that nothing applied revises, be it of the
// branch or not: what would be rows of it if there were no dependencies.
std::vector<RevisionIndex> TipsOfBranch(const RevisionGraph& graph,
                                        const std::vector<bool>& applied,
                                        const Identifier& identifier) {
  std::vector<RevisionIndex> tips;
  for (RevisionIndex index = 0; index < graph.size(); ++index) {
    if (applied[index] && identifier.InLineage(index) &&
        absl::c_none_of(graph.children(index), [&](RevisionIndex up) { return applied[up]; })) {
      tips.push_back(index);
    }
  }
  return tips;
}

Error SeveralStarts(const RevisionGraph& graph, const Identifier& identifier,
                    absl::string_view message, absl::Span<const RevisionIndex> starts) {
  return Error(v1::ERROR_REASON_REVISION_AMBIGUOUS,
               absl::StrCat(message, ": ", JoinIds(graph, starts)))
      .Hint(absl::StrCat("name the target by its id, or say which branch: label@",
                         identifier.steps_text));
}

// Where `+N` begins to count: what is applied, narrowed to the branch.
absl::StatusOr<RevisionIndex> UpgradeStart(const RevisionGraph& graph, const VersionRows& state,
                                           const Identifier& identifier) {
  std::vector<RevisionIndex> starts = InLineage(identifier, state.initial_rows());
  if (starts.empty() && identifier.has_branch()) {
    starts = TipsWithinBranch(graph, state.applied(), identifier);
  }
  if (starts.size() > 1) {
    return SeveralStarts(graph, identifier, "Ambiguous upgrade from multiple current revisions",
                         starts);
  }
  return starts.empty() ? kBase : starts[0];
}

absl::StatusOr<std::vector<RevisionIndex>> UpgradeTargets(const RevisionGraph& graph,
                                                          const VersionRows& state,
                                                          const Identifier& identifier) {
  if (!identifier.steps.has_value()) return ResolveSymbol(graph, identifier);
  RevisionIndex from = kBase;
  if (!identifier.symbol.empty()) {
    BRANT_ASSIGN_OR_RETURN(from, ResolvePlace(graph, identifier));
  } else if (*identifier.steps <= 0) {
    return RelativeError(identifier).Hint("an upgrade goes up: +N");
  } else {
    BRANT_ASSIGN_OR_RETURN(from, UpgradeStart(graph, state, identifier));
  }
  BRANT_ASSIGN_OR_RETURN(RevisionIndex target,
                         WalkAllSteps(graph, from, identifier, identifier.lineage));
  if (target == kBase) {
    return InvalidTarget(Direction::kUpgrade, identifier.text)
        .Hint("it stands for base; to undo revisions use `brant downgrade`");
  }
  return std::vector<RevisionIndex>{target};
}

// Where a downgrade ends, and what narrows it where the way up from there
// branches: a branch, or the current revision from which `-N` counted.
struct DowngradeTarget {
  RevisionIndex at = kBase;
  RevisionIndex narrowed_to = kBase;
};

// Where `-N` begins to count.
absl::StatusOr<RevisionIndex> DowngradeStart(const RevisionGraph& graph, const VersionRows& state,
                                             const Identifier& identifier) {
  std::vector<RevisionIndex> starts = InLineage(identifier, state.initial_rows());
  if (starts.empty() && identifier.has_branch()) {
    // The branch's tip may be implied by a row of another branch.
    starts = TipsOfBranch(graph, state.applied(), identifier);
  }
  if (starts.empty()) {
    return RelativeError(identifier)
        .Hint(identifier.has_branch() ? "nothing of this branch is applied" : "nothing is applied");
  }
  if (starts.size() > 1) {
    return SeveralStarts(graph, identifier,
                         absl::StrCat("Ambiguous downgrade: ", identifier.text,
                                      " can be counted from several current revisions"),
                         starts);
  }
  return starts[0];
}

absl::StatusOr<DowngradeTarget> FindDowngradeTarget(const RevisionGraph& graph,
                                                    const VersionRows& state,
                                                    const Identifier& identifier) {
  DowngradeTarget target;
  target.narrowed_to = identifier.branch_revision;
  if (!identifier.symbol.empty()) {
    BRANT_ASSIGN_OR_RETURN(target.at, ResolvePlace(graph, identifier));
  } else if (*identifier.steps >= 0) {
    return RelativeError(identifier).Hint("a downgrade goes down: -N");
  } else {
    BRANT_ASSIGN_OR_RETURN(target.at, DowngradeStart(graph, state, identifier));
    if (!identifier.has_branch()) target.narrowed_to = target.at;
  }
  if (identifier.steps.has_value()) {
    BRANT_ASSIGN_OR_RETURN(target.at,
                           WalkAllSteps(graph, target.at, identifier, identifier.lineage));
  }
  return target;
}

// The revisions to undo first in thought: what stands directly on the target,
// narrowed where there are several.
absl::StatusOr<std::vector<RevisionIndex>> DowngradeRoots(const RevisionGraph& graph,
                                                          const DowngradeTarget& target,
                                                          absl::string_view text) {
  std::vector<RevisionIndex> roots;
  if (target.at == kBase) {
    roots = graph.Bases();
  } else {
    absl::Span<const RevisionIndex> children = graph.children(target.at);
    roots.assign(children.begin(), children.end());
  }
  if (roots.size() <= 1 || target.narrowed_to == kBase) return roots;
  std::vector<bool> below = graph.Ancestors({target.narrowed_to}, /*with_dependencies=*/false);
  std::vector<RevisionIndex> narrowed;
  for (RevisionIndex root : roots) {
    if (below[root]) narrowed.push_back(root);
  }
  if (narrowed.empty()) {
    return InvalidTarget(Direction::kDowngrade, text)
        .Hint(absl::StrCat("the branch does not choose between ", JoinIds(graph, roots),
                           "; name the target without it to undo all of these"));
  }
  return narrowed;
}

}  // namespace

absl::StatusOr<std::vector<Move>> WalkUpgrade(const RevisionGraph& graph,
                                              absl::Span<const std::string> rows,
                                              absl::string_view target) {
  std::vector<RevisionIndex> current;
  for (const std::string& row : rows) {
    BRANT_ASSIGN_OR_RETURN(RevisionIndex index, FindRow(graph, row));
    current.push_back(index);
  }
  BRANT_ASSIGN_OR_RETURN(Identifier identifier, ParseIdentifier(graph, target));
  if (!identifier.steps.has_value()) {
    // Most upgrades find nothing to do. With the rows at the targets that is seen
    // without a walk through everything that is applied.
    BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> targets, ResolveSymbol(graph, identifier));
    BRANT_RETURN_IF_ERROR(CheckNoOverlap(graph, targets));
    if (absl::c_all_of(targets,
                       [&](RevisionIndex at) { return absl::c_linear_search(current, at); })) {
      return std::vector<Move>();
    }
  }
  BRANT_ASSIGN_OR_RETURN(VersionRows state, VersionRows::Make(graph, rows));
  BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> targets,
                         UpgradeTargets(graph, state, identifier));
  BRANT_RETURN_IF_ERROR(CheckNoOverlap(graph, targets));
  std::vector<bool> pending = graph.Ancestors(targets, /*with_dependencies=*/true);
  for (size_t i = 0; i < pending.size(); ++i) {
    if (state.applied()[i]) pending[i] = false;
  }
  std::vector<Move> moves;
  for (RevisionIndex index : graph.ApplyOrder(pending)) moves.push_back(state.Apply(index));
  return moves;
}

absl::StatusOr<std::vector<Move>> WalkDowngrade(const RevisionGraph& graph,
                                                absl::Span<const std::string> rows,
                                                absl::string_view text) {
  BRANT_ASSIGN_OR_RETURN(VersionRows state, VersionRows::Make(graph, rows));
  BRANT_ASSIGN_OR_RETURN(Identifier identifier, ParseIdentifier(graph, text));
  BRANT_ASSIGN_OR_RETURN(DowngradeTarget target, FindDowngradeTarget(graph, state, identifier));
  BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> roots, DowngradeRoots(graph, target, text));
  std::vector<bool> undone = graph.Descendants(roots, /*with_dependents=*/true);
  for (size_t i = 0; i < undone.size(); ++i) {
    if (!state.applied()[i]) undone[i] = false;
  }
  // The order in which an upgrade would apply them, turned round.
  std::vector<RevisionIndex> order = graph.ApplyOrder(undone);
  std::vector<Move> moves;
  for (auto index = order.rbegin(); index != order.rend(); ++index) {
    moves.push_back(state.Undo(*index));
  }
  const std::vector<RevisionIndex>& current = state.initial_rows();
  if (moves.empty() && target.at != kBase &&
      std::find(current.begin(), current.end(), target.at) == current.end()) {
    return InvalidTarget(Direction::kDowngrade, text)
        .Hint(state.applied()[target.at]
                  ? "nothing that revises it is applied; to undo what depends on it, name the "
                    "revision to go back to on that branch"
                  : "it is not applied; `brant current` shows where the database is");
  }
  return moves;
}

absl::StatusOr<std::vector<bool>> AppliedRevisions(const RevisionGraph& graph,
                                                   absl::Span<const std::string> rows) {
  BRANT_ASSIGN_OR_RETURN(VersionRows state, VersionRows::Make(graph, rows));
  return state.applied();
}

absl::StatusOr<OfflineRange> ParseOfflineRange(const RevisionGraph& graph, Direction direction,
                                               absl::string_view text) {
  size_t colon = text.find(':');
  if (colon == absl::string_view::npos) {
    if (direction == Direction::kDowngrade) {
      return Error(v1::ERROR_REASON_INVALID_TARGET,
                   "downgrade with --sql requires <fromrev>:<torev>")
          .Hint(
              "without a database Brant can't know where the downgrade begins; "
              "for example head:-1 or head:base");
    }
    return OfflineRange{{}, std::string(text)};
  }
  OfflineRange range;
  range.target = std::string(text.substr(colon + 1));
  absl::string_view from = text.substr(0, colon);
  if (from.empty() || range.target.empty()) {
    return Error(v1::ERROR_REASON_INVALID_TARGET,
                 absl::StrCat("'", text, "' lacks one end of the range"))
        .Hint("write from:to; from may be base");
  }
  BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> starts, ResolveRevisions(graph, from));
  BRANT_RETURN_IF_ERROR(CheckNoOverlap(graph, starts));
  for (RevisionIndex index : starts) range.from_rows.push_back(graph.revision(index).id);
  return range;
}

}  // namespace brant
