#include "agent/migrate/migrator.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/migrate/migration_lock.h"
#include "agent/migrate/step_executor.h"

namespace brant {
namespace {

v1::RunState StateFor(const absl::Status& status) {
  if (status.ok()) return v1::RUN_STATE_SUCCEEDED;
  switch (ReasonOf(status)) {
    case v1::ERROR_REASON_CANCELLED:
      return v1::RUN_STATE_CANCELLED;
    case v1::ERROR_REASON_SHUTTING_DOWN:
      return v1::RUN_STATE_INTERRUPTED;
    default:
      return v1::RUN_STATE_FAILED;
  }
}

void SetOutcome(const absl::Status& status, v1::Run& run) {
  run.set_state(StateFor(status));
  if (!status.ok()) *run.mutable_error() = ToRpcStatus(status);
  *run.mutable_end_time() = ToTimestamp(absl::Now());
}

// What a run finds once it has the lock.
struct Standing {
  // The tables are there, with the journal's row for this version table.
  bool prepared = false;
  DatabaseState state;
  std::optional<StepRecord> unfinished;
};

absl::StatusOr<Standing> ReadStanding(Database& database, Session& session,
                                      const Journal& journal) {
  const StateTables& tables = journal.tables();
  Standing standing;
  BRANT_ASSIGN_OR_RETURN(bool has_journal, journal.TablesExist(database, session));
  BRANT_ASSIGN_OR_RETURN(bool has_versions,
                         database.TableExists(session, tables.schema(), tables.version_table()));
  if (has_journal && has_versions) {
    BRANT_ASSIGN_OR_RETURN(std::optional<DatabaseState> state,
                           journal.ReadState(session, /*lock=*/false));
    if (state.has_value()) {
      standing.prepared = true;
      standing.state = *std::move(state);
    }
  }
  if (has_journal) {
    BRANT_ASSIGN_OR_RETURN(standing.unfinished, journal.ReadUnfinishedStep(session));
  }
  // The first run; there may be a version table of Alembic's.
  if (has_versions && !standing.prepared) {
    BRANT_ASSIGN_OR_RETURN(standing.state.rows, journal.ReadRows(session));
  }
  return standing;
}

// How many statements of the plan's first step an earlier run has done. An
// unfinished step must be the next one, with the same beginning: any other plan
// would build on half a step.
absl::StatusOr<int> StatementsToSkip(const Plan& plan,
                                     const std::optional<StepRecord>& unfinished) {
  if (!unfinished.has_value() || plan.kind == v1::RUN_KIND_STAMP) return 0;
  const std::string done = absl::StrCat(
      "statements 1 to ", unfinished->statements_done, " of ", unfinished->statements_total,
      " of the ", DirectionName(unfinished->direction), " of revision ", unfinished->revision,
      " took effect in run ", unfinished->run_id);
  const std::string by_hand = absl::StrCat(
      "finish or undo the step by hand, then 'brant stamp' the revision that the database is at");
  Error error(v1::ERROR_REASON_STEP_INCOMPLETE, done);
  error.Revision(unfinished->revision);
  if (unfinished->statements_started > unfinished->statements_done) {
    return Error(v1::ERROR_REASON_STEP_INCOMPLETE,
                 absl::StrCat("run ", unfinished->run_id, " ended while statement ",
                              unfinished->statements_started, " of the ",
                              DirectionName(unfinished->direction), " of revision ",
                              unfinished->revision,
                              " was under way: whether it took effect is not known"))
        .Revision(unfinished->revision)
        .Hint(absl::StrCat("look at the schema; ", by_hand));
  }
  if (plan.steps.empty() || plan.steps[0].revision->id != unfinished->revision ||
      plan.steps[0].direction != unfinished->direction) {
    return error.Hint(absl::StrCat("first run the ", DirectionName(unfinished->direction),
                                   " of that revision to its end, or ", by_hand));
  }
  const Step& step = plan.steps[0];
  if (static_cast<int>(step.statements.size()) < unfinished->statements_done ||
      StatementsDigest(step, unfinished->statements_done) != unfinished->done_digest) {
    return error.At(step.revision->file, step.section->line)
        .Hint(absl::StrCat("these statements were edited since: restore them, or ", by_hand));
  }
  return unfinished->statements_done;
}

absl::Status RunSteps(StepExecutor& executor, const Plan& plan, const Goal& goal, int skip,
                      Session& session) {
  if (plan.kind == v1::RUN_KIND_STAMP) return executor.RunStamp(plan.stamp);
  if (goal.transaction_mode == v1::TRANSACTION_MODE_SINGLE) {
    return executor.RunInOneTransaction(plan.steps);
  }
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    const int position = static_cast<int>(i) + 1;
    BRANT_RETURN_IF_ERROR(step.transactional && skip == 0
                              ? executor.RunTransactional(position, step)
                              : executor.RunStatementwise(position, step, skip));
    skip = 0;
    BRANT_RETURN_IF_ERROR(session.Reset());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Migrator::Execute(const RunRequest& request, v1::Run& run, RunObserver& observer,
                               CancelToken& cancel) const {
  run.set_agent(options_.agent);
  run.set_state(v1::RUN_STATE_WAITING);
  if (absl::Status cancelled = cancel.reason(); !cancelled.ok()) {
    SetOutcome(cancelled, run);
    return cancelled;
  }
  SessionOptions session_options;
  session_options.name = absl::StrCat("brant run ", run.id(), " ", options_.agent);
  session_options.lock_timeout = options_.lock_timeout;
  absl::StatusOr<std::unique_ptr<Session>> session = database_.Connect(session_options);
  absl::Status status = session.status();
  if (session.ok()) {
    CancelToken::Attachment attachment(cancel, **session);
    status = ExecuteOn(**session, request, run, observer, cancel);
  }
  if (run.end_time().seconds() == 0) SetOutcome(status, run);
  return status;
}

absl::Status Migrator::ExecuteOn(Session& session, const RunRequest& request, v1::Run& run,
                                 RunObserver& observer, CancelToken& cancel) const {
  BRANT_ASSIGN_OR_RETURN(StateTables tables, StateTables::Resolve(database_.dialect(), session,
                                                                  options_.version_table_schema,
                                                                  options_.version_table));
  const Journal journal(std::move(tables));
  const std::string lock = journal.tables().LockName();
  BRANT_RETURN_IF_ERROR(AcquireMigrationLock(session, lock, request.lock_wait, observer, cancel));

  // Everything that can be refused is refused before anything is written, the
  // journal's tables included.
  BRANT_ASSIGN_OR_RETURN(Standing standing, ReadStanding(database_, session, journal));
  const std::vector<std::string>& rows = standing.state.rows;
  BRANT_ASSIGN_OR_RETURN(Plan plan,
                         MakePlan(request.bundle, database_.dialect(), rows, request.goal));
  if (plan.empty() && !standing.unfinished.has_value()) {
    run.mutable_from_revisions()->Assign(rows.begin(), rows.end());
    *run.mutable_to_revisions() = run.from_revisions();
    run.clear_id();
    return session.ReleaseLock(lock);
  }
  BRANT_ASSIGN_OR_RETURN(int skip, StatementsToSkip(plan, standing.unfinished));
  if (!standing.prepared) {
    BRANT_RETURN_IF_ERROR(journal.Prepare(session));
    BRANT_ASSIGN_OR_RETURN(std::optional<DatabaseState> state,
                           journal.ReadState(session, /*lock=*/false));
    if (!state.has_value() || state->rows != plan.from_rows) {
      return Error(v1::ERROR_REASON_CONCURRENT_CHANGE, "the version rows changed during planning")
          .Hint("somebody else migrates this database without Brant's lock; run the command again");
    }
    standing.state.epoch = state->epoch;
  }
  run.set_epoch(standing.state.epoch + 1);
  run.set_state(v1::RUN_STATE_RUNNING);
  run.set_steps_total(static_cast<int>(plan.steps.size()));
  run.mutable_from_revisions()->Assign(plan.from_rows.begin(), plan.from_rows.end());
  *run.mutable_to_revisions() = run.from_revisions();
  *run.mutable_start_time() = ToTimestamp(absl::Now());
  BRANT_RETURN_IF_ERROR(session.Begin());
  if (absl::Status begun = session.BatchAndCommit(journal.BeginRun(run)); !begun.ok()) {
    // Not recorded, as far as is known: then it has no epoch.
    run.clear_epoch();
    return begun;
  }
  observer.OnStarted(run);

  StepExecutor executor(session, journal, run, observer, cancel);
  absl::Status status = RunSteps(executor, plan, request.goal, skip, session);
  cancel.Detach();
  SetOutcome(status, run);
  if (session.IsAlive()) {
    session.Reset().IgnoreError();
    absl::Status recorded = session.Batch({journal.UpdateRun(run)});
    if (status.ok() && !recorded.ok()) {
      observer.OnNotice(absl::StrCat("the run succeeded, but its end could not be recorded: ",
                                     recorded.message()));
    }
    session.ReleaseLock(lock).IgnoreError();
  }
  return status;
}

}  // namespace brant
