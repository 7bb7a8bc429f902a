#include "agent/migrate/run_execution.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/migrate/followed.h"
#include "agent/migrate/history.h"
#include "agent/migrate/repair.h"
#include "agent/migrate/run_scope.h"
#include "agent/migrate/statementwise_step.h"
#include "agent/migrate/step_executor.h"

namespace brant {
namespace {

// How long the end of a run whose session broke may take to be recorded by
// another one. Otherwise the next run finds it.
constexpr absl::Duration kRecordEndTimeout = absl::Seconds(2);
constexpr absl::Duration kLockPause = absl::Milliseconds(50);
constexpr absl::Duration kFirstPause = absl::Milliseconds(200);
constexpr absl::Duration kLongestPause = absl::Seconds(5);

bool LostSession(const absl::Status& status) {
  const v1::ErrorReason reason = ReasonOf(status);
  return reason == v1::ERROR_REASON_DATABASE_UNREACHABLE ||
         reason == v1::ERROR_REASON_COMMIT_IN_DOUBT;
}

v1::RunState StateFor(const absl::Status& status, bool has_begun) {
  if (status.ok()) return v1::RUN_STATE_SUCCEEDED;
  switch (ReasonOf(status)) {
    case v1::ERROR_REASON_CANCELLED:
      return v1::RUN_STATE_CANCELLED;
    case v1::ERROR_REASON_SHUTTING_DOWN:
      return v1::RUN_STATE_INTERRUPTED;
    case v1::ERROR_REASON_DATABASE_UNREACHABLE:
    case v1::ERROR_REASON_COMMIT_IN_DOUBT:
    case v1::ERROR_REASON_CONCURRENT_CHANGE:
      return has_begun ? v1::RUN_STATE_INTERRUPTED : v1::RUN_STATE_FAILED;
    default:
      return v1::RUN_STATE_FAILED;
  }
}

// A statement that was cancelled fails with an error of the database's; why it
// was cancelled says more.
absl::Status WithReason(absl::Status status, const CancelToken& cancel) {
  if (ReasonOf(status) != v1::ERROR_REASON_CANCELLED) return status;
  absl::Status reason = cancel.reason();
  // It may be the reason already, with more said about it.
  return reason.ok() || reason.message() == status.message() ? status : reason;
}

void SetOutcome(const absl::Status& status, v1::Run& run) {
  run.set_state(StateFor(status, run.epoch() != 0));
  if (!status.ok()) *run.mutable_error() = ToRpcStatus(status);
  *run.mutable_end_time() = ToTimestamp(absl::Now());
}

absl::Status PooledError(const Step& step) {
  return Error(v1::ERROR_REASON_POOLED_CONNECTION,
               absl::StrCat("revision ", step.revision->id,
                            " can't be one transaction, and the connection goes through a pooler"
                            " that gives every transaction another session of the server"))
      .Revision(step.revision->id)
      .At(step.revision->file, step.section->line)
      .Hint("give the agent a URL that leads to the database directly");
}

}  // namespace

absl::Status RunExecution::Execute() {
  run_.set_agent(options_.agent);
  run_.set_state(v1::RUN_STATE_WAITING);
  absl::BitGen random;
  absl::Duration pause = kFirstPause;
  absl::Status status = cancel_.reason();
  while (status.ok()) {
    const int steps_done = run_.steps_done();
    status = WithReason(Attempt(), cancel_);
    // Whatever a cancel broke, why it was cancelled says more.
    if (absl::Status reason = cancel_.reason();
        !status.ok() && !reason.ok() && (!HasBegun() || LostSession(status))) {
      status = reason;
    }
    if (run_.steps_done() > steps_done) pause = kFirstPause;
    if (!MayTryAgain(status)) break;
    const absl::Duration delay =
        absl::Trunc(pause * absl::Uniform(random, 0.5, 1.0), absl::Milliseconds(1));
    observer_.OnAttemptFailed(0, status, delay);
    status = cancel_.SleepFor(delay) ? absl::OkStatus() : cancel_.reason();
    pause = std::min(pause * 2, kLongestPause);
  }
  if (all_done_ && LostSession(status)) status = absl::OkStatus();
  if (!run_.has_end_time()) SetOutcome(status, run_);
  if (HasBegun() && !end_recorded_) RecordEndElsewhere();
  return status;
}

bool RunExecution::MayReconnect(const absl::Status& status) const {
  return LostSession(status) && HasBegun() && !run_.has_end_time() && cancel_.reason().ok();
}

bool RunExecution::MayTryAgain(const absl::Status& status) {
  if (MayReconnect(status)) {
    lost_since_ = std::min(lost_since_, absl::Now());
    return absl::Now() - lost_since_ <= options_.reconnect_limit;
  }
  if (run_.has_end_time() || !cancel_.reason().ok()) return false;
  // The application holds a lock on what the run needs besides its steps; or
  // another run began between two looks, which will be waited for.
  return GaveWay(status) || (!HasBegun() && ReasonOf(status) == v1::ERROR_REASON_CONCURRENT_CHANGE);
}

absl::Status RunExecution::Attempt() {
  SessionOptions options;
  options.name = absl::StrCat("brant run ", run_.id(), " ", options_.agent);
  options.lock_timeout = options_.lock_timeout;
  BRANT_ASSIGN_OR_RETURN(std::unique_ptr<Session> session, database_.Connect(options));
  CancelToken::Attachment attachment(cancel_, *session);
  return ExecuteOn(*session);
}

absl::Status RunExecution::ExecuteOn(Session& session) {
  BRANT_ASSIGN_OR_RETURN(const std::string caution, database_.CheckWritable(session));
  if (!caution.empty() && !std::exchange(told_caution_, true)) observer_.OnNotice(caution);
  if (!journal_.has_value()) {
    BRANT_ASSIGN_OR_RETURN(StateTables tables, StateTables::Resolve(database_.dialect(), session,
                                                                    options_.version_table_schema,
                                                                    options_.version_table));
    journal_.emplace(std::move(tables));
  }
  MigrationLock lock(database_, session, *journal_, {run_.id(), session_id_}, observer_, cancel_);
  absl::Status locked = lock.Acquire(HasBegun() ? absl::InfiniteDuration() : request_.lock_wait);
  waited_for_.insert(waited_for_.end(), lock.waited_for().begin(), lock.waited_for().end());
  BRANT_RETURN_IF_ERROR(locked);

  lost_since_ = absl::InfiniteFuture();

  // Everything that can be refused is refused before anything is written, the
  // journal's tables included.
  BRANT_ASSIGN_OR_RETURN(Standing standing,
                         ReadStanding(database_, session, *journal_, run_.request_id()));
  if (HasBegun() && standing.state.epoch != run_.epoch()) {
    return Error(v1::ERROR_REASON_CONCURRENT_CHANGE,
                 absl::StrCat("run ", run_.id(), " lost its session, and a run of epoch ",
                              standing.state.epoch, " took up its work"))
        .Hint("run the command again; it goes on from where the database is");
  }
  if (standing.earlier.has_value()) {
    BRANT_RETURN_IF_ERROR(CheckSameRequest(*standing.earlier, run_));
  }
  if (standing.earlier.has_value() && standing.earlier->state() == v1::RUN_STATE_SUCCEEDED) {
    // The request was executed already, and only the answer was lost.
    run_ = *standing.earlier;
    end_recorded_ = true;
    return lock.Release();
  }
  if (!HasBegun()) {
    run_.mutable_from_revisions()->Assign(standing.state.rows.begin(), standing.state.rows.end());
  }
  SetVersionRows(run_, standing.state.rows);
  Plan plan;
  if (!all_done_) {
    BRANT_ASSIGN_OR_RETURN(plan, MakePlanFrom(session, standing));
  }
  // An upgrade that is half done does not concern what is below it.
  const bool half_step =
      standing.unfinished.has_value() &&
      !(plan.kind == v1::RUN_KIND_UPGRADE && standing.unfinished->direction == Direction::kUpgrade);
  if (plan.empty() && !half_step && !HasBegun()) {
    if (plan.kind == v1::RUN_KIND_UPGRADE) {
      BRANT_ASSIGN_OR_RETURN(const std::vector<EditedRevision> edited,
                             ReadEdited(session, standing));
      if (!edited.empty()) observer_.OnNotice(EditedNotice(edited));
    }
    run_.clear_id();
    return lock.Release();
  }
  if (!HasBegun()) {
    BRANT_RETURN_IF_ERROR(
        EndOfFollowed(session, *journal_, waited_for_, run_, request_.goal, standing.state.epoch));
  }
  int skip = 0;
  if (!HasBegun() || !plan.steps.empty()) {
    BRANT_RETURN_IF_ERROR(CheckPlan(session, plan, standing));
    BRANT_ASSIGN_OR_RETURN(
        skip, StatementsToSkip(session, database_.dialect(), plan, request_.goal.transaction_mode,
                               standing.unfinished, observer_));
  }
  BRANT_RETURN_IF_ERROR(Begin(session, standing, plan));
  absl::Status status = WithReason(RunSteps(session, plan, skip), cancel_);
  if (MayReconnect(status)) return status;
  all_done_ = status.ok();
  status = End(session, std::move(status));
  if (end_recorded_) {
    CancelToken::Shield shield(cancel_);
    lock.Release().IgnoreError();
  }
  return status;
}

absl::StatusOr<Plan> RunExecution::MakePlanFrom(Session& session, const Standing& standing) {
  std::shared_ptr<const Bundle> bundle = request_.bundle;
  const Goal& goal = request_.goal;
  const std::vector<std::string>& rows = standing.state.rows;
  if (goal.kind == v1::RUN_KIND_REPAIR) {
    Plan plan;
    plan.bundle = std::move(bundle);
    plan.kind = goal.kind;
    plan.from_rows = rows;
    BRANT_ASSIGN_OR_RETURN(plan.repair,
                           MakeRepair(session, *journal_, plan.bundle, goal, standing));
    return plan;
  }
  SessionScripts scripts(session, *journal_, /*exists=*/standing.state.format > 0);
  std::vector<std::string> earlier_rows;
  if (standing.earlier.has_value()) {
    // What the request has undone already is still in its plan.
    earlier_rows.assign(standing.earlier->from_revisions().begin(),
                        standing.earlier->from_revisions().end());
  }
  BRANT_ASSIGN_OR_RETURN(
      Plan plan, PlanOverHistory(scripts, std::move(bundle), rows, earlier_rows, goal,
                                 [&](std::shared_ptr<const Bundle> complete) {
                                   return ResumePlan(std::move(complete), database_.dialect(), goal,
                                                     standing, run_);
                                 }));
  // A run that goes on in a new session has said it.
  if (!HasBegun()) {
    for (const std::string& notice : plan.notices) observer_.OnNotice(notice);
  }
  return plan;
}

absl::Status RunExecution::CheckPlan(Session& session, const Plan& plan, const Standing& standing) {
  if (session.IsPooled()) {
    for (const Step& step : plan.steps) {
      if (!step.transactional) return PooledError(step);
    }
  }
  if (plan.steps.empty()) return absl::OkStatus();
  BRANT_ASSIGN_OR_RETURN(std::vector<EditedRevision> edited, ReadEdited(session, standing));
  if (edited.empty()) return absl::OkStatus();
  BRANT_ASSIGN_OR_RETURN(std::vector<StoredScript> scripts,
                         journal_->ReadScripts(session, {edited[0].applied.revision}));
  if (!scripts.empty()) edited[0].applied = std::move(scripts[0]);
  return EditedError(edited);
}

absl::StatusOr<std::vector<EditedRevision>> RunExecution::ReadEdited(Session& session,
                                                                     const Standing& standing) {
  if (request_.goal.allow_edited_files || standing.state.format == 0) {
    return std::vector<EditedRevision>();
  }
  BRANT_ASSIGN_OR_RETURN(std::vector<StoredScript> scripts, journal_->ReadChecksums(session));
  return FindEdited(*request_.bundle, standing.state.rows, std::move(scripts));
}

absl::Status RunExecution::BeginLocked(Session& session, absl::string_view lock) {
  while (true) {
    BRANT_RETURN_IF_ERROR(session.Begin());
    absl::StatusOr<bool> locked = session.TryLock(lock);
    if (locked.ok() && *locked) return absl::OkStatus();
    session.Rollback().IgnoreError();
    BRANT_RETURN_IF_ERROR(locked.status());
    if (!cancel_.SleepFor(kLockPause)) return cancel_.reason();
  }
}

// The tables serve every version table of the schema, so that nobody who migrates
// by another one may make them at the same time.
absl::Status RunExecution::Prepare(Session& session) {
  const std::string lock = journal_->tables().SchemaLockName();
  if (session.IsPooled()) {
    BRANT_RETURN_IF_ERROR(BeginLocked(session, lock));
    absl::Status status = journal_->Prepare(session);
    if (status.ok()) return session.Commit();
    session.Rollback().IgnoreError();
    return status;
  }
  while (true) {
    BRANT_ASSIGN_OR_RETURN(const bool locked, session.TryLock(lock));
    if (locked) break;
    if (!cancel_.SleepFor(kLockPause)) return cancel_.reason();
  }
  absl::Status status = journal_->Prepare(session);
  absl::Status released = session.ReleaseLock(lock);
  return status.ok() ? released : status;
}

absl::Status RunExecution::Begin(Session& session, Standing& standing, const Plan& plan) {
  session_id_ = session.IsPooled() ? "pooled" : session.ServerId();
  if (HasBegun()) {
    run_.set_steps_done(run_.steps_total() - static_cast<int>(plan.steps.size()));
    return session.Batch({journal_->ContinueRun(run_.id(), session_id_, session.IsPooled())});
  }
  if (!standing.prepared) BRANT_RETURN_IF_ERROR(Prepare(session));
  v1::Run begun = run_;
  begun.set_state(v1::RUN_STATE_RUNNING);
  begun.set_steps_total(static_cast<int>(plan.steps.size()));
  *begun.mutable_start_time() = ToTimestamp(absl::Now());

  RunMonitor::Options monitor;
  monitor.interval = options_.monitor_interval;
  monitor.session_name = absl::StrCat("brant monitor ", run_.id(), " ", options_.agent);
  // MySQL itself notices late that an agent was cut off, so that others have to
  // from the first moment: they may expect signs of life that are certain to come.
  std::unique_ptr<Session> monitor_session;
  if (database_.dialect() == Dialect::kMysql) {
    monitor_session = RunMonitor::Connect(database_, monitor);
  }

  BRANT_RETURN_IF_ERROR(session.IsPooled() ? BeginLocked(session, journal_->tables().LockName())
                                           : session.Begin());
  absl::Status status = [&]() -> absl::Status {
    if (session.IsPooled() || !standing.prepared) {
      BRANT_ASSIGN_OR_RETURN(std::optional<DatabaseState> state,
                             journal_->ReadState(session, /*lock=*/true));
      if (!state.has_value() || state->rows != plan.from_rows ||
          (standing.prepared && state->epoch != standing.state.epoch)) {
        return Error(v1::ERROR_REASON_CONCURRENT_CHANGE, "the database changed during planning")
            .Hint("run the command again; it goes on from where the database is");
      }
      standing.state.epoch = state->epoch;
    }
    begun.set_epoch(standing.state.epoch + 1);
    // Behind a pooler nothing else keeps other runs off between its transactions.
    const bool shows_life = session.IsPooled() || monitor_session != nullptr;
    return session.BatchAndCommit(journal_->BeginRun(begun, session_id_, shows_life));
  }();
  if (!status.ok()) {
    session.Rollback().IgnoreError();
    return status;
  }
  run_ = std::move(begun);
  observer_.OnStarted(run_);
  monitor_ = std::make_unique<RunMonitor>(database_, *journal_, run_.id(), observer_, cancel_,
                                          std::move(monitor), std::move(monitor_session));
  return absl::OkStatus();
}

absl::Status RunExecution::RunSteps(Session& session, const Plan& plan, int skip) {
  const RunScope scope = {session, *journal_, run_, observer_, cancel_, *monitor_};
  if (all_done_) return absl::OkStatus();
  if (plan.kind == v1::RUN_KIND_STAMP) return RunStamp(scope, plan.stamp);
  if (plan.kind == v1::RUN_KIND_REPAIR) return RunRepair(scope, plan.repair);
  if (request_.goal.transaction_mode == v1::TRANSACTION_MODE_SINGLE && !plan.steps.empty()) {
    return RunInOneTransaction(scope, plan.steps);
  }
  // What an earlier session of this run has done is not in the plan any more.
  int position = run_.steps_total() - static_cast<int>(plan.steps.size());
  for (const Step& step : plan.steps) {
    ++position;
    BRANT_RETURN_IF_ERROR(step.transactional && skip == 0
                              ? RunTransactional(scope, position, step)
                              : RunStatementwise(scope, position, step, skip));
    skip = 0;
    BRANT_RETURN_IF_ERROR(session.Reset());
  }
  return absl::OkStatus();
}

absl::Status RunExecution::End(Session& session, absl::Status status) {
  CancelToken::Shield shield(cancel_);
  const std::vector<v1::RunEvent> events = monitor_->Stop();
  SetOutcome(status, run_);
  if (!status.ok() && !session.IsAlive()) return status;
  session.Reset().IgnoreError();
  // Whoever reads of the end has read all events.
  std::vector<BoundStatement> batch = journal_->InsertEvents(events);
  batch.push_back(journal_->EndRun(run_));
  absl::Status recorded = session.Batch(batch);
  if (!recorded.ok() && !LostSession(recorded)) recorded = session.Batch({journal_->EndRun(run_)});
  end_recorded_ = recorded.ok();
  if (status.ok() && LostSession(recorded)) {
    // All is done but the word of it, for which another session will do.
    run_.set_state(v1::RUN_STATE_RUNNING);
    run_.clear_end_time();
    return recorded;
  }
  if (status.ok() && !recorded.ok()) {
    observer_.OnNotice(
        absl::StrCat("the run succeeded, but its end could not be recorded: ", recorded.message()));
  }
  return status;
}

void RunExecution::RecordEndElsewhere() {
  SessionOptions options;
  options.name = absl::StrCat("brant ", options_.agent);
  options.connect_timeout = kRecordEndTimeout;
  absl::StatusOr<std::unique_ptr<Session>> session = database_.Connect(options);
  if (!session.ok()) return;
  std::vector<BoundStatement> batch = journal_->InsertEvents(monitor_->Stop());
  batch.push_back(journal_->EndRun(run_));
  (*session)->Batch(batch).IgnoreError();
}

}  // namespace brant
