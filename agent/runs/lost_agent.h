// What those are told who wait for a run whose agent is gone.

#ifndef BRANT_AGENT_RUNS_LOST_AGENT_H_
#define BRANT_AGENT_RUNS_LOST_AGENT_H_

#include <string>

#include "absl/status/status.h"
#include "agent/migrate/signs_of_life.h"
#include "agent/migrate/state_reader.h"

namespace brant {

// AGENT_LOST if the run executes, by the journal, but its agent has shown no life
// for long (`signs` keeps what was seen of the same run before) and its session
// does not hold the migration lock any more. Else OK, or the database's error.
absl::Status CheckAgentLives(StateReader& reader, const std::string& run_id, SignsOfLife& signs);

}  // namespace brant

#endif  // BRANT_AGENT_RUNS_LOST_AGENT_H_
