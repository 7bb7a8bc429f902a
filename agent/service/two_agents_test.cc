// Several agents on one database, each with clients of its own.

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "agent/service/service_test_base.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// `agent_` of the base is the one that executes; `other_` knows its runs by the
// journal alone.
class TwoAgentsTest : public ServiceTest {
 protected:
  TwoAgentsTest() {
    Restart(Options("first"));
    other_agent_ = std::make_unique<Agent>(database_.get(), Options("second"));
    ListenOptions listen;
    listen.addresses = {"127.0.0.1:0"};
    other_server_ = Server::Listen(*other_agent_, listen).value();
    auto channel =
        grpc::CreateChannel(other_server_->addresses()[0], grpc::InsecureChannelCredentials());
    other_migrations_ = v1::MigrationService::NewStub(channel);
    other_runs_ = v1::RunService::NewStub(channel);
  }
  ~TwoAgentsTest() override {
    other_server_.reset();
    other_agent_.reset();
  }

  static AgentOptions Options(const std::string& name) {
    AgentOptions options;
    options.migrator.agent = name;
    options.migrator.monitor_interval = absl::Milliseconds(20);
    options.poll_interval = absl::Milliseconds(20);
    return options;
  }

  // Makes a bundle known to both; its digest.
  std::string Share(const std::vector<TestMigration>& migrations) {
    auto bundle = MakeTestBundle(migrations);
    agent_->bundles().Add(bundle);
    other_agent_->bundles().Add(bundle);
    return bundle->digest;
  }

  static std::vector<TestMigration> Three() {
    std::vector<TestMigration> migrations = Two();
    migrations.push_back(
        {.id = "c", .revises = "b", .upgrade = "INSERT INTO t VALUES (3);", .downgrade = ""});
    return migrations;
  }

  // An upgrade by the first agent that is held up between two steps, with no
  // transaction open.
  class HeldUpgrade {
   public:
    HeldUpgrade(TwoAgentsTest& test, const std::string& digest) {
      test.HoldLock();
      client_ = std::thread([this, &test, request = test.UpgradeTo(digest)] {
        grpc::Status status;
        events = test.Upgrade(request, &status);
        EXPECT_TRUE(status.ok()) << status.error_message();
      });
      while (test.agent_->runs().Active() == nullptr) std::this_thread::yield();
      run = test.agent_->runs().Active();
      subscription_ = run->events().Subscribe([this] {
        while (const v1::RunEvent* event = run->events().After(seen_)) {
          seen_ = event->sequence();
          if (event->step_finished().position() == 2) go_on_.WaitForNotification();
        }
      });
      test.ReleaseLock();
    }
    ~HeldUpgrade() {
      if (client_.joinable()) Finish();
    }
    // Lets it go on, and waits for its end.
    void Finish() {
      go_on_.Notify();
      client_.join();
    }

    std::shared_ptr<brant::Run> run;
    // After Finish.
    std::vector<v1::RunEvent> events;

   private:
    int64_t seen_ = 0;
    absl::Notification go_on_;
    std::unique_ptr<EventLog::Subscription> subscription_;
    std::thread client_;
  };

  v1::Run UpgradeByOther(const v1::UpgradeRequest& request) {
    auto context = NewContext();
    auto reader = other_migrations_->Upgrade(context.get(), request);
    v1::UpgradeResponse response;
    while (reader->Read(&response)) {
    }
    const grpc::Status status = reader->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.event().run_finished().run();
  }
  v1::Status StatusOfOther(const std::string& digest) {
    v1::GetStatusRequest request;
    request.set_bundle_digest(digest);
    v1::GetStatusResponse response;
    EXPECT_TRUE(other_migrations_->GetStatus(NewContext().get(), request, &response).ok());
    return response.status();
  }
  // The error that a wait fails with; OK once it has ended with success.
  absl::Status Wait(const std::string& digest, const std::string& revision) {
    auto context = NewContext();
    v1::WaitForRevisionRequest request;
    request.set_bundle_digest(digest);
    request.set_revision(revision);
    auto reader = other_migrations_->WaitForRevision(context.get(), request);
    v1::WaitForRevisionResponse response;
    bool reached = false;
    while (reader->Read(&response)) {
      EXPECT_FALSE(reached);
      reached = response.reached();
    }
    const grpc::Status status = reader->Finish();
    if (!status.ok()) return ErrorOf(status);
    EXPECT_TRUE(reached);
    return absl::OkStatus();
  }

  std::vector<v1::PlanResponse> Plan(const std::string& digest, v1::RunKind kind,
                                     const std::string& target, grpc::Status* status) {
    v1::PlanRequest request;
    request.set_bundle_digest(digest);
    request.set_kind(kind);
    request.add_targets(target);
    auto context = NewContext();
    auto reader = other_migrations_->Plan(context.get(), request);
    std::vector<v1::PlanResponse> parts;
    for (v1::PlanResponse part; reader->Read(&part);) parts.push_back(part);
    *status = reader->Finish();
    return parts;
  }

  std::unique_ptr<Agent> other_agent_;
  std::unique_ptr<Server> other_server_;
  std::unique_ptr<v1::MigrationService::Stub> other_migrations_;
  std::unique_ptr<v1::RunService::Stub> other_runs_;
};

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

// A rolling deploy: nodes of the old image come up after the new one migrated.
TEST_F(TwoAgentsTest, AnOlderImageSucceedsWhereTheDatabaseIsAhead) {
  const std::string older = Share(Two()), newer = Share(Three());
  UpgradeAll(newer);
  EXPECT_EQ(StatusOfOther(older).state(), v1::STATUS_STATE_AHEAD);
  for (const char* target : {"head", "heads", "b", "a", "billing"}) {
    EXPECT_TRUE(Wait(older, target).ok()) << target;
    const v1::Run run = UpgradeByOther(UpgradeTo(older, target));
    EXPECT_EQ(run.state(), v1::RUN_STATE_SUCCEEDED) << target;
    EXPECT_EQ(run.id(), "");
    EXPECT_THAT(run.to_revisions(), ElementsAre("c"));
  }
  // What only the database has is known by its id.
  EXPECT_TRUE(Wait(older, "c").ok());
  EXPECT_EQ(One("SELECT count(*) FROM brant_runs"), "1");
}

TEST_F(TwoAgentsTest, AnOlderImagePlansWhatWouldRun) {
  const std::string older = Share(Two());
  UpgradeAll(Share(Three()));
  grpc::Status status;
  auto parts = Plan(older, v1::RUN_KIND_UPGRADE, "head", &status);
  EXPECT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].notice(),
            "the database is ahead of these migrations: it is at c, which they do not have");

  parts = Plan(older, v1::RUN_KIND_DOWNGRADE, "a", &status);
  EXPECT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].notice(),
            "c is not among these migrations; the script stored in the database runs");
  EXPECT_EQ(parts[1].step().revision().id(), "c");
  EXPECT_EQ(parts[1].step().position(), 1);
  EXPECT_EQ(parts[2].step().revision().id(), "b");

  // As the downgrade itself, without migrations at all.
  parts = Plan("", v1::RUN_KIND_DOWNGRADE, "base", &status);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(parts.size(), 4u);
  EXPECT_EQ(One("SELECT count(*) FROM brant_runs"), "1");
}

TEST_F(TwoAgentsTest, HistoriesThatDivergedAreShown) {
  UpgradeAll(Share(Three()));
  std::vector<TestMigration> diverged = Two();
  diverged.push_back({.id = "x", .revises = "b", .upgrade = "INSERT INTO t VALUES (4);"});
  const std::string digest = Share(diverged);
  EXPECT_EQ(StatusOfOther(digest).state(), v1::STATUS_STATE_DIVERGED);
  const v1::Run run = UpgradeByOther(UpgradeTo(digest));
  EXPECT_EQ(run.state(), v1::RUN_STATE_FAILED);
  const absl::Status error = FromRpcStatus(run.error());
  EXPECT_EQ(ReasonOf(error), v1::ERROR_REASON_HISTORY_DIVERGED);
  EXPECT_THAT(std::string(error.message()), ::testing::HasSubstr("c"));
  EXPECT_THAT(std::string(error.message()), ::testing::HasSubstr("x"));
  const absl::Status refused = Wait(digest, "head");
  EXPECT_EQ(ReasonOf(refused), v1::ERROR_REASON_HISTORY_DIVERGED);
  EXPECT_EQ(refused.message(), error.message());
  // What both have is reached all the same.
  EXPECT_EQ(UpgradeByOther(UpgradeTo(digest, "b")).state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_TRUE(Wait(digest, "b").ok());
  grpc::Status planned;
  EXPECT_THAT(Plan(digest, v1::RUN_KIND_UPGRADE, "head", &planned), IsEmpty());
  EXPECT_EQ(ErrorOf(planned), error);
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
  EXPECT_THAT(events[0].run_notice().text(),
              ::testing::HasSubstr("20240101_0001_a.sql was edited after"));
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
