#ifndef BRANT_AGENT_REVISIONS_VERSION_ROWS_H_
#define BRANT_AGENT_REVISIONS_VERSION_ROWS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agent/revisions/graph.h"
#include "agent/revisions/walk.h"

namespace brant {

// What is applied, and the version rows that say so, while revisions are applied
// and undone one after the other. The rows are always the applied revisions
// that no other applied one needs; rows that overlap (Alembic leaves some, see
// docs/revision-identifiers.md) are mended by the first move.
class VersionRows {
 public:
  static absl::StatusOr<VersionRows> Make(const RevisionGraph& graph,
                                          absl::Span<const std::string> rows);

  const std::vector<bool>& applied() const { return applied_; }
  // In index order, each once.
  const std::vector<RevisionIndex>& initial_rows() const { return initial_rows_; }

  // All that the revision needs must be applied, and it must not be.
  Move Apply(RevisionIndex index);
  // The revision must be applied, and nothing applied may need it.
  Move Undo(RevisionIndex index);

 private:
  explicit VersionRows(const RevisionGraph& graph) : graph_(graph) {}

  // Parents and dependencies, each once.
  std::vector<RevisionIndex> Needs(RevisionIndex index);
  void MendOverlap(Move& move);

  const RevisionGraph& graph_;
  std::vector<RevisionIndex> initial_rows_;
  std::vector<bool> applied_;
  std::vector<bool> is_row_;
  // How many applied revisions need each.
  std::vector<int> needed_by_;
  // Marks that Needs() leaves while it runs.
  std::vector<RevisionIndex> last_needed_by_;
  // Rows that another row implies.
  std::vector<RevisionIndex> overlapping_;
};

}  // namespace brant

#endif  // BRANT_AGENT_REVISIONS_VERSION_ROWS_H_
