// What the parts of a run's execution share.

#ifndef BRANT_AGENT_MIGRATE_RUN_SCOPE_H_
#define BRANT_AGENT_MIGRATE_RUN_SCOPE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agent/database/database.h"
#include "agent/migrate/cancel.h"
#include "agent/migrate/journal.h"
#include "agent/migrate/observer.h"
#include "agent/migrate/run_monitor.h"
#include "brant/v1/run.pb.h"

namespace brant {

// A run on the session that executes it. Holds references only; used by one
// thread.
struct RunScope {
  Session& session;
  const Journal& journal;
  v1::Run& run;
  RunObserver& observer;
  CancelToken& cancel;
  RunMonitor& monitor;
};

// The version rows that the run has reached.
std::vector<std::string> VersionRows(const v1::Run& run);
void SetVersionRows(v1::Run& run, const std::vector<std::string>& rows);

// To be called before what may take long, and in no transaction. While the monitor
// can't show that the agent lives, the run does not leave an old sign of life
// behind, by which others would end its session; behind a pooler, where the signs
// keep others off, it shows a new one itself.
void SettleSignOfLife(const RunScope& scope);

// Begins a transaction in which the run may write: it holds the journal's row,
// so that no later run can begin meanwhile, and epoch and version rows are what
// this run expects. Behind a pooler it also takes the migration lock, and waits
// for it. Errors, after which no transaction is open: CONCURRENT_CHANGE, and
// what the database says.
absl::Status BeginGuarded(const RunScope& scope);

// The same comparison within a transaction that is open already, whatever the
// section has made of the session: until the transaction's end it is Brant's own
// again, as far as the journal needs.
absl::Status GuardWithin(const RunScope& scope);

// Undoes a transaction that failed; Cancel does not reach it.
void RollBack(const RunScope& scope);

// A statement had to give way to others, and had no effect: it may be tried
// again.
bool GaveWay(const absl::Status& status);

// Calls `attempt` until it succeeds or fails for another reason than locks,
// with growing pauses. Who waits behind a lock makes the application wait
// behind itself: so no attempt waits for longer than the session's lock
// timeout, and none is the last one but by Cancel. `position`: of the step.
absl::Status TryUntilNotInTheWay(const RunScope& scope, int position,
                                 const std::function<absl::Status()>& attempt);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_RUN_SCOPE_H_
