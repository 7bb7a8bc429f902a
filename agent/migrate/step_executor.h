// Executes the steps of a run under the migration lock.

#ifndef BRANT_AGENT_MIGRATE_STEP_EXECUTOR_H_
#define BRANT_AGENT_MIGRATE_STEP_EXECUTOR_H_

#include <vector>

#include "absl/status/status.h"
#include "agent/migrate/plan.h"
#include "agent/migrate/run_scope.h"

namespace brant {

// A step in one transaction: statements, version rows and journal commit
// together, or nothing does.
absl::Status RunTransactional(const RunScope& scope, int position, const Step& step);

// The whole plan in one transaction; its first step has position 1.
absl::Status RunInOneTransaction(const RunScope& scope, const std::vector<Step>& steps);

// Replaces version rows without running a migration.
absl::Status RunStamp(const RunScope& scope, const RowChange& change);

// Executes one statement of a step, and tells observer and monitor.
absl::Status ExecuteStatement(const RunScope& scope, int position, int number, const Step& step);

// The run's description has the step done.
void AdvanceRun(v1::Run& run, const Step& step);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_STEP_EXECUTOR_H_
