// Threads that run tasks, by default one, which runs them one after the other.

#ifndef BRANT_AGENT_BASE_WORKER_H_
#define BRANT_AGENT_BASE_WORKER_H_

#include <deque>
#include <functional>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace brant {

// Post and PostAfter may be called from any thread, also from a task: a task
// that was posted comes before one whose delay ended later, and the reverse. With
// several threads they begin in that order. The destructor waits for the tasks under
// way, drops those that have not begun, and joins the threads.
class Worker {
 public:
  explicit Worker(int threads = 1);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Runs a task after those posted before. False: the worker is stopping, and
  // the task is dropped.
  bool Post(std::function<void()> task) ABSL_LOCKS_EXCLUDED(mutex_);

  // Runs a task once the delay is over.
  bool PostAfter(absl::Duration delay, std::function<void()> task) ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes no more, drops what has not begun at once, and returns when the tasks
  // under way, if any, have ended. Not to be called from a task.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Posted {
    absl::Time time;
    std::function<void()> task;
  };

  void Loop() ABSL_LOCKS_EXCLUDED(mutex_);
  // The task whose turn it is; none: not yet.
  std::function<void()> Take() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<Posted> posted_ ABSL_GUARDED_BY(mutex_);
  // By due time; tasks of the same time in the order of posting.
  std::multimap<absl::Time, std::function<void()>> delayed_ ABSL_GUARDED_BY(mutex_);
  absl::CondVar changed_;
  std::vector<std::thread> threads_;
};

}  // namespace brant

#endif  // BRANT_AGENT_BASE_WORKER_H_
