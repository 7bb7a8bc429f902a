#include "client/connection/run_follower.h"

#include <signal.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "agent/base/error.h"
#include "client/connection/fake_agent.h"
#include "client/exit_code.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FakeSource : public MigrationSource {
 public:
  absl::StatusOr<std::string> Digest() override { return digest; }
  absl::StatusOr<MigrationFiles> Read() override { return files; }

  std::string digest = "digest";
  MigrationFiles files = {"digest", {{"a.sql", "SELECT 1"}, {"b.sql", "SELECT 2"}}};
};

// Keeps what it is shown.
class FakeView : public RunView {
 public:
  void Show(const v1::RunEvent& event) override {
    sequences.push_back(event.sequence());
    on_show();
  }
  void Note(absl::string_view text) override { notes.emplace_back(text); }

  std::vector<int64_t> sequences;
  std::vector<std::string> notes;
  std::function<void()> on_show = [] {};
};

v1::RunEvent Event(int64_t sequence, const std::string& run = "run1") {
  v1::RunEvent event;
  event.set_run_id(run);
  event.set_sequence(sequence);
  event.mutable_run_notice()->set_text("x");
  return event;
}

v1::RunEvent Last(int64_t sequence, v1::RunState state, const std::string& run = "run1") {
  v1::RunEvent event = Event(sequence, run);
  event.mutable_run_finished()->mutable_run()->set_id(run);
  event.mutable_run_finished()->mutable_run()->set_state(state);
  return event;
}

grpc::Status GrpcError(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      ToRpcStatus(status).SerializeAsString());
}

const grpc::Status kBroken(grpc::StatusCode::UNAVAILABLE, "connection reset");

class RunFollowerTest : public ::testing::Test {
 protected:
  absl::StatusOr<RunOutcome> Upgrade(const std::string& addresses) {
    Connect(addresses);
    v1::UpgradeRequest request;
    request.set_request_id("request1");
    request.set_target(target_);
    RunFollower follower(*client_, interrupts_, view_);
    return follower.Start(request, source_);
  }

  absl::StatusOr<RunOutcome> Watch(const std::string& run, int64_t after) {
    Connect(agent_.address());
    v1::WatchRunRequest request;
    request.set_run_id(run);
    request.set_after_sequence(after);
    RunFollower follower(*client_, interrupts_, view_);
    return follower.Watch(request);
  }

  void Connect(const std::string& addresses) {
    AgentClientOptions options;
    options.retry_limit = absl::Seconds(10);
    options.clock.now = [this] { return now_; };
    options.clock.sleep = [this](absl::Duration duration) { now_ += duration; };
    client_ = std::make_unique<AgentClient>(*ConnectRemote(addresses), options);
  }

  std::string target_ = "head";
  absl::Time now_ = absl::UnixEpoch();
  // Before the agent: its threads may wait for it to the end.
  absl::Notification left_;
  FakeAgent agent_;
  FakeSource source_;
  FakeView view_;
  Interrupts interrupts_;
  std::unique_ptr<AgentClient> client_;
};

TEST_F(RunFollowerTest, ShowsEveryEventAndHowTheRunEnded) {
  agent_.AddUpgrade({{Event(1), Event(2), Last(3, v1::RUN_STATE_SUCCEEDED)}});
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->run.state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_THAT(view_.sequences, ElementsAre(1, 2, 3));
  ASSERT_THAT(agent_.upgrades(), SizeIs(1)) << "one call is all that it takes";
  EXPECT_EQ(agent_.upgrades()[0].bundle_digest(), "digest");
}

TEST_F(RunFollowerTest, BrokenStreamIsResumedAfterTheLastEvent) {
  agent_.AddUpgrade({{Event(1), Event(2)}, kBroken});
  agent_.AddWatch({{Event(3)}, kBroken});
  agent_.AddWatch({{Last(4, v1::RUN_STATE_SUCCEEDED)}});
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_THAT(view_.sequences, ElementsAre(1, 2, 3, 4));
  ASSERT_THAT(agent_.watches(), SizeIs(2));
  EXPECT_EQ(agent_.watches()[0].run_id(), "run1");
  EXPECT_EQ(agent_.watches()[0].after_sequence(), 2);
  EXPECT_EQ(agent_.watches()[1].after_sequence(), 3);
}

TEST_F(RunFollowerTest, StreamThatEndsWithoutLastEventCountsAsBroken) {
  agent_.AddUpgrade({{Event(1)}});
  agent_.AddWatch({{Last(2, v1::RUN_STATE_SUCCEEDED)}});
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

TEST_F(RunFollowerTest, RequestIsRepeatedWhereTheRunIsUnknownAndEventsAreShownOnce) {
  agent_.AddUpgrade({{Event(1), Event(2)}, kBroken});
  agent_.AddWatch({{}, GrpcError(Error(v1::ERROR_REASON_NOT_FOUND, "no such run"))});
  agent_.AddUpgrade({{Event(1), Event(2), Last(3, v1::RUN_STATE_SUCCEEDED)}});
  ASSERT_TRUE(Upgrade(agent_.address()).ok());
  EXPECT_THAT(view_.sequences, ElementsAre(1, 2, 3));
}

TEST_F(RunFollowerTest, InterruptedRunIsTakenUpByTheSameRequest) {
  v1::RunEvent interrupted = Last(2, v1::RUN_STATE_INTERRUPTED);
  *interrupted.mutable_run_finished()->mutable_run()->mutable_error() =
      ToRpcStatus(Error(v1::ERROR_REASON_SHUTTING_DOWN, "the agent is shutting down"));
  agent_.AddUpgrade({{Event(1), interrupted}});
  agent_.AddUpgrade({{Event(1, "run2"), Last(2, v1::RUN_STATE_SUCCEEDED, "run2")}});
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->run.id(), "run2");
  EXPECT_EQ(outcome->run.state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_THAT(view_.sequences, ElementsAre(1, 1, 2)) << "the interruption is no end";
}

TEST_F(RunFollowerTest, TheEndOfARecordedRunIsTheEndWhateverItsNumber) {
  agent_.AddUpgrade({{Event(1), Event(2)}, kBroken});
  agent_.AddWatch({{Last(1, v1::RUN_STATE_SUCCEEDED)}});
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->run.state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_THAT(agent_.watches(), SizeIs(1));
}

TEST_F(RunFollowerTest, AnInterruptionThatIsToldAgainIsNoProgress) {
  agent_.AddUpgrade({{Event(1), Last(2, v1::RUN_STATE_INTERRUPTED)}});
  for (int i = 0; i < 100; ++i) {
    agent_.AddUpgrade({{Event(1), Last(2, v1::RUN_STATE_INTERRUPTED)}});
  }
  absl::Status status = Upgrade(agent_.address()).status();
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(now_, absl::UnixEpoch() + absl::Seconds(10));
}

TEST_F(RunFollowerTest, ARelativeTargetIsNotRepeatedAfterAnInterruption) {
  for (const char* target : {"+1", "-2", "accounts@+1", "accounts@-1"}) {
    target_ = target;
    agent_.AddUpgrade({{Event(1), Last(2, v1::RUN_STATE_INTERRUPTED)}});
    const size_t before = agent_.upgrades().size();
    const absl::Status status = Upgrade(agent_.address()).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_SHUTTING_DOWN) << target;
    EXPECT_EQ(ExitCodeOf(status), kExitUnreachable) << target;
    EXPECT_THAT(DescribeError(status), HasSubstr("brant status"));
    EXPECT_THAT(DescribeError(status), HasSubstr("brant runs"));
    EXPECT_THAT(agent_.upgrades(), SizeIs(before + 1)) << target;
  }
}

TEST_F(RunFollowerTest, ARelativeTargetIsNotRepeatedWhereTheRunIsUnknown) {
  target_ = "+1";
  agent_.AddUpgrade({{Event(1)}, kBroken});
  agent_.AddWatch({{}, GrpcError(Error(v1::ERROR_REASON_NOT_FOUND, "no such run"))});
  const absl::Status status = Upgrade(agent_.address()).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_AGENT_UNREACHABLE);
  EXPECT_EQ(ExitCodeOf(status), kExitUnreachable);
  EXPECT_THAT(DescribeError(status), HasSubstr("brant status"));
  EXPECT_THAT(agent_.upgrades(), SizeIs(1));
}

TEST_F(RunFollowerTest, ARelativeTargetIsRepeatedWhileNothingWasHeardOfARun) {
  target_ = "+1";
  agent_.AddUpgrade({{}, kBroken});
  agent_.AddUpgrade({{Last(1, v1::RUN_STATE_SUCCEEDED)}});
  EXPECT_TRUE(Upgrade(agent_.address()).ok());
  EXPECT_THAT(agent_.upgrades(), SizeIs(2));
}

TEST_F(RunFollowerTest, TargetsThatStayTheSameAreRepeated) {
  for (const char* target : {"accounts@head", "head-2", "ae10+1", "accounts@ae10+1"}) {
    target_ = target;
    agent_.AddUpgrade({{Event(1), Last(2, v1::RUN_STATE_INTERRUPTED)}});
    agent_.AddUpgrade({{Event(1, "run2"), Last(2, v1::RUN_STATE_SUCCEEDED, "run2")}});
    EXPECT_TRUE(Upgrade(agent_.address()).ok()) << target;
  }
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

TEST_F(RunFollowerTest, NextAddressIsTriedAtOnce) {
  agent_.AddUpgrade({{Last(1, v1::RUN_STATE_SUCCEEDED)}});
  ASSERT_TRUE(Upgrade("127.0.0.1:1," + agent_.address()).ok());
  EXPECT_EQ(now_, absl::UnixEpoch());
  EXPECT_THAT(view_.notes, IsEmpty());
}

TEST_F(RunFollowerTest, GivesUpWhenTheTimeIsOver) {
  absl::Status status = Upgrade("127.0.0.1:1").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_AGENT_UNREACHABLE);
  EXPECT_THAT(DescribeError(status), HasSubstr("127.0.0.1:1"));
  EXPECT_EQ(now_, absl::UnixEpoch() + absl::Seconds(10));
}

TEST_F(RunFollowerTest, ProgressGivesNewTime) {
  // Each break is followed by an event; together they take longer than the
  // limit, and none alone does.
  agent_.AddUpgrade({{Event(1)}, kBroken});
  for (int i = 2; i < 200; ++i) agent_.AddWatch({{Event(i)}, kBroken});
  agent_.AddWatch({{Last(200, v1::RUN_STATE_SUCCEEDED)}});
  ASSERT_TRUE(Upgrade(agent_.address()).ok());
  EXPECT_GT(now_ - absl::UnixEpoch(), absl::Seconds(10));
}

TEST_F(RunFollowerTest, SignalLeavesARemoteRunToItself) {
  agent_.AddUpgrade({{Event(1)}, kBroken, [this] { left_.WaitForNotification(); }});
  view_.on_show = [] { raise(SIGINT); };
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  left_.Notify();
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_TRUE(outcome->detached);
  EXPECT_EQ(outcome->run.id(), "run1");
  EXPECT_EQ(interrupts_.signal(), SIGINT);
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

TEST_F(RunFollowerTest, ReadsAreTriedAgainAndUploadToo) {
  agent_.AddGetStatus(kBroken);
  agent_.AddGetStatus(GrpcError(Error(v1::ERROR_REASON_BUNDLE_UNKNOWN, "unknown")));
  v1::GetStatusResponse answer;
  answer.mutable_status()->set_agent("a");
  agent_.AddGetStatus(grpc::Status::OK, answer);
  Connect(agent_.address());
  absl::StatusOr<v1::GetStatusResponse> response = client_->GetStatus(source_);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status().agent(), "a");
  EXPECT_THAT(agent_.uploads(), SizeIs(1));
  EXPECT_THAT(agent_.statuses(), SizeIs(3));

  const grpc::Status unknown = GrpcError(Error(v1::ERROR_REASON_BUNDLE_UNKNOWN, "unknown"));
  agent_.AddGetStatus(unknown);
  agent_.AddGetStatus(unknown);
  agent_.AddGetStatus(grpc::Status::OK, answer);
  ASSERT_TRUE(client_->GetStatus(source_).ok()) << "the agent restarted after the first upload";
  EXPECT_THAT(agent_.uploads(), SizeIs(3));
}

}  // namespace
}  // namespace brant
