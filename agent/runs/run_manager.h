// The runs of this agent: one at a time, the others wait their turn.

#ifndef BRANT_AGENT_RUNS_RUN_MANAGER_H_
#define BRANT_AGENT_RUNS_RUN_MANAGER_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/base/worker.h"
#include "agent/migrate/migrator.h"
#include "agent/runs/run.h"

namespace brant {

struct RunManagerLimits {
  // Runs that may wait; more are refused with LIMIT_EXCEEDED.
  size_t max_waiting = 256;
  // Runs that have ended and can still be watched.
  size_t max_remembered = 64;
  // The memory of their events, about; the oldest runs are forgotten first, but
  // never the last one.
  size_t max_remembered_bytes = size_t{64} << 20;
  // How often those who follow a run are woken, so that they can show that they
  // live although nothing happens.
  absl::Duration poke_interval = absl::Seconds(5);
};

// Thread-safe.
class RunManager {
 public:
  // `migrator` must outlive the manager.
  explicit RunManager(const Migrator& migrator, RunManagerLimits limits = {});
  // Cancels what runs, and waits for it.
  ~RunManager();

  // Starts a run, or joins one: that of the same request id, or one that is not
  // over yet and has the same goal and bundle. `description` as Run wants it,
  // without the id. Errors: LIMIT_EXCEEDED, SHUTTING_DOWN.
  absl::StatusOr<std::shared_ptr<Run>> Start(RunRequest request, v1::Run description)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The run that Start would join; null: it would start one.
  std::shared_ptr<Run> Join(absl::string_view request_id, const Goal& goal,
                            absl::string_view bundle_digest) ABSL_LOCKS_EXCLUDED(mutex_);

  // The run of a request id, if this agent remembers it, and if it came to a
  // result or still may.
  std::shared_ptr<Run> FindRequest(absl::string_view request_id) const ABSL_LOCKS_EXCLUDED(mutex_);
  // The run of an id, or for `latest` the one that was started last; null if
  // this agent has none.
  std::shared_ptr<Run> Find(absl::string_view id) const ABSL_LOCKS_EXCLUDED(mutex_);
  // The run that executes now; null if none does.
  std::shared_ptr<Run> Active() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<v1::Run> ActiveSnapshot() const;

  // Asks a run to stop for a reason (CANCELLED or SHUTTING_DOWN). One that waits
  // its turn ends at once; the one that executes ends when it notices, and a
  // statement that is just about to begin escapes: call again until it has ended.
  void Cancel(const std::shared_ptr<Run>& run, const absl::Status& reason)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes no more runs. Those that wait, for their turn or for the lock, end at
  // once with SHUTTING_DOWN; the one that executes ends after the step under
  // way, which is cancelled when `grace` is over. Blocks until none is left.
  void Shutdown(absl::Duration grace) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  bool AllFinished() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return unfinished_.empty(); }
  std::shared_ptr<Run> FindRequestLocked(absl::string_view request_id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<Run> JoinLocked(absl::string_view request_id, const Goal& goal,
                                  absl::string_view bundle_digest)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Execute(const std::shared_ptr<Run>& run) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends a run whose turn did not come within its `lock_wait`.
  void Expire(const std::shared_ptr<Run>& run) ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes a run out of those that wait their turn; false: it does not.
  bool RemoveWaiting(const std::shared_ptr<Run>& run) ABSL_LOCKS_EXCLUDED(mutex_);
  // Tells those that wait their turn how many are before them.
  void AnnouncePlaces() ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<std::shared_ptr<Run>> Unfinished() const ABSL_LOCKS_EXCLUDED(mutex_);
  // False: the deadline passed first.
  bool AwaitFinished(absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);
  // Wakes the followers of all runs, now and again.
  void Poke() ABSL_LOCKS_EXCLUDED(mutex_);
  // Forgets the oldest runs that have ended, beyond the limits.
  void Forget() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Migrator& migrator_;
  const RunManagerLimits limits_;
  mutable absl::Mutex mutex_;
  bool shutting_down_ ABSL_GUARDED_BY(mutex_) = false;
  // Executing or waiting, the oldest first; the first one may just have ended.
  std::deque<std::shared_ptr<Run>> unfinished_ ABSL_GUARDED_BY(mutex_);
  // All that can be found, in the order of their start.
  std::deque<std::shared_ptr<Run>> remembered_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::shared_ptr<Run>> by_request_ ABSL_GUARDED_BY(mutex_);
  // Last: their destructors end the threads before the rest goes. Two, for the
  // first one is busy with a run.
  Worker worker_;
  Worker poker_;
};

}  // namespace brant

#endif  // BRANT_AGENT_RUNS_RUN_MANAGER_H_
