#include "agent/runs/event_log.h"

#include <utility>

#include "agent/base/timestamp.h"

namespace brant {

void EventLog::Add(v1::RunEvent event) {
  bytes_ += event.SpaceUsedLong();
  events_.push_back(std::move(event));
}

void EventLog::Append(v1::RunEvent event) {
  {
    absl::MutexLock lock(&mutex_);
    if (FinishedLocked()) return;
    event.set_sequence(static_cast<int64_t>(events_.size()) + 1);
    *event.mutable_event_time() = ToTimestamp(absl::Now());
    Add(std::move(event));
  }
  listeners_.Notify();
}

void EventLog::AppendNumbered(v1::RunEvent event) {
  {
    absl::MutexLock lock(&mutex_);
    if (FinishedLocked() || event.sequence() != static_cast<int64_t>(events_.size()) + 1) return;
    Add(std::move(event));
  }
  listeners_.Notify();
}

void EventLog::Close(absl::Status reason) {
  {
    absl::MutexLock lock(&mutex_);
    if (FinishedLocked() || !closed_.ok()) return;
    closed_ = std::move(reason);
  }
  listeners_.Notify();
}

EventLog::Next EventLog::NextAfter(int64_t sequence) const {
  absl::MutexLock lock(&mutex_);
  Next next{nullptr, FinishedLocked(), closed_};
  const size_t place = sequence < 0 ? 0 : static_cast<size_t>(sequence);
  if (place < events_.size()) next.event = &events_[place];
  return next;
}

const v1::RunEvent* EventLog::Last() const {
  absl::MutexLock lock(&mutex_);
  return events_.empty() ? nullptr : &events_.back();
}

bool EventLog::finished() const {
  absl::MutexLock lock(&mutex_);
  return FinishedLocked();
}

absl::Status EventLog::closed() const {
  absl::MutexLock lock(&mutex_);
  return closed_;
}

size_t EventLog::bytes() const {
  absl::MutexLock lock(&mutex_);
  return bytes_;
}

}  // namespace brant
