// How runs end with their agent.

#include <functional>
#include <memory>
#include <thread>

#include "absl/synchronization/notification.h"
#include "agent/runs/run_manager_fixture.h"

namespace brant {
namespace {

using RunManagerShutdownTest = RunManagerFixture;

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

TEST_F(RunManagerShutdownTest, ShutdownLetsAStepEndWithinItsGraceAndBeginsNoOther) {
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

TEST_F(RunManagerShutdownTest, ShutdownLetsTheLastStepEndItsRun) {
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

TEST_F(RunManagerShutdownTest, ShutdownEndsARunThatWaitsForTheLockAtOnce) {
  Hold();
  RunManager manager(migrator_);
  auto run = Start(manager, "r1", Request("head"));
  manager.Shutdown(absl::InfiniteDuration());
  EXPECT_EQ(ReasonOfEnd(*run), v1::ERROR_REASON_SHUTTING_DOWN);
  EXPECT_EQ(run->Snapshot().state(), v1::RUN_STATE_INTERRUPTED);
  manager.Shutdown(absl::ZeroDuration());  // once more changes nothing
  LetGo();
}

TEST_F(RunManagerShutdownTest, ShutdownStopsAStatement) {
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

}  // namespace
}  // namespace brant
