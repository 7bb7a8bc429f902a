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
#include "agent/runs/run_manager.h"
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
  // A stream that follows a run shows this often that it lives.
  absl::Duration heartbeat = absl::Seconds(10);
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

// Calls that read files or ask the database block, and must be made from tasks
// of `worker()`; the others may be made from any thread.
class Agent {
 public:
  // `database` must outlive the agent.
  Agent(Database* database, AgentOptions options);

  Worker& worker() { return worker_; }
  // Cancels runs: never behind what waits for the database's answer to a read.
  Worker& canceller() { return canceller_; }
  RunManager& runs() { return runs_; }
  BundleStore& bundles() { return bundles_; }
  const AgentOptions& options() const { return options_; }
  Dialect dialect() const { return database_.dialect(); }

  // Blocking from here on.

  // Starts a run or joins one. Where the database is at the target already, the
  // run has ended, and nothing was locked or written.
  absl::StatusOr<std::shared_ptr<Run>> StartRun(StartRequest request);

  // The steps of `goal` from where the database is.
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

  // The runs of the journal, the latest first, from before `before_epoch` (0:
  // from the latest on), as this agent knows them better where it executes them.
  absl::StatusOr<std::vector<v1::Run>> ListRuns(int64_t before_epoch, int limit);
  // NOT_FOUND if there is no such run; `latest` is one.
  absl::StatusOr<v1::Run> GetRun(absl::string_view id);

  absl::Status Ping() { return reader_.Ping(); }

  // Takes no more tasks, drops those that have not begun, and waits for the one
  // under way. May be called from any thread, after the runs were shut down.
  void StopWorkers();

 private:
  Database& database_;
  const AgentOptions options_;
  const Migrator migrator_;
  StateReader reader_;
  BundleStore bundles_;
  RunManager runs_;
  // Last: their tasks use the rest.
  Worker worker_;
  Worker canceller_;
};

// As the API shows them.
v1::Revision ToProto(const Revision& revision);
v1::PlannedStep ToProto(const Step& step, int position);

}  // namespace brant

#endif  // BRANT_AGENT_RUNS_AGENT_H_
