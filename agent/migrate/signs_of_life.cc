#include "agent/migrate/signs_of_life.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agent/base/timestamp.h"

namespace brant {
namespace {

constexpr absl::Duration kLookedForLong = absl::Seconds(3);
// A server that was away for so long may have kept the agent from showing life. Less
// than kAgentIsGone, or the silence would be long when the server is back.
constexpr absl::Duration kLookedAway = absl::Seconds(4);

}  // namespace

absl::Duration SilentFor(const ActiveRun& active) {
  return active.heartbeat.empty() ? absl::Now() - FromTimestamp(active.run.start_time())
                                  : active.heartbeat_age;
}

bool SignsOfLife::AreMissing(const ActiveRun& active, absl::Time now) {
  std::string heartbeat = absl::StrCat(active.run.id(), " ", active.heartbeat);
  if (heartbeat != heartbeat_ || now - last_look_ > kLookedAway) {
    heartbeat_ = std::move(heartbeat);
    looking_since_ = now;
  }
  last_look_ = now;
  return SilentFor(active) >= kAgentIsGone && now - looking_since_ >= kLookedForLong;
}

}  // namespace brant
