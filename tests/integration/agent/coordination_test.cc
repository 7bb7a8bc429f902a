// Two at once: the lock, cancelling, and changes behind a run's back.

#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "agent/base/timestamp.h"
#include "tests/integration/agent/migration_test.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CoordinationTest : public MigrationTest {
 protected:
  // A statement that takes a minute or more unless it is cancelled.
  std::string Endless() const {
    return Choose("SELECT pg_sleep(60)",
                  "INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                  "WHERE i < 100000000000) SELECT count(*) FROM n",
                  "INSERT INTO t SELECT 1 FROM DUAL WHERE SLEEP(60) = 0");
  }

  // Upgrades; cancels again and again once the statement is under way.
  Outcome UpgradeAndCancelAt(const std::vector<TestMigration>& migrations, int position,
                             int number) {
    absl::Notification under_way, ended;
    observer_->on_statement = [&](int p, int n) {
      if (p == position && n == number) under_way.Notify();
    };
    std::thread canceller([&] {
      under_way.WaitForNotification();
      do {
        cancel_->Cancel(Error(v1::ERROR_REASON_CANCELLED, "the run was cancelled"));
      } while (!ended.WaitForNotificationWithTimeout(absl::Milliseconds(5)));
    });
    const absl::Time start = absl::Now();
    Outcome outcome = Upgrade(migrations);
    EXPECT_LT(absl::Now() - start, absl::Seconds(30));
    ended.Notify();
    canceller.join();
    return outcome;
  }

  // Two agents are asked for the same; the first one's run is cancelled while the
  // other one waits. How the other one ends.
  Outcome CancelWhileAnotherWaits(CancelScope scope) {
    absl::Notification first_works, second_waits;
    observer_->on_step = [&](int position) {
      if (position != 2) return;
      first_works.Notify();
      second_waits.WaitForNotification();
      cancel_->Cancel(CancelledError(scope));
    };
    HookObserver observer;
    observer.on_waiting = [&] {
      if (!second_waits.HasBeenNotified()) second_waits.Notify();
    };
    Outcome second;
    std::thread other([&] {
      first_works.WaitForNotification();
      RunRequest request;
      request.goal.targets = {"heads"};
      request.bundle = MakeTestBundle(migrations_);
      second.run.set_id("second");
      *second.run.mutable_create_time() = ToTimestamp(absl::Now());
      second.run.set_kind(v1::RUN_KIND_UPGRADE);
      second.run.set_target("heads");
      second.run.set_bundle_digest(request.bundle->digest);
      CancelToken cancel;
      second.status =
          Migrator(database_.get(), options_).Execute(request, second.run, observer, cancel);
    });
    EXPECT_EQ(Upgrade(migrations_).run.state(), v1::RUN_STATE_CANCELLED);
    other.join();
    return second;
  }

  const std::vector<TestMigration> migrations_ = {
      {.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);", .downgrade = "DROP TABLE t;"},
      {.id = "b", .revises = "a", .upgrade = "INSERT INTO t VALUES (1);"}};
};

TEST_P(CoordinationTest, TheSecondWaitsAndFindsNothingToDo) {
  absl::Notification first_works, second_waits;
  observer_->on_statement = [&](int position, int) {
    if (position != 1) return;
    first_works.Notify();
    second_waits.WaitForNotification();
  };
  // The second one has an agent of its own.
  Outcome second;
  HookObserver second_observer;
  second_observer.on_waiting = [&] {
    if (!second_waits.HasBeenNotified()) second_waits.Notify();
  };
  std::thread other([&] {
    first_works.WaitForNotification();
    RunRequest request;
    request.goal.targets = {"heads"};
    request.bundle = MakeTestBundle(migrations_);
    second.run.set_id("second");
    CancelToken cancel;
    second.status =
        Migrator(database_.get(), options_).Execute(request, second.run, second_observer, cancel);
  });
  Outcome first = Upgrade(migrations_);
  other.join();
  ASSERT_TRUE(first.status.ok()) << first.status;
  ASSERT_TRUE(second.status.ok()) << second.status;
  EXPECT_EQ(second_observer.words()[0], "waiting");
  EXPECT_EQ(second.run.id(), "");
  EXPECT_THAT(second.run.to_revisions(), ElementsAre("b"));
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_runs"), "1");
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "1");
}

// More than fits into one row, all of it recorded with the run's end.
class TalkativeObserver : public HookObserver {
 public:
  static constexpr int kEvents = 1500;

  std::vector<v1::RunEvent> EventsAfter(int64_t sequence) const override {
    std::vector<v1::RunEvent> events;
    for (int64_t number = sequence + 1; number <= kEvents; ++number) {
      v1::RunEvent& event = events.emplace_back();
      event.set_run_id("run-1");
      event.set_sequence(number);
      event.mutable_run_notice()->set_text(std::string(1000, 'x'));
    }
    return events;
  }
};

TEST_P(CoordinationTest, ALargeBacklogOfEventsIsRelayedWhole) {
  absl::Notification first_works, second_waits;
  observer_ = std::make_unique<TalkativeObserver>();
  observer_->on_statement = [&](int position, int) {
    if (position != 1) return;
    first_works.Notify();
    second_waits.WaitForNotification();
  };
  options_.monitor_interval = absl::Hours(1);
  HookObserver second_observer;
  // Not before it knows which run it waits for.
  second_observer.on_waiting = [&] {
    if (!second_waits.HasBeenNotified()) second_waits.Notify();
  };
  absl::Status second;
  std::thread other([&] {
    first_works.WaitForNotification();
    RunRequest request;
    request.goal.targets = {"heads"};
    request.bundle = MakeTestBundle(migrations_);
    v1::Run run;
    run.set_id("second");
    CancelToken cancel;
    second = Migrator(database_.get(), options_).Execute(request, run, second_observer, cancel);
  });
  Outcome first = Upgrade(migrations_);
  other.join();
  ASSERT_TRUE(first.status.ok()) << first.status;
  ASSERT_TRUE(second.ok()) << second;
  std::vector<std::string> relayed;
  for (const std::string& word : second_observer.words()) {
    if (absl::StartsWith(word, "relayed ")) relayed.push_back(word);
  }
  std::vector<std::string> expected;
  for (int i = 1; i <= TalkativeObserver::kEvents; ++i) {
    expected.push_back(absl::StrCat("relayed ", i));
  }
  EXPECT_EQ(relayed, expected);
  // Its rows are cut so that no server refuses them.
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_events WHERE run_id = 'run-1'"), "6");
}

TEST_P(CoordinationTest, WhoMayNotWaitIsRefused) {
  auto holder = Connect();
  const std::string name = absl::StrCat(
      "brant:", Choose("public", "main", test_database_->parsed().database), ".brant_version");
  ASSERT_TRUE(holder->TryLock(name).value());
  lock_wait_ = absl::Milliseconds(50);
  Outcome outcome = Upgrade(migrations_);
  EXPECT_EQ(ReasonOf(outcome.status), v1::ERROR_REASON_LOCK_TIMEOUT);
  EXPECT_EQ(outcome.run.state(), v1::RUN_STATE_FAILED);
  EXPECT_EQ(outcome.run.epoch(), 0);
  EXPECT_FALSE(Exists("brant_version"));
  ASSERT_TRUE(holder->ReleaseLock(name).ok());
  EXPECT_TRUE(Upgrade(migrations_).status.ok());
  // It is released at once, not with the end of some session.
  EXPECT_TRUE(holder->TryLock(name).value());
}

TEST_P(CoordinationTest, TheLockIsReleasedWhateverEndsTheRun) {
  lock_wait_ = absl::ZeroDuration();
  EXPECT_FALSE(Upgrade({{.id = "x", .upgrade = "SELECT nothing;"}}).status.ok());
  EXPECT_FALSE(
      Upgrade({{.id = "x", .upgrade_options = IsMysql() ? "sqlite" : "mysql"}}).status.ok());
  observer_->on_step = [this](int) { cancel_->Cancel(Error(v1::ERROR_REASON_CANCELLED, "stop")); };
  EXPECT_EQ(ReasonOf(Upgrade(migrations_).status), v1::ERROR_REASON_CANCELLED);
  observer_->on_step = nullptr;
  cancel_ = std::make_unique<CancelToken>();
  EXPECT_TRUE(Upgrade(migrations_).status.ok());
}

TEST_P(CoordinationTest, CancelStopsAStatementAndUndoesItsStep) {
  const std::vector<TestMigration> migrations = {
      {.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);"},
      {.id = "b",
       .revises = "a",
       .upgrade = absl::StrCat("INSERT INTO t VALUES (1);\n", Endless(), ";")}};
  Outcome outcome = UpgradeAndCancelAt(migrations, 2, 2);
  EXPECT_EQ(ReasonOf(outcome.status), v1::ERROR_REASON_CANCELLED) << outcome.status;
  EXPECT_EQ(outcome.run.state(), v1::RUN_STATE_CANCELLED);
  EXPECT_EQ(outcome.run.steps_done(), 1);
  EXPECT_EQ(ErrorDetail(outcome.status, "file"), "") << "it is not the file's fault";
  EXPECT_THAT(ErrorDetail(outcome.status, "hint"), HasSubstr("revision b was rolled back"));
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "0");
  EXPECT_EQ(Rows(), "a");
  EXPECT_EQ(One("SELECT state FROM brant_runs"), "cancelled");
  EXPECT_EQ(One("SELECT steps_done FROM brant_runs"), "1");
}

TEST_P(CoordinationTest, AnEqualRequestThatWaitsIsCancelledToo) {
  const Outcome second = CancelWhileAnotherWaits(CancelScope::kEqualRequests);
  EXPECT_EQ(ReasonOf(second.status), v1::ERROR_REASON_CANCELLED) << second.status;
  EXPECT_THAT(std::string(second.status.message()), HasSubstr("run run-1 of agent"));
  EXPECT_EQ(second.run.state(), v1::RUN_STATE_CANCELLED);
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_runs"), "1");
  EXPECT_EQ(Rows(), "a");
}

TEST_P(CoordinationTest, AnEqualRequestGoesOnWhenAnotherOneWasGivenUp) {
  const Outcome second = CancelWhileAnotherWaits(CancelScope::kRun);
  EXPECT_TRUE(second.status.ok()) << second.status;
  EXPECT_EQ(second.run.state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_EQ(Rows(), "b");
}

TEST_P(CoordinationTest, ACancelledStepWithoutATransactionIsNotInDoubt) {
  std::vector<TestMigration> migrations = {
      {.id = "a",
       .upgrade =
           absl::StrCat("CREATE TABLE t (x INTEGER);\n", Endless(), ";\nINSERT INTO t VALUES (3);"),
       .upgrade_options = "transaction:off"}};
  Outcome outcome = UpgradeAndCancelAt(migrations, 1, 2);
  EXPECT_EQ(ReasonOf(outcome.status), v1::ERROR_REASON_CANCELLED) << outcome.status;
  EXPECT_EQ(StepRow("run-1"), "a upgrade failed 1/1/3");
  EXPECT_THAT(ErrorDetail(outcome.status, "hint"), HasSubstr("statements 1 to 1 of 3"));
  EXPECT_EQ(One("SELECT state FROM brant_runs"), "cancelled");
  cancel_ = std::make_unique<CancelToken>();
  migrations[0].upgrade = "CREATE TABLE t (x INTEGER);\nINSERT INTO t VALUES (3);";
  ASSERT_TRUE(Upgrade(migrations).status.ok());
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "1");
}

// Whenever the cancel comes, and however often: the outcome is recorded, and the
// next run can go on.
TEST_P(CoordinationTest, CancelAtAnyMomentLeavesNothingInDoubt) {
  std::vector<TestMigration> migrations = {{.id = "r0", .upgrade = "CREATE TABLE t (x INTEGER);"}};
  for (int i = 1; i <= 8; ++i) {
    migrations.push_back({.id = absl::StrCat("r", i),
                          .revises = absl::StrCat("r", i - 1),
                          .upgrade = "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);",
                          .upgrade_options = i % 2 == 0 ? "transaction:off" : ""});
  }
  for (int attempt = 0; attempt < 30; ++attempt) {
    cancel_ = std::make_unique<CancelToken>();
    absl::Notification ended;
    std::thread canceller([&] {
      // Some at the beginning, some later.
      if (ended.WaitForNotificationWithTimeout(absl::Milliseconds(3 * attempt))) return;
      do {
        cancel_->Cancel(Error(v1::ERROR_REASON_CANCELLED, "the run was cancelled"));
      } while (!ended.WaitForNotificationWithTimeout(absl::Microseconds(200)));
    });
    Outcome outcome = Upgrade(migrations);
    ended.Notify();
    canceller.join();
    if (outcome.run.epoch() > 0) {
      EXPECT_EQ(One(absl::StrCat("SELECT state FROM brant_runs WHERE id = '", "run-", runs_, "'")),
                outcome.status.ok() ? "succeeded" : "cancelled")
          << outcome.status;
    }
    if (outcome.status.ok()) break;
    ASSERT_EQ(ReasonOf(outcome.status), v1::ERROR_REASON_CANCELLED) << outcome.status;
  }
  cancel_ = std::make_unique<CancelToken>();
  Outcome last = Upgrade(migrations);
  ASSERT_TRUE(last.status.ok()) << last.status;
  EXPECT_EQ(Rows(), "r8");
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "16");
}

TEST_P(CoordinationTest, RowsChangedInTheMiddleAreNoticed) {
  for (const char* options : {"", "transaction:off"}) {
    Sql("DROP TABLE IF EXISTS t");
    Sql("DROP TABLE IF EXISTS brant_version");
    std::vector<TestMigration> migrations = migrations_;
    migrations[1].upgrade_options = options;
    observer_->on_step = [this](int position) {
      if (position == 2) Sql("INSERT INTO brant_version VALUES ('zzz')");
    };
    Outcome outcome = Upgrade(migrations);
    EXPECT_EQ(ReasonOf(outcome.status), v1::ERROR_REASON_CONCURRENT_CHANGE) << outcome.status;
    EXPECT_EQ(outcome.status.code(), absl::StatusCode::kAborted);
    // Noticed before a statement ran.
    EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "0");
    EXPECT_EQ(Rows(), "a,zzz");
  }
}

TEST_P(CoordinationTest, WhoWasOvertakenWritesNothingMore) {
  for (const char* options : {"", "transaction:off"}) {
    Sql("DROP TABLE IF EXISTS t");
    Sql("DROP TABLE IF EXISTS brant_version");
    std::vector<TestMigration> migrations = migrations_;
    migrations[1].upgrade_options = options;
    observer_->on_step = [this](int position) {
      if (position == 2) Sql("UPDATE brant_journal SET epoch = epoch + 1");
    };
    Outcome outcome = Upgrade(migrations);
    EXPECT_EQ(ReasonOf(outcome.status), v1::ERROR_REASON_CONCURRENT_CHANGE) << outcome.status;
    EXPECT_THAT(std::string(outcome.status.message()), HasSubstr("overtaken"));
    EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "0");
    EXPECT_EQ(Rows(), "a");
  }
}

INSTANTIATE_TEST_SUITE_P(Databases, CoordinationTest, EveryDatabase(), DialectOfTest);

}  // namespace
}  // namespace brant
