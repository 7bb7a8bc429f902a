// Where a database is, compared to a bundle.

#ifndef BRANT_AGENT_MIGRATE_COMPARISON_H_
#define BRANT_AGENT_MIGRATE_COMPARISON_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/migrate/state_reader.h"
#include "agent/revisions/graph.h"
#include "brant/v1/status.pb.h"

namespace brant {

// Fills state, current_revisions, head_revisions, pending_count and
// unknown_revisions. Revisions that only the database knows are looked up among
// the scripts stored in it, to tell ahead from diverged.
absl::StatusOr<v1::Status> CompareWithBundle(StateReader& reader, const RevisionGraph& graph);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_COMPARISON_H_
