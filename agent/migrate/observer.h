// What a run tells about itself while it executes.

#ifndef BRANT_AGENT_MIGRATE_OBSERVER_H_
#define BRANT_AGENT_MIGRATE_OBSERVER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/database/database.h"
#include "agent/migrate/plan.h"
#include "brant/v1/run.pb.h"

namespace brant {

// Called on the thread that executes, which waits meanwhile: be quick. Those of
// OnBlocked, OnProgress and EventsAfter come from another thread, also at the
// same time. Positions and statement numbers count from 1.
class RunObserver {
 public:
  virtual ~RunObserver() = default;

  // The lock is somebody else's; `holder` says whose, as far as is known, and
  // `active` which run, where the journal tells (else null).
  virtual void OnWaiting(absl::string_view holder, const v1::Run* active) = 0;
  // While the run waits: an event of the run that it waits for.
  virtual void OnRelayed(absl::string_view agent, const v1::RunEvent& event) = 0;
  // The run has the lock, an epoch and a plan.
  virtual void OnStarted(const v1::Run& run) = 0;
  virtual void OnStepStarted(int position, const Step& step, int statements_skipped) = 0;
  virtual void OnStatementStarted(int position, int number, const Step& step,
                                  const Statement& statement) = 0;
  virtual void OnStatementFinished(int position, int number, int64_t rows_affected,
                                   absl::Duration duration) = 0;
  // Other sessions are in the statement's way.
  virtual void OnBlocked(int position, int number, const std::vector<Blocker>& blockers) = 0;
  // The database says how far the statement is.
  virtual void OnProgress(int position, int number, const Activity& activity) = 0;
  // What was under way is undone, and tried again after `delay`; position 0: no
  // step was under way.
  virtual void OnAttemptFailed(int position, const absl::Status& error, absl::Duration delay) = 0;
  // The step took effect.
  virtual void OnStepFinished(int position, const v1::Run& run, absl::Duration duration) = 0;
  virtual void OnNotice(absl::string_view text) = 0;

  // The run's events so far after number `sequence`, in order, for the journal.
  virtual std::vector<v1::RunEvent> EventsAfter(int64_t sequence) const = 0;
};

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_OBSERVER_H_
