// Work on schemas: reading, comparing and trying them.

#ifndef BRANT_AGENT_RUNS_SCHEMA_TASKS_H_
#define BRANT_AGENT_RUNS_SCHEMA_TASKS_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "agent/base/worker.h"
#include "agent/migrate/cancel.h"

namespace brant {

// Such tasks may take long, so several run side by side, and each can be cancelled.
// Thread-safe.
class SchemaTasks {
 public:
  ~SchemaTasks() { Stop(); }

  // Where they run, each with sessions of its own.
  Worker& worker() { return worker_; }

  // Cancels a task until it has ended, which is when nobody holds its token any
  // more. Does not block.
  void Cancel(std::weak_ptr<CancelToken> task, const absl::Status& reason);

  // A task that is about to begin is cancelled when the agent ends: at once if it is
  // ending.
  void CancelAtEnd(const std::shared_ptr<CancelToken>& task) ABSL_LOCKS_EXCLUDED(mutex_);

  // Cancels the tasks under way, drops those that have not begun, and returns when
  // all have ended.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  static constexpr int kThreads = 4;

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::weak_ptr<CancelToken>> tasks_ ABSL_GUARDED_BY(mutex_);
  Worker canceller_;
  Worker worker_{kThreads};
};

}  // namespace brant

#endif  // BRANT_AGENT_RUNS_SCHEMA_TASKS_H_
