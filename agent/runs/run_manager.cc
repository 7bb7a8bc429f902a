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

// `+1`, `-1`, `ae10+2`: what it means depends on where the database is, so two
// requests for it are two steps.
bool IsRelative(absl::string_view target) {
  const size_t digits = target.find_last_not_of("0123456789");
  return digits != absl::string_view::npos && digits + 1 < target.size() &&
         (target[digits] == '+' || target[digits] == '-');
}

// The end of a run is told a moment before its worker is done with it.
bool IsUnderWay(const std::shared_ptr<Run>& run) { return !run->events().finished(); }

bool SameGoal(const RunRequest& a, const RunRequest& b) {
  return a.goal.kind == b.goal.kind && a.goal.targets == b.goal.targets &&
         a.goal.purge == b.goal.purge && a.goal.transaction_mode == b.goal.transaction_mode &&
         a.bundle->digest == b.bundle->digest;
}

}  // namespace

RunManager::RunManager(const Migrator& migrator, RunManagerLimits limits)
    : migrator_(migrator), limits_(limits) {
  poker_.PostAfter(limits_.poke_interval, [this] { Poke(); });
}

void RunManager::Poke() {
  std::deque<std::shared_ptr<Run>> runs;
  {
    absl::MutexLock lock(&mutex_);
    runs = unfinished_;
  }
  for (const auto& run : runs) run->events().Poke();
  poker_.PostAfter(limits_.poke_interval, [this] { Poke(); });
}

RunManager::~RunManager() { Shutdown(absl::ZeroDuration()); }

std::shared_ptr<Run> RunManager::FindJoinable(const RunRequest& request) const {
  for (const std::string& target : request.goal.targets) {
    if (IsRelative(target)) return nullptr;
  }
  for (const auto& run : unfinished_) {
    if (IsUnderWay(run) && SameGoal(run->request(), request)) return run;
  }
  return nullptr;
}

absl::StatusOr<std::shared_ptr<Run>> RunManager::Start(RunRequest request, v1::Run description) {
  absl::MutexLock lock(&mutex_);
  if (auto found = by_request_.find(description.request_id()); found != by_request_.end()) {
    return found->second;
  }
  if (shutting_down_) {
    return Error(v1::ERROR_REASON_SHUTTING_DOWN, "the agent is shutting down")
        .Hint("run the command again; another agent, or this one restarted, will take it");
  }
  if (auto run = FindJoinable(request)) {
    by_request_[description.request_id()] = run;
    return run;
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
  if (before > 0) run->AnnounceQueued(static_cast<int>(before));
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
  absl::MutexLock lock(&mutex_);
  unfinished_.erase(std::find(unfinished_.begin(), unfinished_.end(), run));
}

void RunManager::Forget() {
  while (remembered_.size() > limits_.max_remembered + unfinished_.size()) {
    const std::shared_ptr<Run> oldest = remembered_.front();
    remembered_.pop_front();
    for (auto entry = by_request_.begin(); entry != by_request_.end();) {
      if (entry->second == oldest) {
        by_request_.erase(entry++);
      } else {
        ++entry;
      }
    }
  }
}

std::shared_ptr<Run> RunManager::FindRequest(absl::string_view request_id) const {
  absl::MutexLock lock(&mutex_);
  auto found = by_request_.find(request_id);
  return found == by_request_.end() ? nullptr : found->second;
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

void RunManager::Cancel(const std::shared_ptr<Run>& run, const absl::Status& reason) {
  run->cancel().Cancel(reason);
  {
    absl::MutexLock lock(&mutex_);
    auto waiting = std::find(unfinished_.begin(), unfinished_.end(), run);
    // The first one is the worker's.
    if (waiting == unfinished_.end() || waiting == unfinished_.begin()) return;
    unfinished_.erase(waiting);
  }
  // Ends at once, for it is cancelled.
  run->Execute(migrator_);
}

void RunManager::CancelFrom(size_t first, const absl::Status& reason) {
  std::vector<std::shared_ptr<Run>> runs;
  {
    absl::MutexLock lock(&mutex_);
    runs.assign(unfinished_.begin() + std::min(first, unfinished_.size()), unfinished_.end());
  }
  for (const auto& run : runs) Cancel(run, reason);
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
  // Runs that have not begun end first: they would use up the grace.
  CancelFrom(1, reason);
  bool finished = AwaitFinished(deadline);
  while (!finished) {
    CancelFrom(0, reason);
    finished = AwaitFinished(absl::Now() + kCancelInterval);
  }
}

bool RunManager::AwaitFinished(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithDeadline(absl::Condition(this, &RunManager::AllFinished), deadline);
}

}  // namespace brant
