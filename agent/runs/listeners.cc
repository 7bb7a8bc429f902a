#include "agent/runs/listeners.h"

#include <algorithm>
#include <utility>

namespace brant {

Listeners::Subscription::~Subscription() {
  absl::MutexLock lock(&slot_->mutex);
  slot_->listener = nullptr;
}

std::unique_ptr<Listeners::Subscription> Listeners::Add(std::function<void()> listener) {
  auto slot = std::make_shared<Subscription::Slot>();
  {
    absl::MutexLock lock(&slot->mutex);
    slot->listener = std::move(listener);
  }
  absl::MutexLock lock(&mutex_);
  slots_.push_back(slot);
  return std::unique_ptr<Subscription>(new Subscription(std::move(slot)));
}

void Listeners::Notify() {
  std::vector<std::shared_ptr<Subscription::Slot>> slots;
  {
    absl::MutexLock lock(&mutex_);
    slots_.erase(std::remove_if(slots_.begin(), slots_.end(),
                                [&slots](const std::weak_ptr<Subscription::Slot>& weak) {
                                  auto slot = weak.lock();
                                  if (slot == nullptr) return true;
                                  slots.push_back(std::move(slot));
                                  return false;
                                }),
                 slots_.end());
  }
  // Without the lock: who is told may add a listener.
  for (const auto& slot : slots) {
    absl::MutexLock lock(&slot->mutex);
    if (slot->listener) slot->listener();
  }
}

}  // namespace brant
