#include "agent/runs/event_log.h"

#include <algorithm>
#include <utility>

#include "agent/base/timestamp.h"

namespace brant {

EventLog::Subscription::~Subscription() {
  absl::MutexLock lock(&slot_->mutex);
  slot_->listener = nullptr;
}

std::vector<std::shared_ptr<EventLog::Subscription::Slot>> EventLog::LiveSlots() {
  std::vector<std::shared_ptr<Subscription::Slot>> slots;
  slots_.erase(std::remove_if(slots_.begin(), slots_.end(),
                              [&slots](const std::weak_ptr<Subscription::Slot>& weak) {
                                auto slot = weak.lock();
                                if (slot == nullptr) return true;
                                slots.push_back(std::move(slot));
                                return false;
                              }),
               slots_.end());
  return slots;
}

void EventLog::Notify(const std::vector<std::shared_ptr<Subscription::Slot>>& slots) {
  for (const auto& slot : slots) {
    absl::MutexLock lock(&slot->mutex);
    if (slot->listener) slot->listener();
  }
}

void EventLog::Append(v1::RunEvent event) {
  std::vector<std::shared_ptr<Subscription::Slot>> slots;
  {
    absl::MutexLock lock(&mutex_);
    if (!events_.empty() && events_.back().has_run_finished()) return;
    event.set_sequence(static_cast<int64_t>(events_.size()) + 1);
    *event.mutable_event_time() = ToTimestamp(absl::Now());
    bytes_ += event.SpaceUsedLong();
    events_.push_back(std::move(event));
    slots = LiveSlots();
  }
  Notify(slots);
}

void EventLog::Poke() {
  std::vector<std::shared_ptr<Subscription::Slot>> slots;
  {
    absl::MutexLock lock(&mutex_);
    slots = LiveSlots();
  }
  Notify(slots);
}

const v1::RunEvent* EventLog::After(int64_t sequence) const {
  absl::MutexLock lock(&mutex_);
  if (sequence < 0) sequence = 0;
  if (sequence >= static_cast<int64_t>(events_.size())) return nullptr;
  return &events_[sequence];
}

bool EventLog::finished() const {
  absl::MutexLock lock(&mutex_);
  return !events_.empty() && events_.back().has_run_finished();
}

size_t EventLog::bytes() const {
  absl::MutexLock lock(&mutex_);
  return bytes_;
}

std::unique_ptr<EventLog::Subscription> EventLog::Subscribe(std::function<void()> listener) {
  auto slot = std::make_shared<Subscription::Slot>();
  {
    absl::MutexLock lock(&slot->mutex);
    slot->listener = std::move(listener);
  }
  absl::MutexLock lock(&mutex_);
  slots_.push_back(slot);
  return std::unique_ptr<Subscription>(new Subscription(std::move(slot)));
}

}  // namespace brant
