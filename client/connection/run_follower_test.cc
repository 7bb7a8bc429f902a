#include "client/connection/run_follower.h"

#include <string>

#include "agent/base/error.h"
#include "client/connection/run_follower_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(RunFollowerTest, ShowsEveryEventAndHowTheRunEnded) {
  agent_.AddUpgrade({{Event(1), Event(2), Last(3, v1::RUN_STATE_SUCCEEDED)}});
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->run.state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_THAT(view_.sequences, ElementsAre(1, 2, 3));
  ASSERT_THAT(agent_.upgrades(), SizeIs(1)) << "one call is all that it takes";
  EXPECT_EQ(agent_.upgrades()[0].bundle_digest(), "digest");
}

TEST_F(RunFollowerTest, BrokenStreamIsTakenUpByTheSameRequestAndEventsAreShownOnce) {
  agent_.AddUpgrade({{Event(1), Event(2)}, kBroken});
  agent_.AddUpgrade({{Event(1), Event(2), Event(3)}, kBroken});
  agent_.AddUpgrade({{Event(1), Event(2), Event(3), Last(4, v1::RUN_STATE_SUCCEEDED)}});
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_THAT(view_.sequences, ElementsAre(1, 2, 3, 4));
  ASSERT_THAT(agent_.upgrades(), SizeIs(3));
  EXPECT_EQ(agent_.upgrades()[2].request_id(), agent_.upgrades()[0].request_id());
  EXPECT_THAT(agent_.watches(), IsEmpty()) << "only a request makes an agent take up the work";
}

TEST_F(RunFollowerTest, StreamThatEndsWithoutLastEventCountsAsBroken) {
  agent_.AddUpgrade({{Event(1)}});
  agent_.AddUpgrade({{Event(1), Last(2, v1::RUN_STATE_SUCCEEDED)}});
  ASSERT_TRUE(Upgrade(agent_.address()).ok());
  EXPECT_THAT(view_.sequences, ElementsAre(1, 2));
}

TEST_F(RunFollowerTest, RequestIsRepeatedWhileTheRunHasNoId) {
  agent_.AddUpgrade({{}, kBroken});
  agent_.AddUpgrade({{Last(1, v1::RUN_STATE_SUCCEEDED, "")}});
  ASSERT_TRUE(Upgrade(agent_.address()).ok());
  ASSERT_THAT(agent_.upgrades(), SizeIs(2));
  EXPECT_EQ(agent_.upgrades()[1].request_id(), "request1");
}

TEST_F(RunFollowerTest, TheEndOfARecordedRunIsTheEndWhateverItsNumber) {
  agent_.AddUpgrade({{Event(1), Event(2)}, kBroken});
  agent_.AddUpgrade({{Last(1, v1::RUN_STATE_SUCCEEDED)}});
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->run.state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_THAT(agent_.upgrades(), SizeIs(2));
}

TEST_F(RunFollowerTest, UnknownBundleIsUploadedOnce) {
  const grpc::Status unknown = GrpcError(Error(v1::ERROR_REASON_BUNDLE_UNKNOWN, "unknown"));
  agent_.AddUpgrade({{}, unknown});
  agent_.AddUpgrade({{Last(1, v1::RUN_STATE_SUCCEEDED)}});
  ASSERT_TRUE(Upgrade(agent_.address()).ok());
  ASSERT_THAT(agent_.uploads(), SizeIs(1));
  EXPECT_EQ(agent_.uploads()[0].digest(), "digest");
  EXPECT_EQ(agent_.uploads()[0].files_size(), 2);
}

TEST_F(RunFollowerTest, UnknownBundleIsUploadedAgainToAnAgentThatLostIt) {
  const grpc::Status unknown = GrpcError(Error(v1::ERROR_REASON_BUNDLE_UNKNOWN, "unknown"));
  agent_.AddUpgrade({{}, unknown});
  agent_.AddUpgrade({{}, kBroken});
  agent_.AddUpgrade({{}, unknown});
  agent_.AddUpgrade({{}, unknown});
  agent_.AddUpgrade({{Last(1, v1::RUN_STATE_SUCCEEDED)}});
  ASSERT_TRUE(Upgrade(agent_.address()).ok());
  EXPECT_THAT(agent_.uploads(), SizeIs(3));
}

TEST_F(RunFollowerTest, BundleThatStaysUnknownIsAnErrorWhenTheTimeIsOver) {
  const grpc::Status unknown = GrpcError(Error(v1::ERROR_REASON_BUNDLE_UNKNOWN, "unknown"));
  for (int i = 0; i < 100; ++i) agent_.AddUpgrade({{}, unknown});
  EXPECT_EQ(ReasonOf(Upgrade(agent_.address()).status()), v1::ERROR_REASON_BUNDLE_UNKNOWN);
  EXPECT_EQ(now_, absl::UnixEpoch() + absl::Seconds(10));
}

TEST_F(RunFollowerTest, FilesThatChangedMeanwhileGoUnderTheirOwnDigest) {
  agent_.AddUpgrade({{}, GrpcError(Error(v1::ERROR_REASON_BUNDLE_UNKNOWN, "unknown"))});
  agent_.AddUpgrade({{Last(1, v1::RUN_STATE_SUCCEEDED)}});
  source_.files.digest = "new digest";
  ASSERT_TRUE(Upgrade(agent_.address()).ok());
  EXPECT_EQ(agent_.uploads()[0].digest(), "new digest");
  EXPECT_EQ(agent_.upgrades()[1].bundle_digest(), "new digest");
}

TEST_F(RunFollowerTest, LargeBundlesTravelInPieces) {
  agent_.AddUpgrade({{}, GrpcError(Error(v1::ERROR_REASON_BUNDLE_UNKNOWN, "unknown"))});
  agent_.AddUpgrade({{Last(1, v1::RUN_STATE_SUCCEEDED)}});
  source_.files.files.clear();
  for (const char* name : {"a", "b", "c", "d"}) {
    source_.files.files.push_back({name, std::string(600'000, 'x')});
  }
  ASSERT_TRUE(Upgrade(agent_.address()).ok());
  ASSERT_THAT(agent_.uploads(), SizeIs(4));
  EXPECT_EQ(agent_.uploads()[0].digest(), "digest");
  EXPECT_EQ(agent_.uploads()[3].files(0).name(), "d");
}

TEST_F(RunFollowerTest, ErrorsOfTheCallArriveAsTheyWereMade) {
  agent_.AddUpgrade(
      {{}, GrpcError(Error(v1::ERROR_REASON_INVALID_FILE, "bad").At("a.sql", 3).Hint("mend"))});
  absl::Status status = Upgrade(agent_.address()).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_FILE);
  EXPECT_EQ(DescribeError(status), "a.sql:3: bad\n  hint: mend");
  EXPECT_THAT(agent_.upgrades(), SizeIs(1)) << "nothing that fails for good is tried again";
}

TEST_F(RunFollowerTest, FailedRunIsAnOutcome) {
  agent_.AddUpgrade({{Last(1, v1::RUN_STATE_FAILED)}});
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->run.state(), v1::RUN_STATE_FAILED);
}

TEST_F(RunFollowerTest, WatchBeginsWhereItIsTold) {
  agent_.AddWatch({{Event(8)}, kBroken});
  agent_.AddWatch({{Last(9, v1::RUN_STATE_SUCCEEDED)}});
  ASSERT_TRUE(Watch("latest", 7).ok());
  EXPECT_THAT(view_.sequences, ElementsAre(8, 9));
  EXPECT_EQ(agent_.watches()[0].run_id(), "latest");
  EXPECT_EQ(agent_.watches()[1].run_id(), "run1") << "'latest' may be another run by now";
}

TEST_F(RunFollowerTest, WatchOfAnUnknownRunFails) {
  agent_.AddWatch({{}, GrpcError(Error(v1::ERROR_REASON_NOT_FOUND, "no such run"))});
  EXPECT_EQ(ReasonOf(Watch("run7", 0).status()), v1::ERROR_REASON_NOT_FOUND);
}

}  // namespace
}  // namespace brant
