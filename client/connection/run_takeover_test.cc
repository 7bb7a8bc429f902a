// What RunFollower does when agents, connections or databases go away.

#include <signal.h>

#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "client/connection/run_follower.h"
#include "client/connection/run_follower_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RunTakeoverTest : public RunFollowerTest {
 protected:
  // A stream that stays open after its events, until the test ends.
  FakeStream Held(std::vector<v1::RunEvent> events) {
    return {std::move(events), kBroken, [this] { left_.WaitForNotification(); }};
  }
};

v1::RunEvent Ended(v1::RunState state, v1::ErrorReason reason) {
  v1::RunEvent event = Last(2, state);
  *event.mutable_run_finished()->mutable_run()->mutable_error() =
      ToRpcStatus(Error(reason, "lost"));
  return event;
}

TEST_F(RunTakeoverTest, InterruptedRunIsTakenUpByTheSameRequest) {
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
  EXPECT_THAT(view_.notes, ElementsAre("Trying again: run run1 was interrupted: the agent is "
                                       "shutting down"));
}

TEST_F(RunTakeoverTest, RunIsTakenUpAtAnotherAddress) {
  FakeAgent other;
  agent_.AddUpgrade({{Event(1), Ended(v1::RUN_STATE_INTERRUPTED, v1::ERROR_REASON_SHUTTING_DOWN)}});
  other.AddUpgrade({{Event(1, "run2"), Last(2, v1::RUN_STATE_SUCCEEDED, "run2")}});
  absl::StatusOr<RunOutcome> outcome =
      Upgrade(absl::StrCat(agent_.address(), ",", other.address()));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->run.id(), "run2");
  EXPECT_EQ(waited(), absl::ZeroDuration());
  EXPECT_EQ(other.upgrades()[0].request_id(), "request1");
  EXPECT_THAT(view_.notes, ElementsAre(absl::StrCat("agent ", agent_.address(),
                                                    " went away; going on at ", other.address())));
}

TEST_F(RunTakeoverTest, AnotherAgentRelaysTheRunFromWhereItWasSeen) {
  FakeAgent other;
  agent_.AddUpgrade({{Event(1), Event(2)}, kBroken});
  std::vector<v1::RunEvent> relayed;
  for (int sequence = 1; sequence <= 4; ++sequence) {
    v1::RunEvent& event = relayed.emplace_back();
    event.set_run_id("run2");
    event.set_sequence(sequence);
    *event.mutable_relayed()->mutable_event() = Event(sequence);
  }
  relayed.push_back(Last(5, v1::RUN_STATE_SUCCEEDED, "run2"));
  other.AddUpgrade({relayed});
  EXPECT_TRUE(Upgrade(absl::StrCat(agent_.address(), ",", other.address())).ok());
  // What is behind the relayed numbers 1 and 2 was seen.
  EXPECT_THAT(view_.sequences, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(other.upgrades()[0].request_id(), agent_.upgrades()[0].request_id());
}

TEST_F(RunTakeoverTest, OutcomeNamesTheRunThatDidTheWorkBefore) {
  v1::RunEvent interrupted = Ended(v1::RUN_STATE_INTERRUPTED, v1::ERROR_REASON_SHUTTING_DOWN);
  interrupted.mutable_run_finished()->mutable_run()->set_steps_done(1);
  interrupted.mutable_run_finished()->mutable_run()->set_agent("a");
  agent_.AddUpgrade({{Event(1), interrupted}});
  agent_.AddUpgrade({{Last(1, v1::RUN_STATE_SUCCEEDED, "")}});
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->predecessor.id(), "run1");
  EXPECT_EQ(outcome->predecessor.agent(), "a");
}

TEST_F(RunTakeoverTest, OutcomeNamesTheRunOfAnotherAgentThatWasFollowed) {
  v1::RunEvent relayed = Event(1);
  relayed.mutable_relayed()->set_agent("b");
  relayed.mutable_relayed()->mutable_event()->set_run_id("run9");
  relayed.mutable_relayed()->mutable_event()->mutable_step_finished();
  agent_.AddUpgrade({{relayed, Last(2, v1::RUN_STATE_SUCCEEDED)}});
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->predecessor.id(), "run9");
  EXPECT_EQ(outcome->predecessor.agent(), "b");
}

TEST_F(RunTakeoverTest, WhatSaysNothingAgainstTheMigrationsIsTakenUp) {
  for (v1::ErrorReason reason :
       {v1::ERROR_REASON_SHUTTING_DOWN, v1::ERROR_REASON_DATABASE_UNREACHABLE,
        v1::ERROR_REASON_COMMIT_IN_DOUBT, v1::ERROR_REASON_CONCURRENT_CHANGE,
        v1::ERROR_REASON_DATABASE_READ_ONLY}) {
    agent_.AddUpgrade({{Event(1), Ended(v1::RUN_STATE_FAILED, reason)}});
    agent_.AddUpgrade({{Last(1, v1::RUN_STATE_SUCCEEDED, "run2")}});
    absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_EQ(outcome->run.id(), "run2") << v1::ErrorReason_Name(reason);
  }
}

TEST_F(RunTakeoverTest, EverythingElseIsForGood) {
  int requests = 0;
  for (v1::ErrorReason reason :
       {v1::ERROR_REASON_STATEMENT_FAILED, v1::ERROR_REASON_LOCK_NOT_AVAILABLE,
        v1::ERROR_REASON_DEADLOCK, v1::ERROR_REASON_LOCK_TIMEOUT,
        v1::ERROR_REASON_STATEMENT_IN_DOUBT}) {
    agent_.AddUpgrade({{Event(1), Ended(v1::RUN_STATE_FAILED, reason)}});
    absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_EQ(outcome->run.state(), v1::RUN_STATE_FAILED);
    EXPECT_THAT(agent_.upgrades(), SizeIs(++requests)) << v1::ErrorReason_Name(reason);
  }
  agent_.AddUpgrade({{Ended(v1::RUN_STATE_CANCELLED, v1::ERROR_REASON_CANCELLED)}});
  EXPECT_EQ(Upgrade(agent_.address())->run.state(), v1::RUN_STATE_CANCELLED);
}

TEST_F(RunTakeoverTest, RelativeTargetIsRepeatedUnderItsRequestId) {
  target_ = "+1";
  agent_.AddUpgrade({{Event(1), Ended(v1::RUN_STATE_INTERRUPTED, v1::ERROR_REASON_SHUTTING_DOWN)}});
  agent_.AddUpgrade({{Event(1, "run2")}, kBroken});
  agent_.AddUpgrade({{Last(2, v1::RUN_STATE_SUCCEEDED, "run2")}});
  EXPECT_TRUE(Upgrade(agent_.address()).ok());
  ASSERT_THAT(agent_.upgrades(), SizeIs(3));
  for (const v1::UpgradeRequest& request : agent_.upgrades()) {
    EXPECT_EQ(request.request_id(), "request1");
    EXPECT_EQ(request.target(), "+1");
  }
}

TEST_F(RunTakeoverTest, RunOfAPrivateAgentIsNotTakenUp) {
  private_agent_ = true;
  agent_.AddUpgrade({{Event(1), Ended(v1::RUN_STATE_INTERRUPTED, v1::ERROR_REASON_SHUTTING_DOWN)}});
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->run.state(), v1::RUN_STATE_INTERRUPTED);
  EXPECT_THAT(view_.sequences, ElementsAre(1, 2));
}

TEST_F(RunTakeoverTest, NextAddressIsTriedAtOnce) {
  agent_.AddUpgrade({{Last(1, v1::RUN_STATE_SUCCEEDED)}});
  ASSERT_TRUE(Upgrade("127.0.0.1:1," + agent_.address()).ok());
  EXPECT_EQ(now_, absl::UnixEpoch());
  EXPECT_THAT(view_.notes, IsEmpty());
}

TEST_F(RunTakeoverTest, AgentThatCanNotServeMakesTheNextAddressTried) {
  for (v1::ErrorReason reason :
       {v1::ERROR_REASON_SHUTTING_DOWN, v1::ERROR_REASON_DATABASE_UNREACHABLE,
        v1::ERROR_REASON_DATABASE_READ_ONLY}) {
    FakeAgent other;
    other.AddUpgrade({{}, GrpcError(Error(reason, "not here"))});
    agent_.AddUpgrade({{Last(1, v1::RUN_STATE_SUCCEEDED)}});
    EXPECT_TRUE(Upgrade(absl::StrCat(other.address(), ",", agent_.address())).ok());
    EXPECT_EQ(waited(), absl::ZeroDuration()) << v1::ErrorReason_Name(reason);
  }
}

// The addresses that one name stands for.
std::string Together(const FakeAgent& a, const FakeAgent& b) {
  // A comma would make two names of it.
  return absl::StrCat("ipv4:", a.address(), "%2C", b.address());
}

TEST_F(RunTakeoverTest, EachTryReachesTheNextAgentBehindAName) {
  FakeAgent other;
  for (int i = 0; i < 100; ++i) {
    other.AddUpgrade({{}, GrpcError(Error(v1::ERROR_REASON_SHUTTING_DOWN, "not here"))});
  }
  agent_.AddUpgrade({{Last(1, v1::RUN_STATE_SUCCEEDED)}});
  EXPECT_TRUE(Upgrade(Together(other, agent_)).ok());
}

TEST_F(RunTakeoverTest, FilesGoToTheVeryAgentThatAskedForThem) {
  FakeAgent other;
  for (FakeAgent* agent : {&agent_, &other}) {
    agent->AddUpgrade({{}, GrpcError(Error(v1::ERROR_REASON_BUNDLE_UNKNOWN, "unknown"))});
    agent->AddUpgrade({{Last(1, v1::RUN_STATE_SUCCEEDED)}});
  }
  EXPECT_TRUE(Upgrade(Together(agent_, other)).ok());
  for (FakeAgent* agent : {&agent_, &other}) {
    EXPECT_EQ(agent->uploads().empty(), agent->upgrades().empty());
  }
}

TEST_F(RunTakeoverTest, FirstContactIsLimited) {
  absl::Status status = Upgrade("127.0.0.1:1").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_AGENT_UNREACHABLE);
  EXPECT_THAT(DescribeError(status), HasSubstr("127.0.0.1:1"));
  EXPECT_EQ(waited(), absl::Seconds(10));
  EXPECT_THAT(view_.notes, SizeIs(1));
}

TEST_F(RunTakeoverTest, NothingIsLimitedAfterTheFirstContact) {
  agent_.AddUpgrade({{Event(1)}, kBroken});
  for (int i = 0; i < 50; ++i) agent_.AddUpgrade({{}, kBroken});
  agent_.AddUpgrade({{Last(2, v1::RUN_STATE_SUCCEEDED)}});
  ASSERT_TRUE(Upgrade(agent_.address()).ok());
  EXPECT_GT(waited(), absl::Seconds(20));
}

TEST_F(RunTakeoverTest, AgentWithoutDatabaseIsAContact) {
  for (int i = 0; i < 50; ++i) {
    agent_.AddUpgrade({{}, GrpcError(Error(v1::ERROR_REASON_DATABASE_UNREACHABLE, "down"))});
  }
  agent_.AddUpgrade({{Last(2, v1::RUN_STATE_SUCCEEDED)}});
  ASSERT_TRUE(Upgrade(agent_.address()).ok());
  EXPECT_GT(waited(), absl::Seconds(20));
}

TEST_F(RunTakeoverTest, StandbyAloneIsNoContact) {
  for (int i = 0; i < 100; ++i) {
    agent_.AddUpgrade(
        {{Event(1), Ended(v1::RUN_STATE_FAILED, v1::ERROR_REASON_DATABASE_READ_ONLY)}});
  }
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->run.state(), v1::RUN_STATE_FAILED);
  EXPECT_EQ(waited(), absl::Seconds(10));
  EXPECT_EQ(view_.sequences.back(), 2) << "the end is shown after all";
}

TEST_F(RunTakeoverTest, RunThatEndsAgainAndAgainIsTriedLessAndLessOften) {
  timeout_ = absl::Seconds(60);
  for (int i = 0; i < 100; ++i) {
    agent_.AddUpgrade({{Event(1, absl::StrCat("run", i)),
                        Ended(v1::RUN_STATE_INTERRUPTED, v1::ERROR_REASON_DATABASE_UNREACHABLE)}});
  }
  EXPECT_EQ(Upgrade(agent_.address())->left, Left::kTimeout);
  EXPECT_THAT(agent_.upgrades(), SizeIs(::testing::Lt(100)));
}

TEST_F(RunTakeoverTest, PrivateAgentsDatabaseIsTriedAsLongAsWasAsked) {
  private_agent_ = true;
  for (int i = 0; i < 100; ++i) {
    agent_.AddUpgrade({{}, GrpcError(Error(v1::ERROR_REASON_DATABASE_UNREACHABLE, "down"))});
  }
  EXPECT_EQ(ReasonOf(Upgrade(agent_.address()).status()), v1::ERROR_REASON_DATABASE_UNREACHABLE);
  EXPECT_EQ(waited(), absl::Seconds(10));
}

TEST_F(RunTakeoverTest, TimeoutLeavesARunToItself) {
  timeout_ = absl::Seconds(60);
  agent_.AddUpgrade(Held({Event(1)}));
  view_.on_show = [this] { now_ += absl::Seconds(60); };
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  left_.Notify();
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->left, Left::kTimeout);
  EXPECT_EQ(outcome->run.id(), "run1");
  EXPECT_TRUE(outcome->trouble.ok());
  EXPECT_THAT(agent_.cancels(), IsEmpty()) << "the deadline is not the run's";
}

TEST_F(RunTakeoverTest, TimeoutEndsTheTriesAndSaysWhatWasWrong) {
  timeout_ = absl::Seconds(60);
  agent_.AddUpgrade({{Event(1)}, kBroken});
  for (int i = 0; i < 100; ++i) agent_.AddUpgrade({{}, kBroken});
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->left, Left::kTimeout);
  EXPECT_EQ(outcome->run.id(), "run1");
  EXPECT_THAT(outcome->trouble.message(), HasSubstr("the connection was lost"));
  EXPECT_LT(waited(), absl::Seconds(61));
}

TEST_F(RunTakeoverTest, TimeoutCancelsTheRunOfAPrivateAgent) {
  private_agent_ = true;
  timeout_ = absl::Seconds(60);
  agent_.AddUpgrade({{Event(1)},
                     grpc::Status::OK,
                     [this] {
                       while (agent_.cancels().empty()) std::this_thread::yield();
                     },
                     {Ended(v1::RUN_STATE_CANCELLED, v1::ERROR_REASON_CANCELLED)}});
  view_.on_show = [this] { now_ += absl::Seconds(60); };
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->left, Left::kTimeout);
  EXPECT_EQ(outcome->run.state(), v1::RUN_STATE_CANCELLED);
  // Others that want the same have not given up.
  EXPECT_TRUE(agent_.cancels()[0].own_request_only());
}

TEST_F(RunTakeoverTest, SignalLeavesARemoteRunToItself) {
  agent_.AddUpgrade(Held({Event(1)}));
  view_.on_show = [] { raise(SIGINT); };
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  left_.Notify();
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->left, Left::kSignal);
  EXPECT_EQ(outcome->run.id(), "run1");
  EXPECT_EQ(interrupts_.signal(), SIGINT);
}

TEST_F(RunTakeoverTest, SignalEndsTheTriesToo) {
  agent_.AddUpgrade({{Event(1)}, kBroken});
  for (int i = 0; i < 100; ++i) agent_.AddUpgrade({{}, kBroken});
  view_.on_note = [] { raise(SIGINT); };
  absl::StatusOr<RunOutcome> outcome = Upgrade(agent_.address());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->left, Left::kSignal);
  EXPECT_EQ(outcome->run.id(), "run1");
  EXPECT_LT(waited(), absl::Seconds(1));
}

TEST_F(RunTakeoverTest, RepairIsFollowedAsAnyRun) {
  agent_.AddRepair({{}, kBroken});
  agent_.AddRepair({{Event(1), Last(2, v1::RUN_STATE_SUCCEEDED)}});
  Connect(agent_.address());
  v1::RepairRequest request;
  request.set_request_id("request1");
  request.mutable_settle_statement()->set_revision("aaaa1111");
  RunFollower follower(*client_, interrupts_, view_);
  absl::StatusOr<RunOutcome> outcome = follower.Start(request, source_);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->run.state(), v1::RUN_STATE_SUCCEEDED);
  ASSERT_THAT(agent_.repairs(), SizeIs(2));
  EXPECT_EQ(agent_.repairs()[1].bundle_digest(), "digest");
  EXPECT_EQ(agent_.repairs()[1].settle_statement().revision(), "aaaa1111");
}

}  // namespace
}  // namespace brant
