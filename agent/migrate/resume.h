// What earlier runs left behind, and how a run goes on from there.

#ifndef BRANT_AGENT_MIGRATE_RESUME_H_
#define BRANT_AGENT_MIGRATE_RESUME_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/database/database.h"
#include "agent/migrate/journal.h"
#include "agent/migrate/observer.h"
#include "agent/migrate/plan.h"
#include "brant/v1/run.pb.h"

namespace brant {

// What a run finds once it has the lock.
struct Standing {
  // The tables are there in today's format, with the journal's row for this
  // version table.
  bool prepared = false;
  DatabaseState state;
  std::optional<StepRecord> unfinished;
  // The run of the same request, if there was one: the one that succeeded, else
  // the first.
  std::optional<v1::Run> earlier;
};

// Reads it, in whatever state the tables are.
absl::StatusOr<Standing> ReadStanding(Database& database, Session& session, const Journal& journal,
                                      absl::string_view request_id);

// INVALID_REQUEST unless the earlier run of the request had the same goal.
absl::Status CheckSameRequest(const v1::Run& earlier, const v1::Run& run);

// The plan of `run`'s request from where the database is. A request that was
// made before goes on with the steps that it resolved to then: a relative target
// is never resolved twice. Errors besides those of MakePlan: INVALID_REQUEST if the
// database has left its way.
absl::StatusOr<Plan> ResumePlan(std::shared_ptr<const Bundle> bundle, Dialect dialect,
                                const Goal& goal, const Standing& standing, const v1::Run& run);

// How many statements of the plan's first step an earlier run has done. An
// unfinished step must be the next one, with the same beginning: any other plan
// would build on half a step. Whether a statement that was under way took effect
// is decided by what it left: nothing must be executing it any more, which holding
// the lock ensures. `observer` is told of the decision. Errors: STEP_INCOMPLETE,
// STATEMENT_IN_DOUBT.
absl::StatusOr<int> StatementsToSkip(Session& session, Dialect dialect, const Plan& plan,
                                     v1::TransactionMode mode,
                                     const std::optional<StepRecord>& unfinished,
                                     RunObserver& observer);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_RESUME_H_
