// What an agent can do, without gRPC: each call of the API, on one database.

#ifndef BRANT_AGENT_RUNS_AGENT_H_
#define BRANT_AGENT_RUNS_AGENT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/base/worker.h"
#include "agent/database/database.h"
#include "agent/migrate/migrator.h"
#include "agent/migrate/plan.h"
#include "agent/migrate/state_reader.h"
#include "agent/runs/bundle_store.h"
#include "agent/runs/event_log.h"
#include "agent/runs/lost_agent.h"
#include "agent/runs/relayed_runs.h"
#include "agent/runs/run_manager.h"
#include "agent/runs/schema_tasks.h"
#include "agent/runs/status_hub.h"
#include "agent/runs/status_reader.h"
#include "agent/schema/scratch_servers.h"
#include "brant/v1/plan.pb.h"
#include "brant/v1/revision.pb.h"
#include "brant/v1/run.pb.h"
#include "brant/v1/status.pb.h"

namespace brant {

struct AgentOptions {
  MigratorOptions migrator;
  // The agent's own migrations; empty: none.
  std::string migrations;
  // How long runs wait for the migration lock, unless they say otherwise.
  absl::Duration lock_wait = absl::InfiniteDuration();
  // A stream that follows something shows this often that it lives.
  absl::Duration heartbeat = absl::Seconds(10);
  // How often the database is asked what others wait for.
  absl::Duration poll_interval = absl::Seconds(1);
  // Where scratch space is made, but for the database's own. Never null.
  std::shared_ptr<const ScratchServers> scratch = std::make_shared<const ScratchServers>();
};

// What StartRun is asked for.
struct StartRequest {
  std::string request_id;
  std::string bundle_digest;
  std::string actor;
  Goal goal;
  // Unset: the agent's default.
  std::optional<absl::Duration> lock_wait;
};

// What WaitForRevision waits for, resolved.
struct WaitTarget {
  std::shared_ptr<const Bundle> bundle;
  // Of the bundle; all must be applied.
  std::vector<RevisionIndex> revisions;
  // As it was asked for.
  std::string identifier;
  // Not empty: the id of a revision that only the database has.
  std::string beyond;
};

// Whether the database is at or past the target. Errors: as an upgrade to it would
// be refused where the histories have diverged, unless a run executes that may
// bring them together.
absl::StatusOr<bool> IsReached(const WaitTarget& target, const BundleStatus& status);

// Calls that read files or ask the database block, and must be made from tasks
// of `worker()`; the others may be made from any thread.
class Agent {
 public:
  // `database` must outlive the agent.
  Agent(Database* database, AgentOptions options);
  ~Agent();

  Worker& worker() { return worker_; }
  // Cancels runs: never behind what waits for the database's answer to a read.
  Worker& canceller() { return canceller_; }
  SchemaTasks& schema_tasks() { return schema_tasks_; }
  Database& database() { return database_; }
  RunManager& runs() { return runs_; }
  StatusHub& hub() { return hub_; }
  BundleStore& bundles() { return bundles_; }
  const AgentOptions& options() const { return options_; }
  Dialect dialect() const { return database_.dialect(); }

  // Blocking from here on.

  // Starts a run or joins one, and gives its events. Where the database is at the
  // target already, or past it, the run has ended, and nothing was locked or
  // written. A request whose run has succeeded, as the journal says, is answered
  // by that.
  absl::StatusOr<std::shared_ptr<EventLog>> StartRun(StartRequest request);

  // The steps of `goal` from where the database is; none if it is ahead.
  absl::StatusOr<Plan> MakePlanFor(absl::string_view bundle_digest, const Goal& goal);
  absl::StatusOr<std::vector<std::string>> MakeOfflineScript(absl::string_view bundle_digest,
                                                             const Goal& goal,
                                                             std::optional<Dialect> dialect);

  absl::StatusOr<v1::Status> GetStatus(absl::string_view bundle_digest);

  // The bundle's revisions as the API shows them, `applied` and `current` from
  // the database unless `omit_database`.
  struct Revisions {
    std::shared_ptr<const Bundle> bundle;
    std::vector<bool> applied;
    std::vector<std::string> rows;
  };
  absl::StatusOr<Revisions> ReadRevisions(absl::string_view bundle_digest, bool omit_database);

  // What `revision` stands for, which must not be relative. INVALID_REQUEST, or an
  // error of the identifier's.
  absl::StatusOr<WaitTarget> ResolveWait(absl::string_view bundle_digest,
                                         absl::string_view revision);

  // The runs of the journal, the latest first, from before `before_epoch` (0:
  // from the latest on), as this agent knows them better where it executes them.
  absl::StatusOr<std::vector<v1::Run>> ListRuns(int64_t before_epoch, int limit);

  // In these, an id may be `latest`: the run that this agent executes or is about
  // to, or the latest of any agent. NOT_FOUND if there is no such run.
  absl::StatusOr<v1::Run> GetRun(absl::string_view id);
  absl::StatusOr<std::shared_ptr<EventLog>> WatchRun(absl::string_view id);

  // As CheckAgentLives.
  absl::Status CheckLives(const std::string& run_id, SignsOfLife& signs) {
    return CheckAgentLives(reader_, run_id, signs);
  }

  // Asks whichever agent executes a run to cancel it.
  absl::Status RequestCancel(absl::string_view id) { return migrator_.RequestCancel(id); }

  absl::Status Ping() { return reader_.Ping(); }

  // Not blocking: ends at once what only waits for the database or other agents,
  // with SHUTTING_DOWN.
  void StopWaiting();

  // Takes no more tasks, drops those that have not begun, cancels those on
  // schemas, and waits for those under way. May be called from any thread, after the runs were shut
  // down.
  void StopWorkers();

 private:
  // One of the two is set.
  struct FoundRun {
    std::shared_ptr<Run> own;
    v1::Run recorded;
  };
  absl::StatusOr<FoundRun> FindRun(absl::string_view id);

  // The migrations for a goal of this kind.
  absl::StatusOr<std::shared_ptr<const Bundle>> FindBundle(absl::string_view digest,
                                                           v1::RunKind kind);
  // Whether `rows` are what the goal asks for: then nothing has to be locked.
  // Errors are those that the run would meet.
  absl::StatusOr<bool> IsReached(const Bundle& bundle, const std::vector<std::string>& rows,
                                 const Goal& goal);
  // Tells a run that has nothing to do of files that were edited after they were
  // applied.
  void WarnOfEdited(const Bundle& bundle, const std::vector<std::string>& rows, const Goal& goal,
                    Run& run);
  // The events of the run of a request that has succeeded; null if none has.
  absl::StatusOr<std::shared_ptr<EventLog>> FindSucceeded(const v1::Run& description);
  // Wakes, now and again, those who follow what others do.
  void Poke();

  Database& database_;
  const AgentOptions options_;
  const Migrator migrator_;
  BundleStore bundles_;
  RunManager runs_;
  // Of worker_.
  StateReader reader_;
  StatusReader status_reader_;
  // Of watcher_.
  StateReader watching_reader_;
  StatusReader watching_status_reader_;
  // Reads what hub_ and relays_ wait for, so that no call waits behind it.
  Worker watcher_;
  StatusHub hub_;
  RelayedRuns relays_;
  // Last: their tasks use the rest.
  Worker worker_;
  Worker canceller_;
  SchemaTasks schema_tasks_;
  Worker poker_;
};

// As the API shows them.
v1::Revision ToProto(const Revision& revision);
v1::PlannedStep ToProto(const Step& step, int position);

}  // namespace brant

#endif  // BRANT_AGENT_RUNS_AGENT_H_
