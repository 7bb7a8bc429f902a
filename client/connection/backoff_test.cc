#include "client/connection/backoff.h"

#include <vector>

#include "gtest/gtest.h"

namespace brant {
namespace {

class BackoffTest : public ::testing::Test {
 protected:
  RetryClock Clock() {
    return {[this] { return now_; },
            [this](absl::Duration duration) {
              pauses_.push_back(duration);
              now_ += duration;
            }};
  }

  absl::Time now_ = absl::UnixEpoch();
  std::vector<absl::Duration> pauses_;
};

TEST_F(BackoffTest, PausesGrowWithinTheirBoundsUntilTheLimit) {
  Backoff backoff(absl::Seconds(30), Clock());
  while (backoff.Pause()) {
  }
  EXPECT_EQ(now_, absl::UnixEpoch() + absl::Seconds(30));
  EXPECT_GE(pauses_[0], absl::Milliseconds(50));
  EXPECT_LE(pauses_[0], absl::Milliseconds(100));
  for (absl::Duration pause : pauses_) EXPECT_LE(pause, absl::Seconds(2));
  EXPECT_GE(pauses_[pauses_.size() - 2], absl::Seconds(1));
}

TEST_F(BackoffTest, ZeroMeansOneTry) {
  EXPECT_FALSE(Backoff(absl::ZeroDuration(), Clock()).Pause());
  EXPECT_TRUE(pauses_.empty());
}

TEST_F(BackoffTest, ResetBeginsAnew) {
  Backoff backoff(absl::Seconds(10), Clock());
  EXPECT_TRUE(backoff.Pause());
  now_ += absl::Seconds(20);
  EXPECT_FALSE(backoff.Pause());
  backoff.Reset();
  EXPECT_TRUE(backoff.Pause());
  EXPECT_LE(pauses_.back(), absl::Milliseconds(100));
}

TEST_F(BackoffTest, LiftedLimitEndsNothing) {
  Backoff backoff(absl::Seconds(1), Clock());
  while (backoff.Pause()) {
  }
  backoff.Lift();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(backoff.Pause());
  EXPECT_LE(pauses_.back(), absl::Seconds(2)) << "pauses grow no further";
}

}  // namespace
}  // namespace brant
