// The grammar of revision identifiers, and what its words stand for: what
// identifier.h and walk.h are made of. docs/revision-identifiers.md explains it.

#ifndef BRANT_AGENT_REVISIONS_SYMBOL_H_
#define BRANT_AGENT_REVISIONS_SYMBOL_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "agent/base/error.h"
#include "agent/revisions/graph.h"

namespace brant {

// Where a walk stands before any revision.
inline constexpr RevisionIndex kBase = -1;

// `[branch@][symbol][+N|-N]`, taken apart.
struct Identifier {
  // As it was written.
  std::string text;
  // A label, or a revision that stands for one. Empty: none.
  std::string branch;
  // The revision of `branch`, and a flag for each revision of its lineage
  // (ancestors and descendants by parents); kBase and empty without a branch.
  RevisionIndex branch_revision = kBase;
  std::vector<bool> lineage;
  // An id, a prefix, a label, head, heads or base; empty in `+N` and `-N`.
  std::string symbol;
  // The signed N, and its text with the sign.
  std::optional<int> steps;
  std::string steps_text;

  bool has_branch() const { return !branch.empty(); }
  bool InLineage(RevisionIndex index) const { return !has_branch() || lineage[index]; }
};

// Errors: INVALID_TARGET for what is no identifier, REVISION_NOT_FOUND for an
// unknown branch, REVISION_AMBIGUOUS.
absl::StatusOr<Identifier> ParseIdentifier(const RevisionGraph& graph, absl::string_view text);

// What branch and symbol stand for, steps left aside: none for `base`, several
// for `heads`. The symbol must not be empty.
absl::StatusOr<std::vector<RevisionIndex>> ResolveSymbol(const RevisionGraph& graph,
                                                         const Identifier& identifier);

// As above, where the symbol must stand for one place: a revision or kBase.
absl::StatusOr<RevisionIndex> ResolvePlace(const RevisionGraph& graph,
                                           const Identifier& identifier);

// Where a walk of `steps` ends that starts at `from`, and how many of the steps
// it could make. Upwards (steps > 0) only through `lineage`, unless that is
// empty; downwards it ends at kBase, which counts as a step. REVISION_AMBIGUOUS
// where there is a choice.
struct Walked {
  RevisionIndex at = kBase;
  int steps = 0;
};
absl::StatusOr<Walked> WalkSteps(const RevisionGraph& graph, RevisionIndex from, int steps,
                                 const std::vector<bool>& lineage);

// As above, and an error unless all steps can be made.
absl::StatusOr<RevisionIndex> WalkAllSteps(const RevisionGraph& graph, RevisionIndex from,
                                           const Identifier& identifier,
                                           const std::vector<bool>& lineage);

// The members of the identifier's branch above which nothing of the branch is a
// member too, through parents or dependencies; `flags` says what is a member.
std::vector<RevisionIndex> TipsWithinBranch(const RevisionGraph& graph,
                                            const std::vector<bool>& flags,
                                            const Identifier& identifier);

// "Relative revision +9 didn't produce 9 migrations".
Error RelativeError(const Identifier& identifier);

// "Multiple head revisions are present …".
Error MultipleHeadsError(const RevisionGraph& graph, absl::Span<const RevisionIndex> heads,
                         const Identifier& identifier);

// An error if one of `targets` is needed by another.
absl::Status CheckNoOverlap(const RevisionGraph& graph, absl::Span<const RevisionIndex> targets);

// "a, b, c", at most `limit` of them.
std::string JoinIds(const RevisionGraph& graph, absl::Span<const RevisionIndex> revisions,
                    size_t limit = 8);

}  // namespace brant

#endif  // BRANT_AGENT_REVISIONS_SYMBOL_H_
