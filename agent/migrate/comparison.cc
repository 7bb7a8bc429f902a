#include "agent/migrate/comparison.h"

#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "agent/base/error.h"

namespace brant {

v1::Status CompareWithBundle(const RevisionGraph& graph, const Applied& applied) {
  v1::Status status;
  status.mutable_current_revisions()->Assign(applied.rows.begin(), applied.rows.end());
  status.mutable_unknown_revisions()->Assign(applied.unknown.begin(), applied.unknown.end());
  status.mutable_beyond_revisions()->Assign(applied.beyond.begin(), applied.beyond.end());
  status.set_pending_count(static_cast<int>(absl::c_count(applied.revisions, false)));
  for (RevisionIndex head : graph.Heads()) {
    status.add_head_revisions(graph.revision(head).id);
  }
  const auto is_applied = [&applied](RevisionIndex index) { return applied.revisions[index]; };
  for (RevisionIndex index = 0; index < graph.size(); ++index) {
    if (is_applied(index) && absl::c_none_of(graph.children(index), is_applied) &&
        absl::c_none_of(graph.dependents(index), is_applied)) {
      status.add_applied_heads(graph.revision(index).id);
    }
  }
  if (!applied.unknown.empty()) {
    status.set_state(applied.missing.empty() && status.pending_count() == 0
                         ? v1::STATUS_STATE_AHEAD
                         : v1::STATUS_STATE_DIVERGED);
  } else {
    status.set_state(status.pending_count() == 0 ? v1::STATUS_STATE_UP_TO_DATE
                                                 : v1::STATUS_STATE_BEHIND);
  }
  return status;
}

absl::StatusOr<v1::Status> CompareWithBundle(StateReader& reader, const RevisionGraph& graph) {
  BRANT_ASSIGN_OR_RETURN(std::vector<std::string> rows, reader.ReadRows());
  BRANT_ASSIGN_OR_RETURN(Applied applied, AppliedInBundle(reader, graph, rows));
  return CompareWithBundle(graph, applied);
}

}  // namespace brant
