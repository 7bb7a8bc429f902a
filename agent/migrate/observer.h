// What a run tells about itself while it executes.

#ifndef BRANT_AGENT_MIGRATE_OBSERVER_H_
#define BRANT_AGENT_MIGRATE_OBSERVER_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/migrate/plan.h"
#include "brant/v1/run.pb.h"

namespace brant {

// Called on the thread that executes, which waits meanwhile: be quick.
// Positions and statement numbers count from 1.
class RunObserver {
 public:
  virtual ~RunObserver() = default;

  // The lock is somebody else's; `holder` says whose, as far as is known.
  virtual void OnWaiting(absl::string_view holder) = 0;
  // The run has the lock, an epoch and a plan.
  virtual void OnStarted(const v1::Run& run) = 0;
  virtual void OnStepStarted(int position, const Step& step, int statements_skipped) = 0;
  virtual void OnStatementStarted(int position, int number, const Step& step,
                                  const Statement& statement) = 0;
  virtual void OnStatementFinished(int position, int number, int64_t rows_affected,
                                   absl::Duration duration) = 0;
  // The step took effect.
  virtual void OnStepFinished(int position, const v1::Run& run, absl::Duration duration) = 0;
  virtual void OnNotice(absl::string_view text) = 0;
};

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_OBSERVER_H_
