#include "agent/runs/run.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/base/error.h"
#include "agent/base/log.h"
#include "agent/base/timestamp.h"
#include "agent/migrate/journal.h"

namespace brant {
namespace {

constexpr size_t kMaxStatementText = 512;

// The log names neither statements nor what the database says about them: they
// may hold data.
void LogBegin(const v1::Run& run) {
  LogInfo(absl::StrCat("run ", run.id(), " begins: ", RunKindName(run.kind()), " ", run.target(),
                       ", ", run.steps_total(), " steps, asked for by '", run.actor(),
                       "' with request ", run.request_id(), ", bundle ", run.bundle_digest()));
}

void LogEnd(const v1::Run& run) {
  std::string why;
  if (run.has_error()) {
    const absl::Status error = FromRpcStatus(run.error());
    why = absl::StrCat(": ",
                       absl::StripPrefix(v1::ErrorReason_Name(ReasonOf(error)), "ERROR_REASON_"));
    const std::string file = ErrorDetail(error, "file"), line = ErrorDetail(error, "line");
    if (!file.empty()) absl::StrAppend(&why, " in ", file, line.empty() ? "" : ":", line);
  }
  LogInfo(absl::StrCat("run ", run.id(), " ended: ", RunStateName(run.state()), " after ",
                       run.steps_done(), " of ", run.steps_total(), " steps", why));
}

}  // namespace

Run::Run(RunRequest request, v1::Run description)
    : goal_(std::move(request.goal)),
      bundle_digest_(request.bundle == nullptr ? "" : request.bundle->digest),
      wait_deadline_(absl::Now() + request.lock_wait),
      id_(description.id()),
      events_(id_),
      snapshot_(std::move(description)),
      bundle_(std::move(request.bundle)) {
  absl::MutexLock lock(&mutex_);
  snapshot_.set_state(v1::RUN_STATE_WAITING);
}

v1::Run Run::Snapshot() const {
  absl::MutexLock lock(&mutex_);
  return snapshot_;
}

void Run::SetSnapshot(const v1::Run& run) {
  absl::MutexLock lock(&mutex_);
  snapshot_ = run;
}

v1::RunEvent Run::NewEvent() const {
  v1::RunEvent event;
  event.set_run_id(id_);
  return event;
}

void Run::Execute(const Migrator& migrator) {
  v1::Run run = Snapshot();
  {
    RunRequest request;
    request.goal = goal_;
    // To the millisecond, for it is shown.
    request.lock_wait = absl::Ceil(std::max(wait_deadline_ - absl::Now(), absl::ZeroDuration()),
                                   absl::Milliseconds(1));
    {
      absl::MutexLock lock(&mutex_);
      request.bundle = bundle_;
    }
    migrator.Execute(request, run, *this, cancel_).IgnoreError();
  }
  Finish(std::move(run));
}

void Run::StopSoon(const absl::Status& reason) {
  {
    absl::MutexLock lock(&mutex_);
    if (snapshot_.state() != v1::RUN_STATE_WAITING) {
      stop_reason_ = reason;
      return;
    }
  }
  cancel_.Cancel(reason);
}

void Run::FinishWithNothingToDo(const std::vector<std::string>& rows) {
  v1::Run run = Snapshot();
  run.clear_id();
  run.set_state(v1::RUN_STATE_SUCCEEDED);
  run.mutable_from_revisions()->Assign(rows.begin(), rows.end());
  *run.mutable_to_revisions() = run.from_revisions();
  *run.mutable_end_time() = ToTimestamp(absl::Now());
  Finish(std::move(run));
}

void Run::Finish(v1::Run run) {
  // It has none if there was nothing to do, and that of an earlier run if its
  // request had been executed before.
  if (run.id() == id_ && !id_.empty()) LogEnd(run);
  {
    absl::MutexLock lock(&mutex_);
    snapshot_ = run;
    bundle_ = nullptr;
  }
  v1::RunEvent event;
  event.set_run_id(run.id());
  *event.mutable_run_finished()->mutable_run() = std::move(run);
  events_.Append(std::move(event));
}

void Run::AnnounceQueued(int position, const v1::Run& active) {
  {
    absl::MutexLock lock(&mutex_);
    if (snapshot_.state() != v1::RUN_STATE_WAITING) return;
    if (queue_position_ != 0 && position >= queue_position_) return;
    queue_position_ = position;
  }
  v1::RunEvent event = NewEvent();
  v1::RunWaiting& waiting = *event.mutable_run_waiting();
  waiting.set_queue_position(position);
  *waiting.mutable_active_run() = active;
  events_.Append(std::move(event));
}

void Run::OnWaiting(absl::string_view holder, const v1::Run* active) {
  v1::RunEvent event = NewEvent();
  v1::RunWaiting& waiting = *event.mutable_run_waiting();
  waiting.set_holder(std::string(holder));
  if (!holder.empty() || active != nullptr) waiting.set_queue_position(1);
  if (active != nullptr) *waiting.mutable_active_run() = *active;
  events_.Append(std::move(event));
}

void Run::OnRelayed(absl::string_view agent, const v1::RunEvent& relayed) {
  v1::RunEvent event = NewEvent();
  event.mutable_relayed()->set_agent(std::string(agent));
  *event.mutable_relayed()->mutable_event() = relayed;
  events_.Append(std::move(event));
}

void Run::OnStarted(const v1::Run& run) {
  LogBegin(run);
  SetSnapshot(run);
  v1::RunEvent event = NewEvent();
  event.mutable_run_started()->set_steps_total(run.steps_total());
  *event.mutable_run_started()->mutable_from_revisions() = run.from_revisions();
  event.mutable_run_started()->set_transaction_mode(goal_.transaction_mode);
  events_.Append(std::move(event));
}

void Run::OnStepStarted(int position, const Step& step, int statements_skipped) {
  v1::RunEvent event = NewEvent();
  v1::StepStarted& started = *event.mutable_step_started();
  started.set_position(position);
  started.set_revision(step.revision->id);
  started.set_direction(step.direction == Direction::kUpgrade ? v1::DIRECTION_UPGRADE
                                                              : v1::DIRECTION_DOWNGRADE);
  started.set_message(std::string(step.revision->Title()));
  started.set_file(step.revision->file);
  started.mutable_parents()->Assign(step.revision->parents.begin(), step.revision->parents.end());
  started.set_statements_total(static_cast<int>(step.statements.size()));
  started.set_transactional(step.transactional);
  started.set_statements_skipped(statements_skipped);
  events_.Append(std::move(event));
}

void Run::OnStatementStarted(int position, int number, const Step& step,
                             const Statement& statement) {
  v1::RunEvent event = NewEvent();
  v1::StatementStarted& started = *event.mutable_statement_started();
  started.set_position(position);
  started.set_statement(number);
  started.set_text(Shorten(statement.text, kMaxStatementText));
  started.set_line(LineOf(step, statement));
  events_.Append(std::move(event));
}

void Run::OnStatementFinished(int position, int number, int64_t rows_affected,
                              absl::Duration duration) {
  v1::RunEvent event = NewEvent();
  v1::StatementFinished& finished = *event.mutable_statement_finished();
  finished.set_position(position);
  finished.set_statement(number);
  finished.set_rows_affected(rows_affected);
  *finished.mutable_duration() = ToDuration(duration);
  events_.Append(std::move(event));
}

void Run::OnBlocked(int position, int number, const std::vector<Blocker>& blockers) {
  v1::RunEvent event = NewEvent();
  v1::StatementBlocked& blocked = *event.mutable_statement_blocked();
  blocked.set_position(position);
  blocked.set_statement(number);
  for (const Blocker& blocker : blockers) {
    v1::Blocker& shown = *blocked.add_blockers();
    shown.set_session_id(blocker.server_id);
    shown.set_session(blocker.session);
    shown.set_statement(Shorten(blocker.statement, kMaxStatementText));
    *shown.mutable_age() = ToDuration(blocker.age);
  }
  events_.Append(std::move(event));
}

void Run::OnProgress(int position, int number, const Activity& activity) {
  v1::RunEvent event = NewEvent();
  v1::StatementProgress& progress = *event.mutable_statement_progress();
  progress.set_position(position);
  progress.set_statement(number);
  progress.set_phase(activity.phase);
  if (activity.share.has_value()) progress.set_share(*activity.share);
  events_.Append(std::move(event));
}

void Run::OnAttemptFailed(int position, const absl::Status& error, absl::Duration delay) {
  v1::RunEvent event = NewEvent();
  v1::AttemptFailed& failed = *event.mutable_attempt_failed();
  failed.set_position(position);
  *failed.mutable_error() = ToRpcStatus(error);
  *failed.mutable_delay() = ToDuration(delay);
  events_.Append(std::move(event));
}

std::vector<v1::RunEvent> Run::EventsAfter(int64_t sequence) const {
  std::vector<v1::RunEvent> events;
  while (const v1::RunEvent* event = events_.After(sequence)) {
    events.push_back(*event);
    sequence = event->sequence();
  }
  return events;
}

void Run::OnStepFinished(int position, const v1::Run& run, absl::Duration duration) {
  SetSnapshot(run);
  v1::RunEvent event = NewEvent();
  event.mutable_step_finished()->set_position(position);
  *event.mutable_step_finished()->mutable_duration() = ToDuration(duration);
  events_.Append(std::move(event));
  absl::MutexLock lock(&mutex_);
  if (!stop_reason_.ok()) cancel_.StopHere(stop_reason_);
}

void Run::OnNotice(absl::string_view text) {
  v1::RunEvent event = NewEvent();
  event.mutable_run_notice()->set_text(std::string(text));
  events_.Append(std::move(event));
}

}  // namespace brant
