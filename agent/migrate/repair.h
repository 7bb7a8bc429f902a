// Settles by hand what a run refuses to decide.

#ifndef BRANT_AGENT_MIGRATE_REPAIR_H_
#define BRANT_AGENT_MIGRATE_REPAIR_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/migrate/plan.h"
#include "agent/migrate/resume.h"
#include "agent/migrate/run_scope.h"

namespace brant {

// What the goal changes in the journal; nothing if no file was edited. Errors:
// those of identifiers, INVALID_TARGET if a revision that the goal names was not
// edited or has no statement in doubt.
absl::StatusOr<RepairPlan> MakeRepair(Session& session, const Journal& journal,
                                      const std::shared_ptr<const Bundle>& bundle, const Goal& goal,
                                      const Standing& standing);

// Changes it. The run's own row says who asked.
absl::Status RunRepair(const RunScope& scope, const RepairPlan& repair);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_REPAIR_H_
