// Whether the agent of a run that the journal says is executing lives.

#ifndef BRANT_AGENT_MIGRATE_SIGNS_OF_LIFE_H_
#define BRANT_AGENT_MIGRATE_SIGNS_OF_LIFE_H_

#include <string>

#include "absl/time/time.h"
#include "agent/migrate/journal.h"

namespace brant {

// A run whose agent has shown no life for this long is taken for one whose agent is
// gone. Several times RunMonitor's interval, for a machine may be busy.
inline constexpr absl::Duration kAgentIsGone = absl::Seconds(8);

// How long ago the run's agent showed that it lives, by the server's clock; if it
// never has, since when the run executes.
absl::Duration SilentFor(const ActiveRun& active);

// For one who looks at a run again and again.
class SignsOfLife {
 public:
  // There has been no sign for long: neither by the server's clock, which may have
  // been set, nor while this was looking, without a break in which the server may
  // have been away. `now` is the time of this look.
  bool AreMissing(const ActiveRun& active, absl::Time now);

 private:
  // The sign that was seen last, and since when.
  std::string heartbeat_;
  absl::Time looking_since_;
  absl::Time last_look_ = absl::InfinitePast();
};

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_SIGNS_OF_LIFE_H_
