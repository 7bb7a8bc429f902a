// The events of one run, kept from the first to the last.

#ifndef BRANT_AGENT_RUNS_EVENT_LOG_H_
#define BRANT_AGENT_RUNS_EVENT_LOG_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "brant/v1/run.pb.h"

namespace brant {

// Numbers events without gaps. Readers hold a place in the log instead of a
// queue of their own, so a slow one costs nothing. Thread-safe.
class EventLog {
 public:
  // Held by a reader as long as it wants to be told of new events. After its
  // destructor returns, its listener is not called any more.
  class Subscription {
   public:
    ~Subscription();
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

   private:
    friend class EventLog;
    struct Slot {
      absl::Mutex mutex;
      std::function<void()> listener ABSL_GUARDED_BY(mutex);
    };
    explicit Subscription(std::shared_ptr<Slot> slot) : slot_(std::move(slot)) {}
    std::shared_ptr<Slot> slot_;
  };

  // Adds an event: sets its sequence number and time, and tells the listeners.
  // Nothing can follow `run_finished`.
  void Append(v1::RunEvent event) ABSL_LOCKS_EXCLUDED(mutex_);

  // Calls the listeners without an event, so that they can show that they live.
  void Poke() ABSL_LOCKS_EXCLUDED(mutex_);

  // The event that follows number `sequence`; null if it has not happened yet.
  // Lives as long as the log.
  const v1::RunEvent* After(int64_t sequence) const ABSL_LOCKS_EXCLUDED(mutex_);

  // The last event happened.
  bool finished() const ABSL_LOCKS_EXCLUDED(mutex_);

  // The memory that the events take, about.
  size_t bytes() const ABSL_LOCKS_EXCLUDED(mutex_);

  // `listener` is called after each event and Poke, by the thread that does it. It must
  // not block, nor end its own subscription.
  std::unique_ptr<Subscription> Subscribe(std::function<void()> listener)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Listeners whose subscriptions are held.
  std::vector<std::shared_ptr<Subscription::Slot>> LiveSlots()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Without the log's own lock: listeners read the log.
  static void Notify(const std::vector<std::shared_ptr<Subscription::Slot>>& slots);

  mutable absl::Mutex mutex_;
  // A deque: references stay valid while it grows.
  std::deque<v1::RunEvent> events_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::weak_ptr<Subscription::Slot>> slots_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brant

#endif  // BRANT_AGENT_RUNS_EVENT_LOG_H_
