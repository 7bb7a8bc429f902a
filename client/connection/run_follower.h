// Follows a run from the request that starts it to its end, over lost
// connections and agents that come and go.

#ifndef BRANT_CLIENT_CONNECTION_RUN_FOLLOWER_H_
#define BRANT_CLIENT_CONNECTION_RUN_FOLLOWER_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "brant/v1/run.pb.h"
#include "brant/v1/run_service.pb.h"
#include "client/connection/agent_client.h"
#include "client/connection/event_stream.h"
#include "client/connection/interrupts.h"
#include "client/connection/migration_source.h"
#include "client/connection/pursuit.h"
#include "client/ui/run_view.h"

namespace brant {

struct RunOutcome {
  // As it ended; if it was left, only its id is known, or not even that.
  v1::Run run;
  // Why it was left. A remote agent's run goes on; a private agent's was
  // cancelled.
  Left left = Left::kNot;
  // With `left`: why no agent was reached at that time, if none was.
  absl::Status trouble;
  // Id and agent of the run that was seen to do the work before this one: it was
  // waited for, or taken up. Empty: none was seen.
  v1::Run predecessor;
};

// Follows one run; use a new object for the next. Not thread-safe.
//
// A stream that breaks is taken up by the same request again, at whichever agent
// answers (Pursuit). Its request id joins the run that it started before. Another
// agent relays that run while it executes, or takes up its work if its agent is
// gone: only a request makes it do that. What was seen is not shown again, and
// what took effect is never done a second time. The same request also takes up a
// run that ended without having failed: its agent died, was shut down or
// overtaken, or lost its database. A run of somebody else's is watched on from
// the last event that was seen.
//
// When a signal came or the timeout is over, a run of a private agent is
// cancelled, and its end awaited; any other run goes on without this process.
class RunFollower {
 public:
  // All must outlive the follower. `timeout` counts from now; infinite: none.
  RunFollower(AgentClient& client, const Interrupts& interrupts, RunView& view,
              absl::Duration timeout = absl::InfiniteDuration());

  // Starts the run and shows its events. Errors: of the call, or of an agent
  // that can't be reached; how the run itself ended is in its state and error.
  absl::StatusOr<RunOutcome> Start(RunRequest request, MigrationSource& source);
  // Follows a run that was started by someone else.
  absl::StatusOr<RunOutcome> Watch(const v1::WatchRunRequest& request);

 private:
  absl::StatusOr<RunOutcome> Follow(RunRequest request, MigrationSource* source);
  // One stream, to its end.
  absl::Status Attempt(const RunRequest& request);
  // To be called with the address of each event's agent: another one than before is
  // told.
  void NoteTakeover(const std::string& address);
  void Deliver(const v1::RunEvent& event);
  // Whether the event was not seen before.
  bool IsNew(const v1::RunEvent& event);
  // Why the run that ended is to be taken up; OK if it is not.
  absl::Status Interruption() const;
  RunOutcome Finish();
  RunOutcome Leave(absl::Status trouble) const;

  AgentClient& client_;
  RunView& view_;
  Pursuit pursuit_;
  bool own_run_ = false;
  std::string run_id_;
  // The number of the last event that was seen, of each run.
  std::map<std::string, int64_t> last_sequences_;
  bool progressed_ = false;
  // Who answered the last call.
  std::string peer_;
  // From where the last event came.
  std::string address_;
  // The run's end; kept from the view while the run may be taken up.
  std::optional<v1::RunEvent> end_;
  v1::Run predecessor_;
  // The run of another agent that the own one waits for, as far as is known.
  std::string relayed_run_id_;
};

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_RUN_FOLLOWER_H_
