// One run from its beginning to its end, over as many sessions as it takes.

#ifndef BRANT_AGENT_MIGRATE_RUN_EXECUTION_H_
#define BRANT_AGENT_MIGRATE_RUN_EXECUTION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agent/migrate/journal.h"
#include "agent/migrate/migration_lock.h"
#include "agent/migrate/migrator.h"
#include "agent/migrate/resume.h"
#include "agent/migrate/run_monitor.h"
#include "agent/migrate/stored_scripts.h"

namespace brant {

// Used once, by one thread. All references must outlive it.
class RunExecution {
 public:
  RunExecution(Database& database, const MigratorOptions& options, const RunRequest& request,
               v1::Run& run, RunObserver& observer, CancelToken& cancel)
      : database_(database),
        options_(options),
        request_(request),
        run_(run),
        observer_(observer),
        cancel_(cancel) {}

  absl::Status Execute();

 private:
  bool HasBegun() const { return run_.epoch() != 0; }
  // What can be done on one session.
  absl::Status Attempt();
  absl::Status ExecuteOn(Session& session);
  // Under the lock: what is left to do. An empty plan: nothing.
  absl::StatusOr<Plan> MakePlanFrom(Session& session, const Standing& standing);
  absl::Status CheckPlan(Session& session, const Plan& plan, const Standing& standing);
  // The files that were edited after they were applied; none if the request allows it.
  absl::StatusOr<std::vector<EditedRevision>> ReadEdited(Session& session,
                                                         const Standing& standing);
  // Makes the journal's tables.
  absl::Status Prepare(Session& session);
  // Begins a transaction that holds a lock, which it waits for; behind a pooler.
  absl::Status BeginLocked(Session& session, absl::string_view lock);
  // Gives the run an epoch and a row, or takes it over to a new session.
  absl::Status Begin(Session& session, Standing& standing, const Plan& plan);
  absl::Status RunSteps(Session& session, const Plan& plan, int skip);
  // The session may have been lost for good: true while it makes sense to get
  // another one.
  bool MayReconnect(const absl::Status& status) const;
  // Another attempt may succeed: with another session, or later.
  bool MayTryAgain(const absl::Status& status);
  absl::Status End(Session& session, absl::Status status);
  void RecordEndElsewhere();

  Database& database_;
  const MigratorOptions& options_;
  const RunRequest& request_;
  v1::Run& run_;
  RunObserver& observer_;
  CancelToken& cancel_;

  std::optional<Journal> journal_;
  // From when the run has begun.
  std::unique_ptr<RunMonitor> monitor_;
  // The session that executes, or executed last (Session::ServerId).
  std::string session_id_;
  // Since when there has been no session.
  absl::Time lost_since_ = absl::InfiniteFuture();
  // The steps took effect, and only the run's end is to be recorded.
  bool all_done_ = false;
  // Whether the run's end is in the journal.
  bool end_recorded_ = false;
  // The runs that executed while this one waited (MigrationLock::waited_for).
  std::vector<std::string> waited_for_;
  bool told_caution_ = false;
};

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_RUN_EXECUTION_H_
