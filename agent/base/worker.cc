#include "agent/base/worker.h"

namespace brant {

Worker::Worker(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Loop(); });
}

Worker::~Worker() { Stop(); }

bool Worker::Post(std::function<void()> task) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return false;
  posted_.push_back({absl::Now(), std::move(task)});
  changed_.SignalAll();
  return true;
}

bool Worker::PostAfter(absl::Duration delay, std::function<void()> task) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return false;
  delayed_.emplace(absl::Now() + delay, std::move(task));
  changed_.SignalAll();
  return true;
}

void Worker::Stop() {
  {
    // Destroyed without the lock: what a task holds may post another one when it goes.
    std::deque<Posted> posted;
    std::multimap<absl::Time, std::function<void()>> delayed;
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
    posted.swap(posted_);
    delayed.swap(delayed_);
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::function<void()> Worker::Take() {
  std::function<void()> task;
  const auto first = delayed_.begin();
  // A delayed task whose time has come waits for what was posted before that,
  // and for no more: else load would keep it from running at all.
  if (first != delayed_.end() && first->first <= absl::Now() &&
      (posted_.empty() || first->first <= posted_.front().time)) {
    task = std::move(first->second);
    delayed_.erase(first);
  } else if (!posted_.empty()) {
    task = std::move(posted_.front().task);
    posted_.pop_front();
  }
  return task;
}

void Worker::Loop() {
  while (true) {
    std::function<void()> task;
    {
      absl::MutexLock lock(&mutex_);
      while (!stopping_ && !(task = Take())) {
        if (delayed_.empty()) {
          changed_.Wait(&mutex_);
        } else {
          changed_.WaitWithDeadline(&mutex_, delayed_.begin()->first);
        }
      }
      if (stopping_) break;
    }
    task();
  }
}

}  // namespace brant
