// What one agent executes, watched, cancelled and asked for at another one.

#include <string>
#include <thread>
#include <vector>

#include "agent/service/two_agents_test_base.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(TwoAgentsTest, ARunIsWatchedAndCancelledThroughTheOtherAgent) {
  const std::string digest = Share(Three());
  HeldUpgrade upgrade(*this, digest);
  auto context = NewContext();
  v1::WatchRunRequest request;
  request.set_run_id(upgrade.run->id());
  // It is in the journal once it has begun.
  while (upgrade.run->Snapshot().epoch() == 0) std::this_thread::yield();
  auto watch = other_runs_->WatchRun(context.get(), request);
  std::vector<v1::RunEvent> relayed;
  v1::WatchRunResponse response;
  do {
    ASSERT_TRUE(watch->Read(&response));
    relayed.push_back(response.event());
  } while (response.event().step_finished().position() != 2);

  const v1::Status status = StatusOfOther(digest);
  EXPECT_EQ(status.active_run().id(), upgrade.run->id());
  EXPECT_EQ(status.active_run().agent(), "first");
  EXPECT_EQ(status.active_run().state(), v1::RUN_STATE_RUNNING);
  EXPECT_EQ(status.active_run().steps_done(), 2);
  v1::GetRunRequest latest;
  latest.set_run_id("latest");
  v1::GetRunResponse got;
  ASSERT_TRUE(other_runs_->GetRun(NewContext().get(), latest, &got).ok());
  EXPECT_EQ(got.run().id(), upgrade.run->id());

  v1::CancelRunResponse cancelled;
  grpc::Status answer;
  std::thread canceller([&] {
    v1::CancelRunRequest cancel;
    cancel.set_run_id(upgrade.run->id());
    answer = other_runs_->CancelRun(NewContext().get(), cancel, &cancelled);
  });
  while (upgrade.run->cancel().reason().ok()) std::this_thread::yield();
  upgrade.Finish();
  canceller.join();
  EXPECT_TRUE(answer.ok()) << answer.error_message();
  EXPECT_EQ(cancelled.run().state(), v1::RUN_STATE_CANCELLED);
  while (watch->Read(&response)) relayed.push_back(response.event());
  EXPECT_TRUE(watch->Finish().ok());

  const std::vector<v1::RunEvent>& own = upgrade.events;
  ASSERT_EQ(relayed.size(), own.size());
  for (size_t i = 0; i + 1 < own.size(); ++i) {
    EXPECT_EQ(relayed[i].SerializeAsString(), own[i].SerializeAsString()) << own[i].DebugString();
  }
  EXPECT_EQ(relayed.back().sequence(), own.back().sequence());
  EXPECT_EQ(relayed.back().run_finished().run().state(), v1::RUN_STATE_CANCELLED);
  EXPECT_EQ(relayed.back().run_finished().run().steps_done(), 2);
  EXPECT_EQ(One("SELECT count(*) FROM t"), "2");
}

// Its client lost the answer, and asks again where somebody answers.
TEST_F(TwoAgentsTest, ARequestThatHasSucceededIsAnsweredByItsRun) {
  const std::string digest = Share(Two());
  const v1::UpgradeRequest request = UpgradeTo(digest, "+1");
  grpc::Status status;
  const v1::Run first = Upgrade(request, &status).back().run_finished().run();
  EXPECT_EQ(first.state(), v1::RUN_STATE_SUCCEEDED);
  const v1::Run again = UpgradeByOther(request);
  EXPECT_EQ(again.id(), first.id());
  EXPECT_EQ(again.state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_THAT(again.to_revisions(), ElementsAre("a"));
  EXPECT_EQ(One("SELECT version_num FROM brant_version"), "a");
  EXPECT_EQ(One("SELECT count(*) FROM brant_runs"), "1");
}

TEST_F(TwoAgentsTest, EditedFilesAreNamedAndAccepted) {
  UpgradeAll(Share(Two()));
  std::vector<TestMigration> edited = Two();
  edited[0].upgrade += " -- edited";
  const std::string digest = Share(edited);
  v1::Status status = StatusOfOther(digest);
  ASSERT_EQ(status.edited_files_size(), 1);
  EXPECT_EQ(status.edited_files(0).revision(), "a");
  EXPECT_EQ(status.edited_files(0).file(), "20240101_0001_a.sql");
  EXPECT_NE(status.edited_files(0).checksum(), status.edited_files(0).applied_checksum());
  // An upgrade that has nothing to do says so too.
  grpc::Status ended;
  const std::vector<v1::RunEvent> events = Upgrade(UpgradeTo(digest), &ended);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_THAT(events[0].run_notice().text(), HasSubstr("20240101_0001_a.sql was edited after"));
  EXPECT_EQ(events[1].run_finished().run().state(), v1::RUN_STATE_SUCCEEDED);

  v1::RepairRequest request;
  request.set_request_id("repair");
  request.set_bundle_digest(digest);
  auto repair = [&] {
    auto context = NewContext();
    auto reader = other_migrations_->Repair(context.get(), request);
    v1::RepairResponse response;
    while (reader->Read(&response)) {
    }
    const grpc::Status finished = reader->Finish();
    EXPECT_EQ(ReasonOf(finished), request.action_case() == v1::RepairRequest::ACTION_NOT_SET
                                      ? v1::ERROR_REASON_INVALID_REQUEST
                                      : v1::ERROR_REASON_UNSPECIFIED);
    return response.event().run_finished().run();
  };
  repair();
  request.mutable_accept_edited_files()->add_revisions("a");
  // Who watches is told, although neither rows nor runs that execute change.
  auto context = NewContext();
  v1::WatchStatusRequest watch_request;
  watch_request.set_bundle_digest(digest);
  auto watch = migrations_->WatchStatus(context.get(), watch_request);
  v1::WatchStatusResponse watched;
  ASSERT_TRUE(watch->Read(&watched));
  EXPECT_EQ(watched.status().edited_files_size(), 1);
  const v1::Run run = repair();
  EXPECT_EQ(run.state(), v1::RUN_STATE_SUCCEEDED) << run.DebugString();
  EXPECT_EQ(run.kind(), v1::RUN_KIND_REPAIR);
  EXPECT_EQ(run.target(), "a");
  do {
    ASSERT_TRUE(watch->Read(&watched));
  } while (watched.status().edited_files_size() > 0);
  EXPECT_THAT(StatusOfOther(digest).edited_files(), IsEmpty());
}

TEST_F(TwoAgentsTest, AnUnfinishedStepIsShown) {
  std::vector<TestMigration> migrations = Two();
  migrations.push_back({.id = "c",
                        .revises = "b",
                        .upgrade = "INSERT INTO t VALUES (3);\nSELECT nothing;",
                        .upgrade_options = "transaction:off"});
  const std::string digest = Share(migrations);
  grpc::Status status;
  const v1::Run run = Upgrade(UpgradeTo(digest), &status).back().run_finished().run();
  EXPECT_EQ(run.state(), v1::RUN_STATE_FAILED);
  const v1::Status shown = StatusOfOther(digest);
  EXPECT_FALSE(shown.has_active_run());
  EXPECT_EQ(shown.unfinished_step().run_id(), run.id());
  EXPECT_EQ(shown.unfinished_step().revision(), "c");
  EXPECT_EQ(shown.unfinished_step().direction(), v1::DIRECTION_UPGRADE);
  EXPECT_EQ(shown.unfinished_step().statements_total(), 2);
  EXPECT_EQ(shown.unfinished_step().statements_done(), 1);
  EXPECT_FALSE(shown.unfinished_step().in_doubt());
  EXPECT_FALSE(shown.unfinished_step().file_missing());
  EXPECT_TRUE(StatusOfOther(Share(Two())).unfinished_step().file_missing());
}

}  // namespace
}  // namespace brant
