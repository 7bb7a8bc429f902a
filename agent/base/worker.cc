#include "agent/base/worker.h"

namespace brant {

Worker::Worker() : thread_([this] { Loop(); }) {}

Worker::~Worker() { Stop(); }

bool Worker::Post(std::function<void()> task) {
  // Due since ever: before all delayed tasks, and in the order of posting.
  absl::MutexLock lock(&mutex_);
  if (stopping_) return false;
  tasks_.emplace(absl::InfinitePast(), std::move(task));
  changed_.Signal();
  return true;
}

bool Worker::PostAfter(absl::Duration delay, std::function<void()> task) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return false;
  tasks_.emplace(absl::Now() + delay, std::move(task));
  changed_.Signal();
  return true;
}

void Worker::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.Signal();
  }
  if (thread_.joinable()) thread_.join();
  // Destroyed without the lock: what a task holds may post another one when it goes.
  std::multimap<absl::Time, std::function<void()>> dropped;
  absl::MutexLock lock(&mutex_);
  dropped.swap(tasks_);
}

void Worker::Loop() {
  while (true) {
    std::function<void()> task;
    {
      absl::MutexLock lock(&mutex_);
      while (!stopping_ && (tasks_.empty() || tasks_.begin()->first > absl::Now())) {
        if (tasks_.empty()) {
          changed_.Wait(&mutex_);
        } else {
          changed_.WaitWithDeadline(&mutex_, tasks_.begin()->first);
        }
      }
      if (stopping_) return;
      task = std::move(tasks_.begin()->second);
      tasks_.erase(tasks_.begin());
    }
    task();
  }
}

}  // namespace brant
