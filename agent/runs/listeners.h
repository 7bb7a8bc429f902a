// Functions that want to be told when something has changed.

#ifndef BRANT_AGENT_RUNS_LISTENERS_H_
#define BRANT_AGENT_RUNS_LISTENERS_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/synchronization/mutex.h"

namespace brant {

// Thread-safe.
class Listeners {
 public:
  // Held by a listener as long as it wants to be told. After its destructor
  // returns, the listener is not called any more.
  class Subscription {
   public:
    ~Subscription();
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

   private:
    friend class Listeners;
    struct Slot {
      absl::Mutex mutex;
      std::function<void()> listener ABSL_GUARDED_BY(mutex);
    };
    explicit Subscription(std::shared_ptr<Slot> slot) : slot_(std::move(slot)) {}
    std::shared_ptr<Slot> slot_;
  };

  // `listener` is called by the thread that notifies. It must not block, nor end
  // its own subscription.
  std::unique_ptr<Subscription> Add(std::function<void()> listener) ABSL_LOCKS_EXCLUDED(mutex_);

  // Calls all of them. No lock may be held that a listener takes.
  void Notify() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  std::vector<std::weak_ptr<Subscription::Slot>> slots_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brant

#endif  // BRANT_AGENT_RUNS_LISTENERS_H_
