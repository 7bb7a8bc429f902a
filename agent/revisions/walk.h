// From version rows and a target to the revisions to run, by Alembic's rules.
// docs/revision-identifiers.md holds the grammar and the rules.

#ifndef BRANT_AGENT_REVISIONS_WALK_H_
#define BRANT_AGENT_REVISIONS_WALK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "agent/revisions/graph.h"

namespace brant {

// One revision applied or undone, and what that does to the version rows.
struct Move {
  RevisionIndex revision = 0;
  Direction direction = Direction::kUpgrade;
  std::vector<std::string> rows_removed;
  std::vector<std::string> rows_added;
};

// `rows` are the version rows: ids of applied revisions that no other applied
// one needs. In all functions a row that the graph does not know is
// UNKNOWN_CURRENT_REVISION, and the errors of a bad target are
// REVISION_NOT_FOUND, REVISION_AMBIGUOUS, MULTIPLE_HEADS or INVALID_TARGET.

// The moves of `upgrade TARGET`, parents and dependencies before what needs
// them. Empty if the target is already applied.
absl::StatusOr<std::vector<Move>> WalkUpgrade(const RevisionGraph& graph,
                                              absl::Span<const std::string> rows,
                                              absl::string_view target);

// The moves of `downgrade TARGET`, what needs a revision before it.
absl::StatusOr<std::vector<Move>> WalkDowngrade(const RevisionGraph& graph,
                                                absl::Span<const std::string> rows,
                                                absl::string_view target);

// What `stamp TARGETS…` does to the rows: only those in the lineages of the
// targets are replaced, or with `purge` all of them.
struct RowChange {
  std::vector<std::string> removed;
  std::vector<std::string> added;
};
absl::StatusOr<RowChange> WalkStamp(const RevisionGraph& graph, absl::Span<const std::string> rows,
                                    absl::Span<const std::string> targets, bool purge);

// The ends of an offline range: `from:to`, or `to` alone, which begins at base.
// `from` as version rows.
struct OfflineRange {
  std::vector<std::string> from_rows;
  std::string target;
};
absl::StatusOr<OfflineRange> ParseOfflineRange(const RevisionGraph& graph, Direction direction,
                                               absl::string_view text);

// Every revision that is applied if `rows` are, a flag each.
absl::StatusOr<std::vector<bool>> AppliedRevisions(const RevisionGraph& graph,
                                                   absl::Span<const std::string> rows);

}  // namespace brant

#endif  // BRANT_AGENT_REVISIONS_WALK_H_
