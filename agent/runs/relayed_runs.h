// Runs that other agents execute, followed through the journal.

#ifndef BRANT_AGENT_RUNS_RELAYED_RUNS_H_
#define BRANT_AGENT_RUNS_RELAYED_RUNS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/base/worker.h"
#include "agent/migrate/signs_of_life.h"
#include "agent/migrate/state_reader.h"
#include "agent/runs/event_log.h"

namespace brant {

// Reads the events of each run that is followed from the journal, once in an
// interval however many follow it, and only while somebody does. Thread-safe.
class RelayedRuns {
 public:
  // `reader` is used by tasks of `worker` only. Both must outlive this, and
  // `worker` must have been stopped when this ends.
  RelayedRuns(StateReader& reader, Worker& worker, absl::Duration interval)
      : reader_(reader), worker_(worker), interval_(interval) {}

  // The events of a run as they were recorded, with their numbers; they come
  // once they are read. The last one is made of the run's row once that is
  // final. Closed with NOT_FOUND if there is no such run, with AGENT_LOST if its
  // agent is gone (CheckAgentLives), and with the database's error if it can't be
  // read at first. Read as long as the log is held. Error: SHUTTING_DOWN.
  absl::StatusOr<std::shared_ptr<EventLog>> Follow(const std::string& run_id)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Wakes the followers, so that they can show that they live.
  void Poke() ABSL_LOCKS_EXCLUDED(mutex_);

  // Follows no more: the logs that have not ended are closed with SHUTTING_DOWN.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // On the worker from here on.
  void Look(const std::weak_ptr<EventLog>& weak, SignsOfLife signs, bool first);
  absl::Status Read(EventLog& log, SignsOfLife& signs);

  std::vector<std::shared_ptr<EventLog>> LiveLogs() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  StateReader& reader_;
  Worker& worker_;
  const absl::Duration interval_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  // By the run's id.
  absl::flat_hash_map<std::string, std::weak_ptr<EventLog>> logs_ ABSL_GUARDED_BY(mutex_);
};

// No run has this id; `latest`: there is none at all.
absl::Status UnknownRun(absl::string_view id);

}  // namespace brant

#endif  // BRANT_AGENT_RUNS_RELAYED_RUNS_H_
