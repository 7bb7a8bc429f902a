#include "agent/runs/relayed_runs.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/runs/lost_agent.h"
#include "agent/runs/stopping.h"

namespace brant {

absl::Status UnknownRun(absl::string_view id) {
  return Error(v1::ERROR_REASON_NOT_FOUND, id == "latest" ? "the database has no runs yet"
                                                          : absl::StrCat("no run has the id ", id))
      .Hint("'brant runs' lists the runs of the database");
}

std::vector<std::shared_ptr<EventLog>> RelayedRuns::LiveLogs() {
  std::vector<std::shared_ptr<EventLog>> logs;
  for (auto entry = logs_.begin(); entry != logs_.end();) {
    if (auto log = entry->second.lock()) {
      logs.push_back(std::move(log));
      ++entry;
    } else {
      logs_.erase(entry++);
    }
  }
  return logs;
}

absl::StatusOr<std::shared_ptr<EventLog>> RelayedRuns::Follow(const std::string& run_id) {
  std::shared_ptr<EventLog> log;
  {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return StoppingError();
    LiveLogs();
    std::weak_ptr<EventLog>& shared = logs_[run_id];
    log = shared.lock();
    if (log != nullptr && log->closed().ok()) return log;
    log = std::make_shared<EventLog>(run_id, EventLog::Source::kJournal);
    shared = log;
  }
  worker_.Post(
      [this, weak = std::weak_ptr<EventLog>(log)] { Look(weak, SignsOfLife(), /*first=*/true); });
  return log;
}

void RelayedRuns::Look(const std::weak_ptr<EventLog>& weak, SignsOfLife signs, bool first) {
  const std::shared_ptr<EventLog> log = weak.lock();
  if (log == nullptr || !log->closed().ok()) return;
  const absl::Status status = Read(*log, signs);
  // The database may be back the next time.
  if (first && !status.ok()) log->Close(status);
  if (log->finished() || !log->closed().ok()) return;
  worker_.PostAfter(interval_,
                    [this, weak, signs = std::move(signs)] { Look(weak, signs, /*first=*/false); });
}

absl::Status RelayedRuns::Read(EventLog& log, SignsOfLife& signs) {
  // First the row, so that no event is recorded between it and the end.
  BRANT_ASSIGN_OR_RETURN(std::optional<v1::Run> run, reader_.ReadRun(log.run_id()));
  if (!run.has_value()) {
    log.Close(UnknownRun(log.run_id()));
    return absl::OkStatus();
  }
  const v1::RunEvent* last = log.Last();
  BRANT_ASSIGN_OR_RETURN(std::vector<v1::RunEvent> events,
                         reader_.ReadEvents(log.run_id(), last == nullptr ? 0 : last->sequence()));
  for (v1::RunEvent& event : events) log.AppendNumbered(std::move(event));
  if (run->state() == v1::RUN_STATE_RUNNING) {
    if (!events.empty()) return absl::OkStatus();
    absl::Status lives = CheckAgentLives(reader_, log.run_id(), signs);
    if (ReasonOf(lives) == v1::ERROR_REASON_AGENT_LOST) log.Close(lives);
    return lives;
  }
  last = log.Last();
  v1::RunEvent end;
  end.set_run_id(run->id());
  end.set_sequence(last == nullptr ? 1 : last->sequence() + 1);
  *end.mutable_event_time() = run->end_time();
  *end.mutable_run_finished()->mutable_run() = *std::move(run);
  log.AppendNumbered(std::move(end));
  return absl::OkStatus();
}

void RelayedRuns::Poke() {
  std::vector<std::shared_ptr<EventLog>> logs;
  {
    absl::MutexLock lock(&mutex_);
    logs = LiveLogs();
  }
  for (const auto& log : logs) log->Poke();
}

void RelayedRuns::Stop() {
  std::vector<std::shared_ptr<EventLog>> logs;
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    logs = LiveLogs();
  }
  for (const auto& log : logs) log->Close(StoppingError());
}

}  // namespace brant
