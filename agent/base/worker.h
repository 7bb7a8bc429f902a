// A thread that runs tasks one after the other.

#ifndef BRANT_AGENT_BASE_WORKER_H_
#define BRANT_AGENT_BASE_WORKER_H_

#include <functional>
#include <map>
#include <thread>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace brant {

// Post and PostAfter may be called from any thread, also from a task. The
// destructor ends the task under way, drops those that have not begun, and
// joins the thread.
class Worker {
 public:
  Worker();
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Runs a task after those posted before. False: the worker is stopping, and
  // the task is dropped.
  bool Post(std::function<void()> task) ABSL_LOCKS_EXCLUDED(mutex_);

  // Runs a task once the delay is over.
  bool PostAfter(absl::Duration delay, std::function<void()> task) ABSL_LOCKS_EXCLUDED(mutex_);

  // Drops what has not begun and takes no more; returns when the task under
  // way, if any, has ended. Not to be called from a task.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Loop() ABSL_LOCKS_EXCLUDED(mutex_);

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // By due time; tasks of the same time in the order of posting.
  std::multimap<absl::Time, std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  absl::CondVar changed_;
  std::thread thread_;
};

}  // namespace brant

#endif  // BRANT_AGENT_BASE_WORKER_H_
