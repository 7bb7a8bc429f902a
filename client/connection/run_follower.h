// Follows a run from the request that starts it to its end, over lost
// connections and agents that come and go.

#ifndef BRANT_CLIENT_CONNECTION_RUN_FOLLOWER_H_
#define BRANT_CLIENT_CONNECTION_RUN_FOLLOWER_H_

#include <memory>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "brant/v1/migration_service.pb.h"
#include "brant/v1/run_service.pb.h"
#include "client/connection/agent_client.h"
#include "client/connection/event_stream.h"
#include "client/connection/interrupts.h"
#include "client/connection/migration_source.h"
#include "client/ui/run_view.h"

namespace brant {

struct RunOutcome {
  // As it ended; if `detached`, only its id is known, or not even that.
  v1::Run run;
  // A signal ended the following, and the run goes on.
  bool detached = false;
};

// Follows one run; use a new object for the next. Not thread-safe.
//
// A stream that breaks is taken up by WatchRun after the last event that was
// seen, or, while the run has no id yet, by the same request again: its request
// id joins the run that it started. A run that was interrupted because its
// agent went away is taken up by the same request too, unless its target counts
// from what is applied (`+1`): then a part of it might be done twice, so it ends
// with SHUTTING_DOWN or AGENT_UNREACHABLE.
//
// On Ctrl-C a run of a private agent is cancelled, and its end awaited; any
// other run goes on without this process.
class RunFollower {
 public:
  // All must outlive the follower.
  RunFollower(AgentClient& client, const Interrupts& interrupts, RunView& view);

  // Starts the run and shows its events. Errors: of the call, or of an agent
  // that can't be reached; how the run itself ended is in its state and error.
  absl::StatusOr<RunOutcome> Start(RunRequest request, MigrationSource& source);
  // Follows a run that was started by someone else.
  absl::StatusOr<RunOutcome> Watch(const v1::WatchRunRequest& request);

 private:
  absl::StatusOr<RunOutcome> Follow(RunRequest request, MigrationSource* source);
  // One stream, to its end.
  absl::Status Attempt(const RunRequest& request);
  void Deliver(const v1::RunEvent& event);
  bool WasInterrupted() const;

  AgentClient& client_;
  const Interrupts& interrupts_;
  RunView& view_;
  bool own_run_ = false;
  std::string run_id_;
  // The last event that was shown, and of which run.
  int64_t last_sequence_ = 0;
  std::string counted_run_;
  bool progressed_ = false;
  bool finished_ = false;
  RunOutcome outcome_;
};

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_RUN_FOLLOWER_H_
