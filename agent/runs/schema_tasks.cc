#include "agent/runs/schema_tasks.h"

#include <utility>

#include "absl/time/time.h"
#include "agent/runs/stopping.h"

namespace brant {

void SchemaTasks::Cancel(std::weak_ptr<CancelToken> task, const absl::Status& reason) {
  canceller_.Post([this, task = std::move(task), reason] {
    const std::shared_ptr<CancelToken> live = task.lock();
    if (live == nullptr) return;
    live->Cancel(reason);
    // A statement that was just about to begin has escaped.
    canceller_.PostAfter(absl::Milliseconds(100), [this, task, reason] { Cancel(task, reason); });
  });
}

void SchemaTasks::CancelAtEnd(const std::shared_ptr<CancelToken>& task) {
  {
    absl::MutexLock lock(&mutex_);
    std::erase_if(tasks_, [](const auto& other) { return other.expired(); });
    tasks_.push_back(task);
    if (!stopping_) return;
  }
  Cancel(task, StoppingError());
}

void SchemaTasks::Stop() {
  std::vector<std::weak_ptr<CancelToken>> tasks;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    tasks.swap(tasks_);
  }
  for (auto& task : tasks) Cancel(std::move(task), StoppingError());
  worker_.Stop();
  canceller_.Stop();
}

}  // namespace brant
