#include "agent/service/run_service.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agent/migrate/cancel.h"
#include "agent/service/service_test_base.h"

namespace brant {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class RunServiceTest : public ServiceTest {
 protected:
  // Starts an upgrade whose stream nobody reads any more; its run's id.
  std::string StartAndLeave(const std::string& digest, const std::string& target = "heads") {
    auto context = NewContext();
    auto upgrade = migrations_->Upgrade(context.get(), UpgradeTo(digest, target));
    v1::UpgradeResponse event;
    EXPECT_TRUE(upgrade->Read(&event));
    context->TryCancel();
    while (upgrade->Read(&event)) {
    }
    EXPECT_EQ(upgrade->Finish().error_code(), grpc::StatusCode::CANCELLED);
    return event.event().run_id();
  }
  grpc::Status Cancel(const std::string& run_id, v1::Run* run, bool own_request_only = false) {
    v1::CancelRunRequest request;
    request.set_own_request_only(own_request_only);
    request.set_run_id(run_id);
    v1::CancelRunResponse response;
    grpc::Status status = runs_->CancelRun(NewContext().get(), request, &response);
    *run = response.run();
    return status;
  }
  grpc::Status GetRun(const std::string& run_id, v1::Run* run) {
    v1::GetRunRequest request;
    request.set_run_id(run_id);
    v1::GetRunResponse response;
    grpc::Status status = runs_->GetRun(NewContext().get(), request, &response);
    *run = response.run();
    return status;
  }
  static std::vector<std::string> Bytes(const std::vector<v1::RunEvent>& events) {
    std::vector<std::string> bytes;
    for (const v1::RunEvent& event : events) bytes.push_back(event.SerializeAsString());
    return bytes;
  }
};

TEST_F(RunServiceTest, WatchingResumesAtEveryEvent) {
  grpc::Status status;
  const std::vector<v1::RunEvent> live = Upgrade(UpgradeTo(Upload(Two())), &status);
  ASSERT_TRUE(status.ok());
  const std::vector<std::string> all = Bytes(live);
  for (size_t after = 0; after <= all.size(); ++after) {
    EXPECT_EQ(Bytes(Watch(live[0].run_id(), static_cast<int64_t>(after), &status)),
              std::vector<std::string>(all.begin() + after, all.end()));
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  EXPECT_EQ(Bytes(Watch(live[0].run_id(), -3)), all);
  EXPECT_THAT(Watch(live[0].run_id(), 1'000'000, &status), IsEmpty());
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(Bytes(Watch("latest", 0)), all);
}

// Half of them read slowly, some go away in the middle and come back.
TEST_F(RunServiceTest, FiftyWatchersSeeTheSame) {
  std::vector<TestMigration> migrations = {{.id = "r0", .upgrade = "CREATE TABLE t (x INTEGER);"}};
  for (int i = 1; i <= 30; ++i) {
    migrations.push_back({.id = absl::StrCat("r", i),
                          .revises = absl::StrCat("r", i - 1),
                          .upgrade = "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);"});
  }
  const std::string digest = Upload(migrations);
  HoldLock();
  const std::string run_id = StartAndLeave(digest);
  constexpr int kWatchers = 50;
  std::vector<std::vector<std::string>> seen(kWatchers);
  std::atomic<int> watching = 0;
  std::vector<std::thread> watchers;
  for (int w = 0; w < kWatchers; ++w) {
    watchers.emplace_back([&, w] {
      int64_t sequence = 0;
      bool over = false;
      while (!over) {
        auto context = NewContext();
        v1::WatchRunRequest request;
        request.set_run_id(run_id);
        request.set_after_sequence(sequence);
        auto reader = runs_->WatchRun(context.get(), request);
        v1::WatchRunResponse response;
        int read = 0;
        while (reader->Read(&response)) {
          if (sequence == 0) ++watching;
          ASSERT_EQ(response.event().sequence(), sequence + 1);
          sequence = response.event().sequence();
          seen[w].push_back(response.event().SerializeAsString());
          over = response.event().has_run_finished();
          if (w % 2 == 0) std::this_thread::yield();
          if (w % 5 == 0 && ++read == 7) break;
        }
        context->TryCancel();
        while (reader->Read(&response)) {
        }
        reader->Finish();
      }
    });
  }
  while (watching < kWatchers) std::this_thread::yield();
  ReleaseLock();
  for (std::thread& watcher : watchers) watcher.join();
  const std::vector<std::string> replay = Bytes(Watch(run_id, 0));
  // Waiting, started, 31 steps with 61 statements, finished.
  EXPECT_THAT(replay, SizeIs(1 + 1 + 31 * 2 + 61 * 2 + 1));
  for (const auto& events : seen) EXPECT_EQ(events, replay);
}

// The one that never reads costs the others nothing.
TEST_F(RunServiceTest, AReaderThatStallsHoldsNobodyUp) {
  std::vector<TestMigration> migrations = {{.id = "r0", .upgrade = "CREATE TABLE t (x INTEGER);"}};
  std::string many;
  // More than the buffers of a connection hold.
  for (int i = 0; i < 2000; ++i) {
    absl::StrAppend(&many, "INSERT INTO t VALUES (", i, "); -- ", std::string(100, 'x'), "\n");
  }
  migrations.push_back({.id = "r1", .revises = "r0", .upgrade = many});
  const std::string digest = Upload(migrations);
  auto stalled_context = NewContext();
  auto stalled = migrations_->Upgrade(stalled_context.get(), UpgradeTo(digest));
  v1::UpgradeResponse first;
  ASSERT_TRUE(stalled->Read(&first));
  const std::vector<v1::RunEvent> events = Watch(first.event().run_id(), 0);
  EXPECT_THAT(events, SizeIs(1 + 2 * 2 + 2001 * 2 + 1));
  // It wakes up, and has missed nothing.
  size_t read = 1;
  while (stalled->Read(&first)) ++read;
  EXPECT_TRUE(stalled->Finish().ok());
  EXPECT_EQ(read, events.size());
}

TEST_F(RunServiceTest, AQuietStreamShowsThatItLives) {
  AgentOptions options;
  options.heartbeat = absl::Milliseconds(20);
  Restart(options);
  const std::string digest = Upload(Two());
  HoldLock();
  auto context = NewContext();
  auto upgrade = migrations_->Upgrade(context.get(), UpgradeTo(digest));
  v1::UpgradeResponse event;
  ASSERT_TRUE(upgrade->Read(&event));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(upgrade->Read(&event));
    EXPECT_EQ(event.event().event_case(), v1::RunEvent::kHeartbeat);
    // That of the event before it, so that nothing is missed by resuming there.
    EXPECT_EQ(event.event().sequence(), 1);
  }
  ReleaseLock();
  v1::RunEvent last;
  int64_t sequence = 1;
  while (upgrade->Read(&event)) {
    last = event.event();
    if (last.has_heartbeat()) continue;
    EXPECT_EQ(last.sequence(), ++sequence);
  }
  EXPECT_TRUE(upgrade->Finish().ok());
  EXPECT_TRUE(last.has_run_finished());
  // Heartbeats are not in the log.
  for (const v1::RunEvent& logged : Watch(last.run_id(), 0)) EXPECT_FALSE(logged.has_heartbeat());
}

TEST_F(RunServiceTest, ARunGoesOnWithoutItsClient) {
  const std::string digest = Upload(Two());
  HoldLock();
  const std::string run_id = StartAndLeave(digest);
  ReleaseLock();
  const std::vector<v1::RunEvent> events = Watch(run_id, 0);
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back().run_finished().run().state(), v1::RUN_STATE_SUCCEEDED);
}

TEST_F(RunServiceTest, CancelStopsAStatementAndAnswersWithTheRun) {
  const std::string run_id = StartAndLeave(Upload(Endless()));
  // Until the third step's statement is under way.
  auto context = NewContext();
  v1::WatchRunRequest request;
  request.set_run_id(run_id);
  auto watch = runs_->WatchRun(context.get(), request);
  v1::WatchRunResponse response;
  do {
    ASSERT_TRUE(watch->Read(&response));
  } while (response.event().statement_started().position() != 3);
  v1::Run run;
  ASSERT_TRUE(Cancel(run_id, &run).ok());
  EXPECT_EQ(run.id(), run_id);
  EXPECT_EQ(run.state(), v1::RUN_STATE_CANCELLED);
  EXPECT_EQ(ReasonOf(FromRpcStatus(run.error())), v1::ERROR_REASON_CANCELLED);
  EXPECT_EQ(run.steps_done(), 2);
  v1::RunEvent last;
  while (watch->Read(&response)) last = response.event();
  EXPECT_TRUE(watch->Finish().ok());
  EXPECT_EQ(last.run_finished().run().state(), v1::RUN_STATE_CANCELLED);
  EXPECT_EQ(One("SELECT version_num FROM brant_version"), "b");
  EXPECT_EQ(One("SELECT count(*) FROM t"), "2");
  EXPECT_EQ(One("SELECT state FROM brant_runs"), "cancelled");
  // Once more it is answered alike.
  ASSERT_TRUE(Cancel(run_id, &run).ok());
  EXPECT_EQ(run.state(), v1::RUN_STATE_CANCELLED);
}

TEST_F(RunServiceTest, ARunThatWaitsItsTurnIsCancelledAtOnce) {
  const std::string digest = Upload(Two());
  HoldLock();
  const std::string first = StartAndLeave(digest, "a");
  const std::string second = StartAndLeave(digest, "b");
  v1::Run run;
  ASSERT_TRUE(Cancel(second, &run).ok());
  EXPECT_EQ(run.state(), v1::RUN_STATE_CANCELLED);
  ReleaseLock();
  EXPECT_EQ(Watch(first, 0).back().run_finished().run().state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_EQ(One("SELECT version_num FROM brant_version"), "a");
}

TEST_F(RunServiceTest, CancelSaysWhetherEqualRequestsEndToo) {
  const std::string digest = Upload(Two());
  HoldLock();
  for (bool own_request_only : {false, true}) {
    v1::Run run;
    ASSERT_TRUE(Cancel(StartAndLeave(digest), &run, own_request_only).ok());
    EXPECT_EQ(WasCancelledForAll(FromRpcStatus(run.error())), !own_request_only);
  }
  ReleaseLock();
}

TEST_F(RunServiceTest, CancelOfARunThatHasEndedAnswersWithIt) {
  const v1::Run ended = UpgradeAll(Upload(Two()));
  v1::Run run;
  ASSERT_TRUE(Cancel(ended.id(), &run).ok());
  EXPECT_EQ(run.state(), v1::RUN_STATE_SUCCEEDED);
  // By another agent, too, which only knows the journal.
  Restart(AgentOptions());
  ASSERT_TRUE(Cancel(ended.id(), &run).ok());
  EXPECT_EQ(run.state(), v1::RUN_STATE_SUCCEEDED);
  const grpc::Status status = Cancel("nope", &run);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_NOT_FOUND);
}

TEST_F(RunServiceTest, RunsOfTheJournalAreFoundByAnotherAgent) {
  const v1::Run ended = UpgradeAll(Upload(Two()));
  Restart(AgentOptions());
  v1::Run run;
  ASSERT_TRUE(GetRun(ended.id(), &run).ok());
  EXPECT_EQ(run.state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_EQ(run.agent(), "test-agent");
  EXPECT_EQ(run.epoch(), 1);
  ASSERT_TRUE(GetRun("latest", &run).ok());
  EXPECT_EQ(run.id(), ended.id());
  // Its events, too.
  const std::vector<v1::RunEvent> events = Watch(ended.id(), 0);
  ASSERT_THAT(events, SizeIs(1 + 2 * 2 + 3 * 2 + 1));
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].sequence(), static_cast<int64_t>(i) + 1);
    EXPECT_EQ(events[i].run_id(), ended.id());
  }
  EXPECT_EQ(events.back().run_finished().run().id(), ended.id());
  EXPECT_EQ(Bytes(Watch("latest", 0)), Bytes(events));
  grpc::Status status;
  EXPECT_THAT(Watch("nope", 0, &status), IsEmpty());
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_NOT_FOUND);
  EXPECT_EQ(ReasonOf(GetRun("nope", &run)), v1::ERROR_REASON_NOT_FOUND);
}

TEST_F(RunServiceTest, WithoutRunsLatestIsNotFound) {
  v1::Run run;
  EXPECT_EQ(ReasonOf(GetRun("latest", &run)), v1::ERROR_REASON_NOT_FOUND);
  EXPECT_EQ(ReasonOf(GetRun("", &run)), v1::ERROR_REASON_NOT_FOUND);
  EXPECT_EQ(One("SELECT count(*) FROM sqlite_master"), "0");
}

// A run that an agent left behind when it died: the next one says that it ended.
TEST_F(RunServiceTest, ARunOfADeadAgentIsFollowedUntilTheNextOneBegins) {
  const std::string digest = Upload(Two());
  grpc::Status status;
  const std::string id = Upgrade(UpgradeTo(digest, "a"), &status).front().run_id();
  ASSERT_TRUE(session_->Execute("UPDATE brant_runs SET state = 'running', end_time = NULL").ok());
  AgentOptions options;
  options.poll_interval = absl::Milliseconds(20);
  Restart(options);
  auto context = NewContext();
  v1::WatchRunRequest request;
  request.set_run_id(id);
  auto watch = runs_->WatchRun(context.get(), request);
  v1::WatchRunResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_TRUE(response.event().has_run_started());
  v1::Run cancelled;
  grpc::Status cancel_status;
  std::thread canceller([&] { cancel_status = Cancel(id, &cancelled); });
  // The request is in the journal before the next run begins.
  while (One("SELECT cancel_request FROM brant_progress") != "1") std::this_thread::yield();
  UpgradeAll(Upload(Two()));
  while (watch->Read(&response)) {
  }
  EXPECT_TRUE(watch->Finish().ok());
  EXPECT_EQ(response.event().run_finished().run().state(), v1::RUN_STATE_INTERRUPTED);
  canceller.join();
  EXPECT_TRUE(cancel_status.ok()) << cancel_status.error_message();
  EXPECT_EQ(cancelled.state(), v1::RUN_STATE_INTERRUPTED);
}

TEST_F(RunServiceTest, RunsAreListedPageByPage) {
  const std::string digest = Upload(Two());
  grpc::Status status;
  for (int i = 0; i < 4; ++i) {
    Upgrade(UpgradeTo(digest, "+1"), &status);
    v1::DowngradeRequest down;
    down.set_request_id(absl::StrCat("down-", i));
    down.set_bundle_digest(digest);
    down.set_target("base");
    auto context = NewContext();
    auto downgrade = migrations_->Downgrade(context.get(), down);
    v1::DowngradeResponse response;
    while (downgrade->Read(&response)) {
    }
    ASSERT_TRUE(downgrade->Finish().ok());
  }
  std::vector<int64_t> epochs;
  v1::ListRunsRequest request;
  request.set_page_size(3);
  do {
    v1::ListRunsResponse response;
    ASSERT_TRUE(runs_->ListRuns(NewContext().get(), request, &response).ok());
    for (const v1::Run& run : response.runs()) epochs.push_back(run.epoch());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(epochs, ::testing::ElementsAre(8, 7, 6, 5, 4, 3, 2, 1));
  request.set_page_token("x");
  v1::ListRunsResponse response;
  EXPECT_EQ(ReasonOf(runs_->ListRuns(NewContext().get(), request, &response)),
            v1::ERROR_REASON_INVALID_REQUEST);
}

TEST_F(RunServiceTest, TheRunThatWaitsIsListedOnce) {
  const std::string digest = Upload(Two());
  UpgradeAll(digest);
  HoldLock();
  const std::string run_id = StartAndLeave(Upload(Endless()));
  v1::ListRunsResponse response;
  ASSERT_TRUE(runs_->ListRuns(NewContext().get(), v1::ListRunsRequest(), &response).ok());
  ASSERT_EQ(response.runs_size(), 2);
  EXPECT_EQ(response.runs(0).id(), run_id);
  EXPECT_EQ(response.runs(0).state(), v1::RUN_STATE_WAITING);
  EXPECT_EQ(response.runs(1).state(), v1::RUN_STATE_SUCCEEDED);
  // It takes a place of the page.
  v1::ListRunsRequest one;
  one.set_page_size(1);
  response.Clear();
  ASSERT_TRUE(runs_->ListRuns(NewContext().get(), one, &response).ok());
  ASSERT_EQ(response.runs_size(), 1);
  EXPECT_EQ(response.runs(0).id(), run_id);
  one.set_page_token(response.next_page_token());
  response.Clear();
  ASSERT_TRUE(runs_->ListRuns(NewContext().get(), one, &response).ok());
  ASSERT_EQ(response.runs_size(), 1);
  EXPECT_EQ(response.runs(0).state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_EQ(response.next_page_token(), "");
  ReleaseLock();
  AwaitEvent(run_id, v1::RunEvent::kStatementStarted);
  response.Clear();
  ASSERT_TRUE(runs_->ListRuns(NewContext().get(), v1::ListRunsRequest(), &response).ok());
  ASSERT_EQ(response.runs_size(), 2);
  EXPECT_EQ(response.runs(0).state(), v1::RUN_STATE_RUNNING);
  v1::Run run;
  EXPECT_TRUE(Cancel(run_id, &run).ok());
}

}  // namespace
}  // namespace brant
