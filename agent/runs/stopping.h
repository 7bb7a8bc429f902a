#ifndef BRANT_AGENT_RUNS_STOPPING_H_
#define BRANT_AGENT_RUNS_STOPPING_H_

#include "absl/status/status.h"
#include "agent/base/error.h"

namespace brant {

// What a call ends with that waits for something while the agent ends.
inline absl::Status StoppingError() {
  return Error(v1::ERROR_REASON_SHUTTING_DOWN, "the agent is shutting down")
      .Hint("call again; another agent, or this one restarted, will answer");
}

}  // namespace brant

#endif  // BRANT_AGENT_RUNS_STOPPING_H_
