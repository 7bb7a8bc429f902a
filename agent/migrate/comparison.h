// Where a database is, compared to a bundle.

#ifndef BRANT_AGENT_MIGRATE_COMPARISON_H_
#define BRANT_AGENT_MIGRATE_COMPARISON_H_

#include "absl/status/statusor.h"
#include "agent/migrate/history.h"
#include "agent/migrate/state_reader.h"
#include "agent/revisions/graph.h"
#include "brant/v1/status.pb.h"

namespace brant {

// Fills state, current_revisions, head_revisions, pending_count,
// unknown_revisions, beyond_revisions and applied_heads.
v1::Status CompareWithBundle(const RevisionGraph& graph, const Applied& applied);
// Reads rows and needs.
absl::StatusOr<v1::Status> CompareWithBundle(StateReader& reader, const RevisionGraph& graph);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_COMPARISON_H_
