#include "agent/runs/run_manager.h"

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/database/open.h"
#include "agent/database/url.h"
#include "agent/migrate/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using RunPtr = std::shared_ptr<Run>;

// A database in memory, whose migration lock the test holds for as long as runs
// are to wait.
class RunManagerTest : public ::testing::Test {
 protected:
  RunManagerTest()
      : database_(OpenDatabase(ParseDatabaseUrl("sqlite://").value()).value()),
        migrator_(database_.get(), MigratorOptions()),
        holder_(database_->Connect(SessionOptions()).value()) {}

  void Hold() { ASSERT_TRUE(holder_->TryLock("test").value()); }
  void LetGo() { ASSERT_TRUE(holder_->ReleaseLock("test").ok()); }

  static RunRequest Request(const std::string& target,
                            std::shared_ptr<const Bundle> bundle = Migrations()) {
    RunRequest request;
    request.goal.targets = {target};
    request.bundle = std::move(bundle);
    return request;
  }
  static std::shared_ptr<const Bundle> Migrations() {
    return MakeTestBundle({{.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);"},
                           {.id = "b", .revises = "a", .upgrade = "INSERT INTO t VALUES (1);"}});
  }
  static v1::Run Description(const std::string& request_id) {
    v1::Run run;
    run.set_request_id(request_id);
    run.set_kind(v1::RUN_KIND_UPGRADE);
    *run.mutable_create_time() = ToTimestamp(absl::Now());
    return run;
  }
  static RunPtr Start(RunManager& manager, const std::string& request_id, RunRequest request) {
    auto run = manager.Start(std::move(request), Description(request_id));
    EXPECT_TRUE(run.ok()) << run.status();
    return run.ok() ? *run : nullptr;
  }

  // The run as it ended.
  static v1::Run End(brant::Run& run) {
    absl::Notification finished;
    auto subscription = run.events().Subscribe([&] {
      if (run.events().finished() && !finished.HasBeenNotified()) finished.Notify();
    });
    if (!run.events().finished()) finished.WaitForNotification();
    return run.Snapshot();
  }
  static v1::ErrorReason ReasonOfEnd(brant::Run& run) {
    return ReasonOf(FromRpcStatus(End(run).error()));
  }

  std::unique_ptr<Database> database_;
  const Migrator migrator_;
  std::unique_ptr<Session> holder_;
};

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

TEST_F(RunManagerTest, TheSameRequestJoinsItsRunEvenAfterItsEnd) {
  RunManager manager(migrator_);
  auto run = Start(manager, "r1", Request("head"));
  EXPECT_EQ(Start(manager, "r1", Request("head")), run);
  End(*run);
  // Whatever else the repeated request says.
  EXPECT_EQ(Start(manager, "r1", Request("a")), run);
}

TEST_F(RunManagerTest, TheSameGoalWithTheSameMigrationsJoins) {
  Hold();
  RunManager manager(migrator_);
  auto run = Start(manager, "r1", Request("head"));
  EXPECT_EQ(Start(manager, "r2", Request("head")), run);
  EXPECT_EQ(manager.FindRequest("r2"), run);
  EXPECT_NE(Start(manager, "r3", Request("b")), run);
  auto others = MakeTestBundle({{.id = "a", .upgrade = "CREATE TABLE other (x INTEGER);"}});
  EXPECT_NE(Start(manager, "r4", Request("head", others)), run);
  RunRequest single = Request("head");
  single.goal.transaction_mode = v1::TRANSACTION_MODE_SINGLE;
  EXPECT_NE(Start(manager, "r5", single), run);
  RunRequest downgrade = Request("head");
  downgrade.goal.kind = v1::RUN_KIND_DOWNGRADE;
  EXPECT_NE(Start(manager, "r6", downgrade), run);
  LetGo();
}

TEST_F(RunManagerTest, RelativeTargetsAreNeverJoined) {
  Hold();
  RunManager manager(migrator_);
  for (const char* target : {"+1", "a+1", "-1", "left@+2", "head-1"}) {
    auto one = Start(manager, absl::StrCat("x", target), Request(target));
    auto two = Start(manager, absl::StrCat("y", target), Request(target));
    EXPECT_NE(one, two) << target;
    // But the same request is.
    EXPECT_EQ(Start(manager, absl::StrCat("x", target), Request(target)), one);
  }
  for (const char* target : {"ab-cd", "+", "v1", "12"}) {
    auto one = Start(manager, absl::StrCat("x", target), Request(target));
    EXPECT_EQ(Start(manager, absl::StrCat("y", target), Request(target)), one) << target;
  }
  LetGo();
}

// A client that repeats a failed request a moment later means a new run.
TEST_F(RunManagerTest, ARunThatHasEndedIsNotJoined) {
  RunManager manager(migrator_);
  auto failing = MakeTestBundle({{.id = "a", .upgrade = "SELECT nothing;"}});
  RunPtr last;
  for (int i = 0; i < 50; ++i) {
    auto run = Start(manager, absl::StrCat("r", i), Request("head", failing));
    ASSERT_NE(run, last);
    EXPECT_EQ(ReasonOfEnd(*run), v1::ERROR_REASON_STATEMENT_FAILED);
    last = run;
  }
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

TEST_F(RunManagerTest, GoalsThatDifferInTheirOptionsAreNotJoined) {
  Hold();
  RunManager manager(migrator_);
  auto run = Start(manager, "r1", Request("head"));
  RunRequest allowing = Request("head");
  allowing.goal.allow_edited_files = true;
  auto other = Start(manager, "r2", allowing);
  EXPECT_NE(other, run);
  EXPECT_EQ(manager.Join("r3", allowing.goal, allowing.bundle->digest), other);
  EXPECT_EQ(manager.FindRequest("r3"), other);
  RunRequest repair = Request("head");
  repair.goal = {.kind = v1::RUN_KIND_REPAIR, .settlement = Settlement{"a", true}};
  EXPECT_EQ(manager.Join("r4", repair.goal, repair.bundle->digest), nullptr);
  auto settles = Start(manager, "r4", repair);
  repair.goal.settlement->took_effect = false;
  EXPECT_NE(Start(manager, "r5", repair), settles);
  LetGo();
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

TEST_F(RunManagerTest, OnlySoManyEndedRunsAreRemembered) {
  RunManagerLimits limits;
  limits.max_remembered = 3;
  RunManager manager(migrator_, limits);
  std::vector<RunPtr> runs;
  for (int i = 0; i < 10; ++i) {
    runs.push_back(Start(manager, absl::StrCat("r", i), Request(i % 2 == 0 ? "a" : "b")));
    End(*runs.back());
  }
  // The end of a run is told a moment before it is counted as over.
  auto last = Start(manager, "last", Request("head"));
  End(*last);
  EXPECT_EQ(manager.Find(runs[0]->id()), nullptr);
  EXPECT_EQ(manager.FindRequest("r0"), nullptr);
  EXPECT_EQ(manager.Find(last->id()), last);
  EXPECT_EQ(manager.FindRequest("r9"), runs[9]);
  EXPECT_EQ(manager.Find("latest"), last);
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

TEST_F(RunManagerTest, ARunThatHasEndedLetsGoOfItsMigrations) {
  RunManager manager(migrator_);
  auto bundle = Migrations();
  const std::weak_ptr<const Bundle> weak = bundle;
  auto run = Start(manager, "r1", Request("head", std::move(bundle)));
  EXPECT_EQ(End(*run).state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_TRUE(weak.expired());
}

TEST_F(RunManagerTest, TheOldestRunsAreForgottenWhenTheirEventsTakeTooMuch) {
  Hold();
  RunManagerLimits limits;
  limits.max_remembered_bytes = 1;
  RunManager manager(migrator_, limits);
  auto active = Start(manager, "r1", Request("a"));
  auto cancelled = Start(manager, "r2", Request("b"));
  manager.Cancel(cancelled, Error(v1::ERROR_REASON_CANCELLED, "stop"));
  auto last = Start(manager, "r3", Request("head"));
  // One that has not ended is not forgotten, however old.
  EXPECT_EQ(manager.Find(active->id()), active);
  EXPECT_EQ(manager.Find(cancelled->id()), nullptr);
  LetGo();
  EXPECT_EQ(End(*last).state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_EQ(manager.Find(active->id()), nullptr);
  EXPECT_EQ(manager.FindRequest("r1"), nullptr);
  EXPECT_EQ(manager.Find("latest"), last);
}

// Holds up the thread that executes a run when an event comes for which `when` is true.
class HeldUp {
 public:
  HeldUp(brant::Run& run, std::function<bool(const v1::RunEvent&)> when) {
    subscription_ = run.events().Subscribe([this, &run, when = std::move(when)] {
      while (const v1::RunEvent* event = run.events().After(seen_)) {
        seen_ = event->sequence();
        if (!when(*event)) continue;
        reached_.Notify();
        go_on_.WaitForNotification();
      }
    });
  }
  void Await() { reached_.WaitForNotification(); }
  void GoOn() { go_on_.Notify(); }

 private:
  int64_t seen_ = 0;
  absl::Notification reached_, go_on_;
  std::unique_ptr<EventLog::Subscription> subscription_;
};

TEST_F(RunManagerTest, ShutdownLetsAStepEndWithinItsGraceAndBeginsNoOther) {
  Hold();
  RunManager manager(migrator_);
  auto run = Start(manager, "r1", Request("head"));
  HeldUp held_up(*run, [](const v1::RunEvent& event) { return event.has_statement_started(); });
  LetGo();
  held_up.Await();
  auto waiting = Start(manager, "r2", Request("a"));
  std::thread stopper([&] { manager.Shutdown(absl::InfiniteDuration()); });
  // Who waits is told at once, and last.
  EXPECT_EQ(ReasonOfEnd(*waiting), v1::ERROR_REASON_SHUTTING_DOWN);
  EXPECT_EQ(waiting->Snapshot().state(), v1::RUN_STATE_INTERRUPTED);
  EXPECT_FALSE(run->events().finished());
  auto refused = manager.Start(Request("b"), Description("r3"));
  EXPECT_EQ(ReasonOf(refused.status()), v1::ERROR_REASON_SHUTTING_DOWN);
  EXPECT_EQ(Start(manager, "r1", Request("head")), run);
  held_up.GoOn();
  stopper.join();
  EXPECT_EQ(ReasonOfEnd(*run), v1::ERROR_REASON_SHUTTING_DOWN);
  EXPECT_EQ(run->Snapshot().state(), v1::RUN_STATE_INTERRUPTED);
  EXPECT_EQ(run->Snapshot().steps_done(), 1);
}

TEST_F(RunManagerTest, ShutdownLetsTheLastStepEndItsRun) {
  Hold();
  RunManager manager(migrator_);
  auto run = Start(manager, "r1", Request("a"));
  HeldUp held_up(*run, [](const v1::RunEvent& event) { return event.has_statement_started(); });
  LetGo();
  held_up.Await();
  auto waiting = Start(manager, "r2", Request("b"));
  std::thread stopper([&] { manager.Shutdown(absl::InfiniteDuration()); });
  End(*waiting);
  held_up.GoOn();
  stopper.join();
  EXPECT_EQ(run->Snapshot().state(), v1::RUN_STATE_SUCCEEDED);
}

TEST_F(RunManagerTest, ShutdownEndsARunThatWaitsForTheLockAtOnce) {
  Hold();
  RunManager manager(migrator_);
  auto run = Start(manager, "r1", Request("head"));
  manager.Shutdown(absl::InfiniteDuration());
  EXPECT_EQ(ReasonOfEnd(*run), v1::ERROR_REASON_SHUTTING_DOWN);
  EXPECT_EQ(run->Snapshot().state(), v1::RUN_STATE_INTERRUPTED);
  manager.Shutdown(absl::ZeroDuration());  // once more changes nothing
  LetGo();
}

TEST_F(RunManagerTest, ShutdownStopsAStatement) {
  RunManager manager(migrator_);
  auto endless = MakeTestBundle(
      {{.id = "a",
        .upgrade = "CREATE TABLE t (x INTEGER);"
                   "INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                   "WHERE i < 100000000000) SELECT count(*) FROM n;"}});
  auto run = Start(manager, "r1", Request("head", endless));
  absl::Notification executing;
  auto subscription = run->events().Subscribe([&] {
    const v1::RunEvent* event = run->events().After(4);
    if (event != nullptr && !executing.HasBeenNotified()) executing.Notify();
  });
  executing.WaitForNotification();
  manager.Shutdown(absl::ZeroDuration());
  EXPECT_EQ(run->Snapshot().state(), v1::RUN_STATE_INTERRUPTED);
  EXPECT_FALSE(database_->TableExists(*holder_, "", "t").value());
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
