// One run of this agent: its request, its state and its events.

#ifndef BRANT_AGENT_RUNS_RUN_H_
#define BRANT_AGENT_RUNS_RUN_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "agent/migrate/cancel.h"
#include "agent/migrate/migrator.h"
#include "agent/migrate/observer.h"
#include "agent/runs/event_log.h"
#include "brant/v1/run.pb.h"

namespace brant {

// Turns what the migrator observes into events. Thread-safe; shared by the
// worker that executes the run and the streams that follow it.
class Run : public RunObserver {
 public:
  // `description` has id, request_id, kind, target, bundle_digest, actor and
  // create_time.
  Run(RunRequest request, v1::Run description);

  const std::string& id() const { return id_; }
  const Goal& goal() const { return goal_; }
  const std::string& bundle_digest() const { return bundle_digest_; }
  // The run as it is now.
  v1::Run Snapshot() const ABSL_LOCKS_EXCLUDED(mutex_);
  const EventLog& events() const { return events_; }
  EventLog& events() { return events_; }
  // Its events, for one who holds nothing else of the run.
  static std::shared_ptr<EventLog> EventsOf(std::shared_ptr<Run> run) {
    EventLog* events = &run->events();
    return {std::move(run), events};
  }
  CancelToken& cancel() { return cancel_; }

  // Until when the run may wait for its turn and the migration lock.
  absl::Time wait_deadline() const { return wait_deadline_; }

  // Asks the run to end where that loses nothing: at once while it waits, else
  // after the step under way. For the reason, see CancelToken::Cancel.
  void StopSoon(const absl::Status& reason) ABSL_LOCKS_EXCLUDED(mutex_);

  // Executes the run on the calling thread, from the first event to the last.
  void Execute(const Migrator& migrator);

  // Ends a run that needs no execution: `rows` are what the target asks for.
  void FinishWithNothingToDo(const std::vector<std::string>& rows);

  // Tells that the run waits behind `position` others, of which `active` is the
  // first, unless it was told of fewer before.
  void AnnounceQueued(int position, const v1::Run& active) ABSL_LOCKS_EXCLUDED(mutex_);

  void OnWaiting(absl::string_view holder, const v1::Run* active) override;
  void OnRelayed(absl::string_view agent, const v1::RunEvent& event) override;
  void OnStarted(const v1::Run& run) override;
  void OnStepStarted(int position, const Step& step, int statements_skipped) override;
  void OnStatementStarted(int position, int number, const Step& step,
                          const Statement& statement) override;
  void OnStatementFinished(int position, int number, int64_t rows_affected,
                           absl::Duration duration) override;
  void OnBlocked(int position, int number, const std::vector<Blocker>& blockers) override;
  void OnProgress(int position, int number, const Activity& activity) override;
  void OnAttemptFailed(int position, const absl::Status& error, absl::Duration delay) override;
  void OnStepFinished(int position, const v1::Run& run, absl::Duration duration) override;
  void OnNotice(absl::string_view text) override;
  std::vector<v1::RunEvent> EventsAfter(int64_t sequence) const override;

 private:
  v1::RunEvent NewEvent() const;
  void Finish(v1::Run run);
  void SetSnapshot(const v1::Run& run) ABSL_LOCKS_EXCLUDED(mutex_);

  const Goal goal_;
  const std::string bundle_digest_;
  const absl::Time wait_deadline_;
  const std::string id_;
  EventLog events_;
  CancelToken cancel_;
  mutable absl::Mutex mutex_;
  v1::Run snapshot_ ABSL_GUARDED_BY(mutex_);
  // Until the run has ended: the files may be large.
  std::shared_ptr<const Bundle> bundle_ ABSL_GUARDED_BY(mutex_);
  // The place in the queue that was told last; 0: none.
  int queue_position_ ABSL_GUARDED_BY(mutex_) = 0;
  // Not OK: the run is to end after the step under way.
  absl::Status stop_reason_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brant

#endif  // BRANT_AGENT_RUNS_RUN_H_
