// The status for all who wait for it to change.

#ifndef BRANT_AGENT_RUNS_STATUS_HUB_H_
#define BRANT_AGENT_RUNS_STATUS_HUB_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/base/worker.h"
#include "agent/runs/listeners.h"
#include "agent/runs/status_reader.h"

namespace brant {

// Looks at the database once in an interval however many subscribers there are,
// and only while there are any. Subscribers with the same bundle share one
// status, which is made again only where the database has changed. Thread-safe.
class StatusHub {
 public:
  // What is known.
  struct Latest {
    // Null: nothing yet. The same one as long as nothing has changed.
    std::shared_ptr<const BundleStatus> status;
    // Why the last look at the database failed; the next one may succeed.
    absl::Status error;
    // The hub has stopped, and `error` says so: nothing more will come.
    bool stopped = false;
  };

 private:
  struct Group {
    std::shared_ptr<const Bundle> bundle;
    Listeners listeners;
    absl::Mutex mutex;
    Latest latest ABSL_GUARDED_BY(mutex);
    // Which change of the database `latest` has seen. Of the hub's worker.
    int64_t change = 0;
  };

 public:
  // Held by a subscriber as long as it wants to be told. After its destructor
  // returns, its listener is not called any more.
  class Subscription {
   public:
    Latest latest() const;

   private:
    friend class StatusHub;
    explicit Subscription(std::shared_ptr<Group> group) : group_(std::move(group)) {}
    // The listener goes first.
    std::shared_ptr<Group> group_;
    std::unique_ptr<Listeners::Subscription> listener_;
  };

  // `reader` is used by tasks of `worker` only. Both must outlive the hub, and
  // `worker` must have been stopped when the hub ends.
  StatusHub(StatusReader& reader, Worker& worker, absl::Duration interval)
      : reader_(reader), worker_(worker), interval_(interval) {}

  // `listener` is called after each look and Poke. It must not block, nor end its
  // own subscription. Something may be known already when this returns.
  std::unique_ptr<Subscription> Subscribe(std::shared_ptr<const Bundle> bundle,
                                          std::function<void()> listener)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Calls the listeners, so that they can show that they live.
  void Poke() ABSL_LOCKS_EXCLUDED(mutex_);

  // Looks no more, and tells the subscribers that it is SHUTTING_DOWN.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  std::vector<std::shared_ptr<Group>> LiveGroups() ABSL_LOCKS_EXCLUDED(mutex_);

  // On the worker from here on. Begins to look, if that is not done already.
  void Begin();
  // Looks, tells, and sees to the next look.
  void Look();
  void Update(Group& group);

  StatusReader& reader_;
  Worker& worker_;
  const absl::Duration interval_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  // By the bundle's digest.
  absl::flat_hash_map<std::string, std::weak_ptr<Group>> groups_ ABSL_GUARDED_BY(mutex_);
  // Of the worker.
  bool looking_ = false;
  int64_t change_ = 0;
  absl::Status error_;
};

}  // namespace brant

#endif  // BRANT_AGENT_RUNS_STATUS_HUB_H_
