// The migration lock: at most one run executes against a database.

#ifndef BRANT_AGENT_MIGRATE_MIGRATION_LOCK_H_
#define BRANT_AGENT_MIGRATE_MIGRATION_LOCK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/database/database.h"
#include "agent/migrate/cancel.h"
#include "agent/migrate/journal.h"
#include "agent/migrate/observer.h"
#include "agent/migrate/signs_of_life.h"

namespace brant {

// Takes the lock for one run. Polls with growing, jittered pauses and no
// transaction in between: a session that blocks inside the lock function would
// deadlock with CREATE INDEX CONCURRENTLY.
//
// While somebody else has it, the observer is told who, and gets the events of
// that run as they appear in the journal. A holder whose agent has not shown for
// a while that it lives (kAgentIsGone) has its session ended, if the journal
// names that session as the one that executes the run.
//
// Behind a pooler no session can hold a lock between two transactions. There a
// run waits until no other run shows that it lives; each of its transactions
// then takes the lock for itself, and compares epochs.
class MigrationLock {
 public:
  // Who wants the lock.
  struct Owner {
    std::string run_id;
    // The session in which the run executed before it lost that; empty: none. Where
    // the server has not noticed, it is ended.
    std::string lost_session;
  };

  // All references must outlive the lock.
  MigrationLock(Database& database, Session& session, const Journal& journal, Owner owner,
                RunObserver& observer, const CancelToken& cancel)
      : database_(database),
        session_(session),
        journal_(journal),
        name_(journal.tables().LockName()),
        own_(std::move(owner)),
        observer_(observer),
        cancel_(cancel) {}

  // Errors: LOCK_TIMEOUT after `wait`, the token's reason once it is cancelled,
  // and what the database says.
  absl::Status Acquire(absl::Duration wait);

  // The other runs, by their ids, that executed meanwhile, as far as they were seen.
  const std::vector<std::string>& waited_for() const { return waited_for_; }

  absl::Status Release() { return session_.ReleaseLock(name_); }

 private:
  // One try; looks at who has it if it is not had.
  absl::StatusOr<bool> TryAcquire();
  // The run that the journal says is executing, unless it is the own one.
  absl::StatusOr<std::optional<ActiveRun>> ReadOther();
  void Tell(const std::optional<ActiveRun>& active);
  // Passes on what the run that is waited for, or was, has done since.
  void Relay();
  // Ends the session that holds the lock, if it is that of `active` and its agent
  // is gone, or the run's own lost one.
  void EndOrphan(const std::optional<ActiveRun>& active);
  // The agent of `active` has shown no sign of life for long.
  bool IsGone(const ActiveRun& active);

  Database& database_;
  Session& session_;
  const Journal& journal_;
  const std::string name_;
  const Owner own_;
  RunObserver& observer_;
  const CancelToken& cancel_;

  // The journal's tables are there.
  bool has_journal_ = false;
  std::optional<LockOwner> owner_;
  // What was told last.
  std::optional<std::string> told_;
  std::string ended_session_;
  SignsOfLife signs_of_life_;
  std::optional<v1::Run> relayed_;
  int64_t relayed_sequence_ = 0;
  std::vector<std::string> waited_for_;
};

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_MIGRATION_LOCK_H_
