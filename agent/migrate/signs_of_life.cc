#include "agent/migrate/signs_of_life.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agent/base/timestamp.h"

namespace brant {
namespace {

constexpr absl::Duration kLookedForLong = absl::Seconds(3);

}  // namespace

absl::Duration SilentFor(const ActiveRun& active) {
  return active.heartbeat.empty() ? absl::Now() - FromTimestamp(active.run.start_time())
                                  : active.heartbeat_age;
}

bool SignsOfLife::AreMissing(const ActiveRun& active) {
  const absl::Time now = absl::Now();
  std::string heartbeat = absl::StrCat(active.run.id(), " ", active.heartbeat);
  if (heartbeat != heartbeat_) {
    heartbeat_ = std::move(heartbeat);
    heartbeat_seen_ = now;
  }
  return SilentFor(active) >= kAgentIsGone && now - heartbeat_seen_ >= kLookedForLong;
}

}  // namespace brant
