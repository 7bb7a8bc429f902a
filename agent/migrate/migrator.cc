#include "agent/migrate/migrator.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/migrate/migration_lock.h"
#include "agent/migrate/resume.h"
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

// How long the end of a run whose session broke may take to be recorded by
// another one. Otherwise the next run finds it.
constexpr absl::Duration kRecordEndTimeout = absl::Seconds(2);

// A statement that was cancelled fails with an error of the database's; why it
// was cancelled says more.
absl::Status WithReason(absl::Status status, const CancelToken& cancel) {
  if (ReasonOf(status) != v1::ERROR_REASON_CANCELLED) return status;
  absl::Status reason = cancel.reason();
  // It may be the reason already, with more said about it.
  return reason.ok() || reason.message() == status.message() ? status : reason;
}

void SetOutcome(const absl::Status& status, v1::Run& run) {
  run.set_state(StateFor(status));
  if (!status.ok()) *run.mutable_error() = ToRpcStatus(status);
  *run.mutable_end_time() = ToTimestamp(absl::Now());
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
  status = WithReason(std::move(status), cancel);
  // Whatever a cancel broke before the run began, why it was cancelled says more.
  if (absl::Status reason = cancel.reason(); !status.ok() && run.epoch() == 0 && !reason.ok()) {
    status = reason;
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
  BRANT_ASSIGN_OR_RETURN(Standing standing,
                         ReadStanding(database_, session, journal, run.request_id()));
  run.mutable_from_revisions()->Assign(standing.state.rows.begin(), standing.state.rows.end());
  *run.mutable_to_revisions() = run.from_revisions();
  BRANT_ASSIGN_OR_RETURN(
      Plan plan, ResumePlan(request.bundle, database_.dialect(), request.goal, standing, run));
  if (plan.empty() && !standing.unfinished.has_value()) {
    run.clear_id();
    return session.ReleaseLock(lock);
  }
  BRANT_ASSIGN_OR_RETURN(
      int skip, StatementsToSkip(plan, request.goal.transaction_mode, standing.unfinished));
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
  v1::Run begun = run;
  begun.set_epoch(standing.state.epoch + 1);
  begun.set_state(v1::RUN_STATE_RUNNING);
  begun.set_steps_total(static_cast<int>(plan.steps.size()));
  *begun.mutable_start_time() = ToTimestamp(absl::Now());
  BRANT_RETURN_IF_ERROR(session.Begin());
  BRANT_RETURN_IF_ERROR(session.BatchAndCommit(journal.BeginRun(begun, session.ServerId())));
  run = std::move(begun);
  observer.OnStarted(run);

  StepExecutor executor(session, journal, run, observer, cancel);
  absl::Status status = WithReason(RunSteps(executor, plan, request.goal, skip, session), cancel);
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
  } else {
    RecordEnd(run, journal);
  }
  return status;
}

void Migrator::RecordEnd(const v1::Run& run, const Journal& journal) const {
  SessionOptions options;
  options.name = absl::StrCat("brant ", options_.agent);
  options.connect_timeout = kRecordEndTimeout;
  absl::StatusOr<std::unique_ptr<Session>> session = database_.Connect(options);
  if (session.ok()) (*session)->Batch({journal.EndRun(run)}).IgnoreError();
}

}  // namespace brant
