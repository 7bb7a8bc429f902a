#include "agent/migrate/run_monitor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"

namespace brant {
namespace {

constexpr absl::Duration kConnectTimeout = absl::Seconds(2);
// Shorter statements are nobody's concern.
constexpr absl::Duration kLongStatement = absl::Milliseconds(500);

}  // namespace

RunMonitor::RunMonitor(Database& database, const Journal& journal, std::string run_id,
                       RunObserver& observer, CancelToken& cancel, Options options,
                       std::unique_ptr<Session> session)
    : database_(database),
      journal_(journal),
      run_id_(std::move(run_id)),
      observer_(observer),
      cancel_(cancel),
      options_(std::move(options)),
      session_(std::move(session)),
      thread_([this] { Loop(); }) {}

RunMonitor::~RunMonitor() { Stop(); }

void RunMonitor::StatementBegan(std::string server_id, int position, int number) {
  absl::MutexLock lock(&mutex_);
  statement_ = Statement{std::move(server_id), position, number, absl::Now()};
}

void RunMonitor::StatementEnded() {
  absl::MutexLock lock(&mutex_);
  statement_.reset();
}

bool RunMonitor::IsSilent() const {
  absl::MutexLock lock(&mutex_);
  return silent_;
}

std::vector<v1::RunEvent> RunMonitor::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
  session_.reset();
  return observer_.EventsAfter(recorded_);
}

void RunMonitor::Loop() {
  absl::Duration pause = std::min(options_.first_interval, options_.interval);
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), pause)) return;
    }
    Look();
    pause = options_.interval;
  }
}

std::unique_ptr<Session> RunMonitor::Connect(Database& database, const Options& options) {
  SessionOptions of_session;
  of_session.name = options.session_name;
  of_session.connect_timeout = kConnectTimeout;
  absl::StatusOr<std::unique_ptr<Session>> session = database.Connect(of_session);
  return session.ok() ? *std::move(session) : nullptr;
}

void RunMonitor::Look() {
  const absl::Status lives = ShowLife();
  {
    absl::MutexLock lock(&mutex_);
    silent_ = !lives.ok();
  }
  if (session_ == nullptr) return;
  if (lives.ok() && RecordEvents(*session_).ok()) HearCancelRequest(*session_);
  ObserveStatement(*session_);
  // An open connection would be in the way of PRAGMA journal_mode.
  if (database_.dialect() == Dialect::kSqlite) session_.reset();
}

// By itself: whatever keeps the events from being recorded, the agent lives.
absl::Status RunMonitor::ShowLife() {
  if (session_ == nullptr || !session_->IsAlive()) session_ = Connect(database_, options_);
  if (session_ == nullptr) return absl::UnavailableError("no session");
  return session_->Batch({journal_.Heartbeat(run_id_)});
}

absl::Status RunMonitor::RecordEvents(Session& session) {
  for (const BoundStatement& part : journal_.InsertEvents(observer_.EventsAfter(recorded_))) {
    BRANT_RETURN_IF_ERROR(session.Batch({part}));
    recorded_ = std::get<int64_t>(part.args[2]);
  }
  return absl::OkStatus();
}

void RunMonitor::HearCancelRequest(Session& session) {
  // Again and again until the run has ended: a statement that was just about to
  // begin escapes.
  if (journal_.ReadCancelRequest(session, run_id_).value_or(false)) {
    cancel_.Cancel(CancelledError(CancelScope::kEqualRequests));
  }
}

std::optional<RunMonitor::Statement> RunMonitor::LongStatement() {
  absl::MutexLock lock(&mutex_);
  if (!statement_.has_value() || absl::Now() - statement_->start < kLongStatement) {
    return std::nullopt;
  }
  return statement_;
}

void RunMonitor::ObserveStatement(Session& session) {
  const std::optional<Statement> statement = LongStatement();
  if (!statement.has_value()) return;
  absl::StatusOr<Activity> activity = session.Observe(statement->server_id);
  if (!activity.ok()) return;
  const std::string place = absl::StrCat(statement->position, ".", statement->number, " ");
  std::string blockers = place;
  for (const Blocker& blocker : activity->blockers) {
    absl::StrAppend(&blockers, blocker.server_id, ",");
  }
  if (!activity->blockers.empty() && blockers != told_blockers_) {
    observer_.OnBlocked(statement->position, statement->number, activity->blockers);
    told_blockers_ = std::move(blockers);
  }
  if (activity->phase.empty()) return;
  const int percent = static_cast<int>(activity->share.value_or(-1) * 100);
  std::string progress = absl::StrCat(place, activity->phase, " ", percent);
  if (progress != told_progress_) {
    observer_.OnProgress(statement->position, statement->number, *activity);
    told_progress_ = std::move(progress);
  }
}

}  // namespace brant
