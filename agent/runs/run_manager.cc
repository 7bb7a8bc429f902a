#include "agent/runs/run_manager.h"

#include <algorithm>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/base/error.h"

namespace brant {
namespace {

constexpr absl::Duration kCancelInterval = absl::Milliseconds(200);

std::string NewRunId() {
  absl::BitGen random;
  return absl::StrCat(absl::FormatTime("%Y%m%d-%H%M%S-", absl::Now(), absl::UTCTimeZone()),
                      absl::StrFormat("%08x", absl::Uniform<uint32_t>(random)));
}

// The end of a run is told a moment before its worker is done with it.
bool IsUnderWay(const std::shared_ptr<Run>& run) { return !run->events().finished(); }

// The run ended without having come to a result: its request, made again, starts
// another one that goes on.
bool IsToBeTakenUp(const Run& run) {
  if (!run.events().finished()) return false;
  const v1::Run snapshot = run.Snapshot();
  if (snapshot.state() == v1::RUN_STATE_INTERRUPTED) return true;
  if (snapshot.state() != v1::RUN_STATE_FAILED) return false;
  switch (ReasonOf(FromRpcStatus(snapshot.error()))) {
    case v1::ERROR_REASON_DATABASE_UNREACHABLE:
    case v1::ERROR_REASON_COMMIT_IN_DOUBT:
    case v1::ERROR_REASON_CONCURRENT_CHANGE:
    case v1::ERROR_REASON_DATABASE_READ_ONLY:
    case v1::ERROR_REASON_SHUTTING_DOWN:
      return true;
    default:
      return false;
  }
}

}  // namespace

RunManager::RunManager(const Migrator& migrator, RunManagerLimits limits)
    : migrator_(migrator), limits_(limits) {
  poker_.PostAfter(limits_.poke_interval, [this] { Poke(); });
}

void RunManager::Poke() {
  for (const auto& run : Unfinished()) run->events().Poke();
  poker_.PostAfter(limits_.poke_interval, [this] { Poke(); });
}

RunManager::~RunManager() { Shutdown(absl::ZeroDuration()); }

std::shared_ptr<Run> RunManager::JoinLocked(absl::string_view request_id, const Goal& goal,
                                            absl::string_view bundle_digest) {
  if (auto run = FindRequestLocked(request_id)) return run;
  if (shutting_down_) return nullptr;
  if (!CanBeShared(goal)) return nullptr;
  for (const auto& run : unfinished_) {
    if (IsUnderWay(run) && run->goal() == goal && run->bundle_digest() == bundle_digest) {
      return by_request_[std::string(request_id)] = run;
    }
  }
  return nullptr;
}

std::shared_ptr<Run> RunManager::Join(absl::string_view request_id, const Goal& goal,
                                      absl::string_view bundle_digest) {
  absl::MutexLock lock(&mutex_);
  return JoinLocked(request_id, goal, bundle_digest);
}

absl::StatusOr<std::shared_ptr<Run>> RunManager::Start(RunRequest request, v1::Run description) {
  absl::MutexLock lock(&mutex_);
  if (auto run = JoinLocked(description.request_id(), request.goal, request.bundle->digest)) {
    return run;
  }
  if (shutting_down_) {
    return Error(v1::ERROR_REASON_SHUTTING_DOWN, "the agent is shutting down")
        .Hint("run the command again; another agent, or this one restarted, will take it");
  }
  if (unfinished_.size() > limits_.max_waiting) {
    return Error(v1::ERROR_REASON_LIMIT_EXCEEDED,
                 absl::StrCat(unfinished_.size(), " runs are waiting already"))
        .Hint("wait for them with 'brant watch', then run the command again");
  }
  description.set_id(NewRunId());
  const std::string request_id = description.request_id();
  auto run = std::make_shared<Run>(std::move(request), std::move(description));
  const auto before = std::count_if(unfinished_.begin(), unfinished_.end(), IsUnderWay);
  if (before > 0) {
    const auto first = std::find_if(unfinished_.begin(), unfinished_.end(), IsUnderWay);
    run->AnnounceQueued(static_cast<int>(before), (*first)->Snapshot());
    if (run->wait_deadline() != absl::InfiniteFuture()) {
      poker_.PostAfter(run->wait_deadline() - absl::Now(), [this, weak = std::weak_ptr<Run>(run)] {
        if (auto run = weak.lock()) Expire(run);
      });
    }
  }
  unfinished_.push_back(run);
  remembered_.push_back(run);
  by_request_[request_id] = run;
  Forget();
  worker_.Post([this, run] { Execute(run); });
  return run;
}

void RunManager::Execute(const std::shared_ptr<Run>& run) {
  {
    absl::MutexLock lock(&mutex_);
    // It was cancelled before its turn came.
    if (std::find(unfinished_.begin(), unfinished_.end(), run) == unfinished_.end()) return;
  }
  run->Execute(migrator_);
  {
    absl::MutexLock lock(&mutex_);
    unfinished_.erase(std::find(unfinished_.begin(), unfinished_.end(), run));
    Forget();
  }
  AnnouncePlaces();
}

void RunManager::AnnouncePlaces() {
  const std::vector<std::shared_ptr<Run>> runs = Unfinished();
  for (size_t place = 1; place < runs.size(); ++place) {
    runs[place]->AnnounceQueued(static_cast<int>(place), runs[0]->Snapshot());
  }
}

void RunManager::Forget() {
  size_t bytes = 0;
  for (const auto& run : remembered_) bytes += run->events().bytes();
  for (auto oldest = remembered_.begin(); oldest != remembered_.end();) {
    if (remembered_.size() <= limits_.max_remembered + unfinished_.size() &&
        bytes <= limits_.max_remembered_bytes) {
      return;
    }
    const std::shared_ptr<Run> run = *oldest;
    if (run == remembered_.back()) return;
    if (std::find(unfinished_.begin(), unfinished_.end(), run) != unfinished_.end()) {
      ++oldest;
      continue;
    }
    bytes -= run->events().bytes();
    oldest = remembered_.erase(oldest);
    for (auto entry = by_request_.begin(); entry != by_request_.end();) {
      if (entry->second == run) {
        by_request_.erase(entry++);
      } else {
        ++entry;
      }
    }
  }
}

std::shared_ptr<Run> RunManager::FindRequest(absl::string_view request_id) const {
  absl::MutexLock lock(&mutex_);
  return FindRequestLocked(request_id);
}

std::shared_ptr<Run> RunManager::FindRequestLocked(absl::string_view request_id) const {
  auto found = by_request_.find(request_id);
  if (found == by_request_.end() || IsToBeTakenUp(*found->second)) return nullptr;
  return found->second;
}

std::shared_ptr<Run> RunManager::Find(absl::string_view id) const {
  absl::MutexLock lock(&mutex_);
  if (id == "latest") return remembered_.empty() ? nullptr : remembered_.back();
  for (const auto& run : remembered_) {
    if (run->id() == id) return run;
  }
  return nullptr;
}

std::shared_ptr<Run> RunManager::Active() const {
  absl::MutexLock lock(&mutex_);
  const auto active = std::find_if(unfinished_.begin(), unfinished_.end(), IsUnderWay);
  return active == unfinished_.end() ? nullptr : *active;
}

std::optional<v1::Run> RunManager::ActiveSnapshot() const {
  const std::shared_ptr<Run> active = Active();
  if (active == nullptr) return std::nullopt;
  return active->Snapshot();
}

bool RunManager::RemoveWaiting(const std::shared_ptr<Run>& run) {
  absl::MutexLock lock(&mutex_);
  auto waiting = std::find(unfinished_.begin(), unfinished_.end(), run);
  // The first one is the worker's.
  if (waiting == unfinished_.end() || waiting == unfinished_.begin()) return false;
  unfinished_.erase(waiting);
  return true;
}

void RunManager::Cancel(const std::shared_ptr<Run>& run, const absl::Status& reason) {
  run->cancel().Cancel(reason);
  if (!RemoveWaiting(run)) return;
  // Ends at once, for it is cancelled.
  run->Execute(migrator_);
  AnnouncePlaces();
}

void RunManager::Expire(const std::shared_ptr<Run>& run) {
  if (!RemoveWaiting(run)) return;
  run->cancel().Cancel(
      Error(v1::ERROR_REASON_LOCK_TIMEOUT,
            "other runs of this agent kept this one from its turn for longer than it may wait")
          .Hint("wait for them with 'brant watch', or allow more time with --lock-wait"));
  run->Execute(migrator_);
  AnnouncePlaces();
}

std::vector<std::shared_ptr<Run>> RunManager::Unfinished() const {
  absl::MutexLock lock(&mutex_);
  return {unfinished_.begin(), unfinished_.end()};
}

void RunManager::Shutdown(absl::Duration grace) {
  const absl::Time deadline = absl::Now() + grace;
  {
    absl::MutexLock lock(&mutex_);
    shutting_down_ = true;
  }
  const absl::Status reason =
      Error(v1::ERROR_REASON_SHUTTING_DOWN, "the agent was shut down before the run had ended")
          .Hint("run the command again: it goes on where this one stopped");
  std::vector<std::shared_ptr<Run>> runs = Unfinished();
  if (!runs.empty()) runs[0]->StopSoon(reason);
  for (size_t i = 1; i < runs.size(); ++i) Cancel(runs[i], reason);
  bool finished = AwaitFinished(deadline);
  while (!finished) {
    for (const auto& run : Unfinished()) Cancel(run, reason);
    finished = AwaitFinished(absl::Now() + kCancelInterval);
  }
}

bool RunManager::AwaitFinished(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithDeadline(absl::Condition(this, &RunManager::AllFinished), deadline);
}

}  // namespace brant
