// Watches over a run from outside of the session that executes it.

#ifndef BRANT_AGENT_MIGRATE_RUN_MONITOR_H_
#define BRANT_AGENT_MIGRATE_RUN_MONITOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/database/database.h"
#include "agent/migrate/cancel.h"
#include "agent/migrate/journal.h"
#include "agent/migrate/observer.h"
#include "brant/v1/run.pb.h"

namespace brant {

// Once a second, on a session and a thread of its own: shows in the journal that
// the run's agent lives, records the run's events there for other agents, hears
// of requests to cancel that came through other agents, and asks the database
// what a long statement waits for and how far it is. What fails is tried again
// the next time: the run does not depend on it. No transaction stays open in
// between, for CREATE INDEX CONCURRENTLY would wait for it.
//
// StatementBegan and StatementEnded are called by the thread that executes.
class RunMonitor {
 public:
  struct Options {
    absl::Duration interval = absl::Seconds(1);
    // Soon: an agent that was cut off before can't be told from one that never
    // could show life.
    absl::Duration first_interval = absl::Milliseconds(200);
    // The name of its session.
    std::string session_name;
  };

  // A session for a monitor; none if the database does not give one.
  static std::unique_ptr<Session> Connect(Database& database, const Options& options);

  // All references must outlive the monitor. Nothing happens in the database
  // before the first interval is over: most runs end sooner. `session` may be
  // null: then it connects when it needs to.
  RunMonitor(Database& database, const Journal& journal, std::string run_id, RunObserver& observer,
             CancelToken& cancel, Options options, std::unique_ptr<Session> session);
  ~RunMonitor();
  RunMonitor(const RunMonitor&) = delete;
  RunMonitor& operator=(const RunMonitor&) = delete;

  // The session `server_id` executes the statement `number` of step `position`.
  void StatementBegan(std::string server_id, int position, int number) ABSL_LOCKS_EXCLUDED(mutex_);
  void StatementEnded() ABSL_LOCKS_EXCLUDED(mutex_);

  // It could not show the last time that the agent lives, such as where the server
  // takes no more connections.
  bool IsSilent() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends the watch, and gives the events that are not recorded yet.
  std::vector<v1::RunEvent> Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Statement {
    std::string server_id;
    int position = 0;
    int number = 0;
    absl::Time start;
  };

  void Loop();
  void Look();
  absl::Status ShowLife();
  absl::Status RecordEvents(Session& session);
  void HearCancelRequest(Session& session);
  void ObserveStatement(Session& session);
  std::optional<Statement> LongStatement() ABSL_LOCKS_EXCLUDED(mutex_);

  Database& database_;
  const Journal& journal_;
  const std::string run_id_;
  RunObserver& observer_;
  CancelToken& cancel_;
  const Options options_;

  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool silent_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<Statement> statement_ ABSL_GUARDED_BY(mutex_);

  // Of the monitor's thread, and of Stop once that has ended.
  std::unique_ptr<Session> session_;
  int64_t recorded_ = 0;
  // What was told last of the statement under way.
  std::string told_blockers_;
  std::string told_progress_;

  std::thread thread_;
};

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_RUN_MONITOR_H_
