#include "agent/migrate/signs_of_life.h"

#include <gtest/gtest.h>

namespace brant {
namespace {

ActiveRun SilentRun(const char* heartbeat) {
  ActiveRun active;
  active.run.set_id("run-1");
  active.heartbeat = heartbeat;
  active.heartbeat_age = absl::Seconds(30);
  return active;
}

TEST(SignsOfLifeTest, AreMissingOnceThereWasNoneWhileLooking) {
  SignsOfLife signs;
  const absl::Time start = absl::FromUnixSeconds(1000);
  EXPECT_FALSE(signs.AreMissing(SilentRun("1"), start));
  EXPECT_FALSE(signs.AreMissing(SilentRun("1"), start + absl::Seconds(2)));
  EXPECT_TRUE(signs.AreMissing(SilentRun("1"), start + absl::Seconds(4)));
  // A new one, however old it is by the server's clock.
  EXPECT_FALSE(signs.AreMissing(SilentRun("2"), start + absl::Seconds(5)));
}

TEST(SignsOfLifeTest, ASignByTheServersClockIsEnough) {
  SignsOfLife signs;
  const absl::Time start = absl::FromUnixSeconds(1000);
  ActiveRun active = SilentRun("1");
  active.heartbeat_age = kAgentIsGone - absl::Seconds(1);
  EXPECT_FALSE(signs.AreMissing(active, start));
  EXPECT_FALSE(signs.AreMissing(active, start + absl::Seconds(4)));
}

// The server was away: nobody could show life, and the agent comes back as this
// does.
TEST(SignsOfLifeTest, WhoCouldNotLookBeginsAnew) {
  SignsOfLife signs;
  const absl::Time start = absl::FromUnixSeconds(1000);
  EXPECT_FALSE(signs.AreMissing(SilentRun("1"), start));
  const absl::Time back = start + absl::Seconds(30);
  EXPECT_FALSE(signs.AreMissing(SilentRun("1"), back));
  EXPECT_FALSE(signs.AreMissing(SilentRun("1"), back + absl::Seconds(2)));
  EXPECT_TRUE(signs.AreMissing(SilentRun("1"), back + absl::Seconds(3)));
}

}  // namespace
}  // namespace brant
