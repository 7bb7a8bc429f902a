// Waits at one agent for what another one does.

#include <string>
#include <thread>
#include <vector>

#include "agent/service/two_agents_test_base.h"

namespace brant {
namespace {

using ::testing::ElementsAre;

TEST_F(TwoAgentsTest, AWaiterIsToldWhenTheOtherAgentHasMigrated) {
  const std::string digest = Share(Two());
  auto context = NewContext();
  v1::WaitForRevisionRequest request;
  request.set_bundle_digest(digest);
  request.set_revision("heads");
  auto wait = other_migrations_->WaitForRevision(context.get(), request);
  v1::WaitForRevisionResponse response;
  ASSERT_TRUE(wait->Read(&response));
  EXPECT_FALSE(response.reached());
  EXPECT_EQ(response.status().pending_count(), 2);
  UpgradeAll(digest);
  while (wait->Read(&response)) {
  }
  EXPECT_TRUE(wait->Finish().ok());
  EXPECT_TRUE(response.reached());
  EXPECT_THAT(response.status().current_revisions(), ElementsAre("b"));
}

TEST_F(TwoAgentsTest, AQuietWaitShowsThatItLives) {
  AgentOptions options = Options("first");
  options.heartbeat = absl::Milliseconds(30);
  Restart(options);
  v1::WaitForRevisionRequest request;
  request.set_bundle_digest(Share(Two()));
  request.set_revision("head");
  auto context = NewContext();
  auto wait = migrations_->WaitForRevision(context.get(), request);
  v1::WaitForRevisionResponse response;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(wait->Read(&response));
    EXPECT_FALSE(response.reached());
  }
}

TEST_F(TwoAgentsTest, AWaitEndsWhereTheHistoriesDiverge) {
  const std::string newer = Share(Three());
  std::vector<TestMigration> diverged = Two();
  diverged.push_back({.id = "x", .revises = "b"});
  v1::WaitForRevisionRequest request;
  request.set_bundle_digest(Share(diverged));
  request.set_revision("head");
  auto context = NewContext();
  auto wait = other_migrations_->WaitForRevision(context.get(), request);
  v1::WaitForRevisionResponse response;
  ASSERT_TRUE(wait->Read(&response));
  UpgradeAll(newer);
  while (wait->Read(&response)) EXPECT_FALSE(response.reached());
  EXPECT_EQ(ReasonOf(wait->Finish()), v1::ERROR_REASON_HISTORY_DIVERGED);
}

// In the middle of the newer image's run, the database has what the older one
// lacks, and lacks what that has.
TEST_F(TwoAgentsTest, AWaitOutlastsARunThatBringsTheHistoriesTogether) {
  const TestMigration a = {.id = "a"}, x = {.id = "x", .revises = "a"};
  const std::string newer =
      Share({a, {.id = "c", .revises = "a"}, x, {.id = "m", .revises = "c, x"}});
  HeldUpgrade upgrade(*this, newer);
  v1::WaitForRevisionRequest request;
  request.set_bundle_digest(Share({a, x}));
  request.set_revision("head");
  auto context = NewContext();
  auto wait = other_migrations_->WaitForRevision(context.get(), request);
  v1::WaitForRevisionResponse response;
  do {
    ASSERT_TRUE(wait->Read(&response));
  } while (response.status().state() != v1::STATUS_STATE_DIVERGED);
  EXPECT_FALSE(response.reached());
  upgrade.Finish();
  while (wait->Read(&response)) {
  }
  EXPECT_TRUE(wait->Finish().ok());
  EXPECT_TRUE(response.reached());
}

TEST_F(TwoAgentsTest, WaitsThatCanNotSucceedAreRefused) {
  const std::string digest = Share(Two());
  for (const char* relative : {"+1", "-1", "a+1", "head-1"}) {
    EXPECT_EQ(ReasonOf(Wait(digest, relative)), v1::ERROR_REASON_INVALID_REQUEST) << relative;
  }
  EXPECT_EQ(ReasonOf(Wait(digest, "nope")), v1::ERROR_REASON_REVISION_NOT_FOUND);
  EXPECT_EQ(ReasonOf(Wait("unknown", "head")), v1::ERROR_REASON_BUNDLE_UNKNOWN);
  EXPECT_TRUE(Wait(digest, "base").ok());
  EXPECT_EQ(ReasonOf(Wait(digest, std::string(1025, 'a'))), v1::ERROR_REASON_INVALID_REQUEST);
}

TEST_F(TwoAgentsTest, WhoOnlyWaitsIsSentElsewhereWhenTheAgentEnds) {
  const std::string digest = Share(Three());
  HeldUpgrade upgrade(*this, digest);
  while (upgrade.run->Snapshot().epoch() == 0) std::this_thread::yield();
  auto watch_context = NewContext();
  v1::WatchRunRequest watch_request;
  watch_request.set_run_id(upgrade.run->id());
  auto watch = other_runs_->WatchRun(watch_context.get(), watch_request);
  v1::WatchRunResponse watched;
  ASSERT_TRUE(watch->Read(&watched));
  auto wait_context = NewContext();
  v1::WaitForRevisionRequest wait_request;
  wait_request.set_bundle_digest(digest);
  wait_request.set_revision("head");
  auto wait = other_migrations_->WaitForRevision(wait_context.get(), wait_request);
  v1::WaitForRevisionResponse waited;
  ASSERT_TRUE(wait->Read(&waited));

  other_agent_->StopWaiting();
  while (watch->Read(&watched)) {
  }
  EXPECT_EQ(ReasonOf(watch->Finish()), v1::ERROR_REASON_SHUTTING_DOWN);
  while (wait->Read(&waited)) {
  }
  EXPECT_EQ(ReasonOf(wait->Finish()), v1::ERROR_REASON_SHUTTING_DOWN);
  // Who comes now is sent elsewhere, too.
  EXPECT_EQ(ReasonOf(Wait(digest, "head")), v1::ERROR_REASON_SHUTTING_DOWN);
}

}  // namespace
}  // namespace brant
