// Executes runs: lock, plan, steps, journal. The rules that it keeps are
// docs/runs.md.

#ifndef BRANT_AGENT_MIGRATE_MIGRATOR_H_
#define BRANT_AGENT_MIGRATE_MIGRATOR_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/database/database.h"
#include "agent/migrate/cancel.h"
#include "agent/migrate/observer.h"
#include "agent/migrate/plan.h"
#include "brant/v1/run.pb.h"

namespace brant {

struct MigratorOptions {
  std::string version_table = "brant_version";
  // Empty: where unqualified names lead.
  std::string version_table_schema;
  // The agent's name, for the journal and the lock's holder.
  std::string agent;
  // How long a statement may wait for a lock of the database before it gives way
  // and is tried again; zero: the server's own setting.
  absl::Duration lock_timeout;
  // How long a run that has begun tries to get a broken session back.
  absl::Duration reconnect_limit = absl::Seconds(60);
  // How often a run shows in the journal that its agent lives.
  absl::Duration monitor_interval = absl::Seconds(1);
};

// What a run is to do.
struct RunRequest {
  Goal goal;
  std::shared_ptr<const Bundle> bundle;
  // How long to wait for the migration lock.
  absl::Duration lock_wait = absl::InfiniteDuration();
};

// Thread-safe: holds no state but the database and options.
class Migrator {
 public:
  // `database` must outlive the migrator.
  Migrator(Database* database, MigratorOptions options)
      : database_(*database), options_(std::move(options)) {}

  // Executes a run on a session of its own, and blocks until it ends. A run that
  // has begun gets a new session if its own breaks, and goes on from where the
  // database is. `run` has id, request_id, kind, target, bundle_digest, actor and
  // create_time; the rest is filled in as the run goes on, its final state and
  // error included. The same error is returned.
  //
  // The run has no id at the end if there was nothing to do, and another one if
  // its request had been executed before.
  absl::Status Execute(const RunRequest& request, v1::Run& run, RunObserver& observer,
                       CancelToken& cancel) const;

  // Asks whichever agent executes the run to cancel it.
  absl::Status RequestCancel(absl::string_view run_id) const;

 private:
  Database& database_;
  const MigratorOptions options_;
};

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_MIGRATOR_H_
