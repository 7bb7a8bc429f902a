#include "agent/runs/run_manager.h"

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "agent/runs/run_manager_fixture.h"

namespace brant {
namespace {

using RunManagerTest = RunManagerFixture;

TEST_F(RunManagerTest, ExecutesARun) {
  RunManager manager(migrator_);
  auto run = Start(manager, "r1", Request("head"));
  const v1::Run ended = End(*run);
  EXPECT_EQ(ended.state(), v1::RUN_STATE_SUCCEEDED) << ended.DebugString();
  EXPECT_EQ(ended.steps_done(), 2);
  EXPECT_EQ(ended.id(), run->id());
  EXPECT_EQ(ended.request_id(), "r1");
  EXPECT_EQ(manager.Find(run->id()), run);
  EXPECT_EQ(manager.Find("latest"), run);
  EXPECT_EQ(manager.FindRequest("r1"), run);
  EXPECT_EQ(manager.Find("nope"), nullptr);
  EXPECT_EQ(manager.FindRequest("nope"), nullptr);
}

TEST_F(RunManagerTest, RunsExecuteOneAfterTheOther) {
  Hold();
  RunManager manager(migrator_);
  auto first = Start(manager, "r1", Request("a"));
  auto second = Start(manager, "r2", Request("b"));
  EXPECT_EQ(manager.Active(), first);
  ASSERT_NE(second->events().After(0), nullptr);
  EXPECT_EQ(second->events().After(0)->run_waiting().queue_position(), 1);
  EXPECT_EQ(second->events().After(0)->run_waiting().active_run().id(), first->id());
  EXPECT_EQ(second->Snapshot().state(), v1::RUN_STATE_WAITING);
  LetGo();
  const v1::Run one = End(*first), two = End(*second);
  EXPECT_EQ(one.epoch(), 1);
  EXPECT_EQ(two.epoch(), 2);
  EXPECT_EQ(one.steps_done(), 1);
  EXPECT_EQ(two.steps_done(), 1);
}

TEST_F(RunManagerTest, ARunIsToldWhenItMovesUpInTheQueue) {
  Hold();
  RunManager manager(migrator_);
  auto first = Start(manager, "r1", Request("a"));
  auto second = Start(manager, "r2", Request("b"));
  auto third = Start(manager, "r3", Request("head"));
  auto fourth = Start(manager, "r4", Request("heads"));
  manager.Cancel(third, Error(v1::ERROR_REASON_CANCELLED, "stop"));
  ASSERT_NE(fourth->events().After(1), nullptr);
  EXPECT_EQ(fourth->events().After(0)->run_waiting().queue_position(), 3);
  EXPECT_EQ(fourth->events().After(1)->run_waiting().queue_position(), 2);
  // What has not changed for a run is not told again.
  EXPECT_EQ(second->events().After(1), nullptr);
  LetGo();
  EXPECT_EQ(End(*fourth).state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_EQ(fourth->events().After(2)->run_waiting().queue_position(), 1);
}

TEST_F(RunManagerTest, MoreThanMayWaitAreRefused) {
  Hold();
  RunManagerLimits limits;
  limits.max_waiting = 2;
  RunManager manager(migrator_, limits);
  auto active = Start(manager, "r0", Request("+1"));
  Start(manager, "r1", Request("+1"));
  Start(manager, "r2", Request("+1"));
  auto refused = manager.Start(Request("+1"), Description("r3"));
  EXPECT_EQ(ReasonOf(refused.status()), v1::ERROR_REASON_LIMIT_EXCEEDED);
  EXPECT_NE(ErrorDetail(refused.status(), "hint"), "");
  // Joining takes no place.
  EXPECT_EQ(Start(manager, "r0", Request("+1")), active);
  LetGo();
}

TEST_F(RunManagerTest, ARunThatWaitsItsTurnIsCancelledAtOnce) {
  Hold();
  RunManager manager(migrator_);
  auto first = Start(manager, "r1", Request("a"));
  auto second = Start(manager, "r2", Request("b"));
  auto third = Start(manager, "r3", Request("head"));
  manager.Cancel(second, Error(v1::ERROR_REASON_CANCELLED, "stop"));
  EXPECT_TRUE(second->events().finished());
  EXPECT_EQ(second->Snapshot().state(), v1::RUN_STATE_CANCELLED);
  EXPECT_FALSE(first->events().finished());
  LetGo();
  EXPECT_EQ(End(*first).state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_EQ(End(*third).state(), v1::RUN_STATE_SUCCEEDED);
  manager.Cancel(third, Error(v1::ERROR_REASON_CANCELLED, "too late"));
  EXPECT_EQ(third->Snapshot().state(), v1::RUN_STATE_SUCCEEDED);
}

TEST_F(RunManagerTest, ARunThatWaitsForTheLockIsCancelled) {
  Hold();
  RunManager manager(migrator_);
  auto run = Start(manager, "r1", Request("head"));
  manager.Cancel(run, Error(v1::ERROR_REASON_CANCELLED, "stop"));
  const v1::Run ended = End(*run);
  EXPECT_EQ(ended.state(), v1::RUN_STATE_CANCELLED);
  EXPECT_EQ(ended.epoch(), 0);
  LetGo();
}

TEST_F(RunManagerTest, WaitingForTheTurnCountsAsWaitingForTheLock) {
  Hold();
  RunManager manager(migrator_);
  auto first = Start(manager, "r1", Request("a"));
  for (absl::Duration wait : {absl::ZeroDuration(), absl::Milliseconds(20)}) {
    RunRequest request = Request("b");
    request.lock_wait = wait;
    auto run = Start(manager, absl::StrCat("r", absl::FormatDuration(wait)), request);
    EXPECT_EQ(ReasonOfEnd(*run), v1::ERROR_REASON_LOCK_TIMEOUT);
    EXPECT_EQ(run->Snapshot().state(), v1::RUN_STATE_FAILED);
    EXPECT_EQ(run->Snapshot().epoch(), 0);
  }
  EXPECT_FALSE(first->events().finished());
  LetGo();
  EXPECT_EQ(End(*first).state(), v1::RUN_STATE_SUCCEEDED);
}

TEST_F(RunManagerTest, TheWaitForTheTurnIsTakenFromTheWaitForTheLock) {
  brant::Run run(
      [] {
        RunRequest request = Request("head");
        request.lock_wait = absl::Milliseconds(1);
        return request;
      }(),
      Description("r1"));
  Hold();
  while (absl::Now() < run.wait_deadline()) std::this_thread::yield();
  run.Execute(migrator_);
  EXPECT_EQ(ReasonOfEnd(run), v1::ERROR_REASON_LOCK_TIMEOUT);
  LetGo();
}

TEST_F(RunManagerTest, FollowersOfAQuietRunAreWoken) {
  Hold();
  RunManagerLimits limits;
  limits.poke_interval = absl::Milliseconds(5);
  RunManager manager(migrator_, limits);
  auto run = Start(manager, "r1", Request("head"));
  absl::Notification woken;
  int calls = 0;
  auto subscription = run->events().Subscribe([&] {
    if (++calls == 5) woken.Notify();
  });
  EXPECT_TRUE(woken.WaitForNotificationWithTimeout(absl::Seconds(30)));
  subscription.reset();
  LetGo();
}

TEST_F(RunManagerTest, ManyStartAndCancelAtOnce) {
  RunManager manager(migrator_);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        auto run = Start(manager, absl::StrCat(t, "-", i), Request(i % 2 == 0 ? "head" : "a"));
        ASSERT_NE(run, nullptr);
        if (i % 3 == 0) manager.Cancel(run, Error(v1::ERROR_REASON_CANCELLED, "stop"));
        const v1::Run ended = End(*run);
        EXPECT_TRUE(ended.state() == v1::RUN_STATE_SUCCEEDED ||
                    ended.state() == v1::RUN_STATE_CANCELLED)
            << ended.DebugString();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace brant
