// Connections that the server does not give, or takes away.

#include <atomic>
#include <optional>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agent/migrate/state_reader.h"
#include "agent/runs/status_reader.h"
#include "tests/integration/agent/migration_test.h"
#include "tests/integration/agent/unreliable_database.h"

namespace brant {
namespace {

bool IsMonitor(const SessionOptions& options) {
  return absl::StartsWith(options.name, "brant monitor");
}

absl::Status Refused() {
  return Error(v1::ERROR_REASON_DATABASE_UNREACHABLE, "too many connections");
}

class OutageTest : public MigrationTest {
 protected:
  void SetUp() override {
    MigrationTest::SetUp();
    auto unreliable = std::make_unique<UnreliableDatabase>(std::move(database_));
    unreliable_ = unreliable.get();
    database_ = std::move(unreliable);
  }

  // "shown", or "none" where nobody is to expect a sign of life.
  std::string SignOfLife() {
    const std::string none =
        One("SELECT COUNT(*) FROM brant_progress JOIN brant_runs ON id = run_id "
            "WHERE state = 'running' AND heartbeat IS NULL");
    return none == "0" ? "shown" : "none";
  }
  void AwaitSignOfLife(absl::string_view expected) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (SignOfLife() != expected) ASSERT_LT(absl::Now(), deadline) << "never " << expected;
  }

  UnreliableDatabase* unreliable_ = nullptr;
};

TEST_P(OutageTest, WhereTheMonitorNeverConnectsNoSignOfLifeIsExpected) {
  options_.monitor_interval = absl::Milliseconds(10);
  std::atomic<int> refused = 0;
  unreliable_->on_connect = [&](const SessionOptions& options) {
    if (!IsMonitor(options)) return absl::OkStatus();
    ++refused;
    return Refused();
  };
  std::string seen;
  v1::Status elsewhere;
  const std::vector<TestMigration> migrations = {
      {.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);"}};
  observer_->on_statement = [&](int, int) {
    while (refused < 3) std::this_thread::yield();
    seen = SignOfLife();
    // However long it executes, it is not lost.
    Sql("UPDATE brant_runs SET start_time = '2024-01-01T00:00:00Z'");
    StateReader reader(database_.get(), options_);
    StatusReader status(reader, "another", [] { return std::nullopt; });
    ASSERT_TRUE(status.Look().ok());
    elsewhere = (*status.Compare(MakeTestBundle(migrations)))->status;
  };
  Outcome outcome = Upgrade(migrations);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(seen, "none");
  EXPECT_EQ(elsewhere.active_run().id(), outcome.run.id());
  EXPECT_FALSE(elsewhere.has_lost_run());
}

// The server took the monitor's connection away and gives it no other: what was
// shown before must not let the run look dead while its statement takes long.
TEST_P(OutageTest, ARunWhoseMonitorWasCutOffWithdrawsItsSignOfLife) {
  for (const char* options : {"", "transaction:off"}) {
    options_.monitor_interval = absl::Milliseconds(10);
    std::atomic<int> refused = 0;
    std::atomic<bool> refusing = false;
    std::string monitor;
    unreliable_->on_connect = [&](const SessionOptions& session) {
      if (!IsMonitor(session) || !refusing) return absl::OkStatus();
      ++refused;
      return Refused();
    };
    unreliable_->on_connected = [&](const SessionOptions& session, const Session& connected) {
      if (IsMonitor(session)) monitor = connected.ServerId();
    };
    std::string seen;
    observer_->on_step = [&](int position) {
      if (position != 2) return;
      AwaitSignOfLife("shown");
      refusing = true;
      Kill(monitor);
      // The first one is noted before the second one comes.
      while (refused < 2) std::this_thread::yield();
      EXPECT_EQ(SignOfLife(), "shown");
    };
    observer_->on_statement = [&](int position, int) {
      if (position != 2 || !refusing) return;
      seen = SignOfLife();
      // It is shown again where there is a connection again.
      refusing = false;
      AwaitSignOfLife("shown");
    };
    const std::vector<TestMigration> migrations = {
        {.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);", .downgrade = "DROP TABLE t;"},
        {.id = "b",
         .revises = "a",
         .upgrade = "INSERT INTO t VALUES (1);",
         .downgrade = "DELETE FROM t;",
         .upgrade_options = options}};
    Outcome outcome = Upgrade(migrations);
    ASSERT_TRUE(outcome.status.ok()) << outcome.status;
    EXPECT_EQ(seen, "none") << options;
    unreliable_->on_connect = nullptr;
    unreliable_->on_connected = nullptr;
    observer_ = std::make_unique<HookObserver>();
    ASSERT_TRUE(Downgrade(migrations, "base").status.ok());
  }
}

TEST_P(OutageTest, WhatWasShownInTheSessionBeforeCountsNoMore) {
  options_.monitor_interval = absl::Hours(1);
  int statements = 0;
  std::string after;
  observer_->on_statement = [&](int, int) {
    if (++statements == 1) {
      AwaitSignOfLife("shown");
      Kill(ServerIdOfRun());
    } else {
      after = SignOfLife();
    }
  };
  Outcome outcome = Upgrade({{.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);"}});
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(after, "none");
}

TEST_P(OutageTest, ACancelIsHeardWhileTheServerIsAway) {
  std::atomic<bool> away = false;
  unreliable_->on_connect = [&](const SessionOptions&) {
    return away ? Refused() : absl::OkStatus();
  };
  observer_->on_statement = [&](int, int number) {
    if (number != 2) return;
    away = true;
    Kill(ServerIdOfRun());
  };
  int attempts = 0;
  observer_->on_attempt_failed = [&](const absl::Status&) {
    if (++attempts == 2) cancel_->Cancel(Error(v1::ERROR_REASON_CANCELLED, "it was cancelled"));
  };
  const std::vector<TestMigration> migrations = {
      {.id = "a",
       .upgrade = "CREATE TABLE t (x INTEGER);\nINSERT INTO t VALUES (1);",
       .upgrade_options = "transaction:off"}};
  Outcome outcome = Upgrade(migrations);
  EXPECT_EQ(ReasonOf(outcome.status), v1::ERROR_REASON_CANCELLED) << outcome.status;
  EXPECT_EQ(outcome.run.state(), v1::RUN_STATE_CANCELLED);
  EXPECT_EQ(attempts, 2);
  // Nobody could tell the journal; the next run finds that, and goes on.
  EXPECT_EQ(One("SELECT state FROM brant_runs"), "running");
  away = false;
  cancel_ = std::make_unique<CancelToken>();
  observer_ = std::make_unique<HookObserver>();
  outcome = Upgrade(migrations);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(One("SELECT state FROM brant_runs WHERE id = 'run-1'"), "interrupted");
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "1");
}

class RepairOutageTest : public OutageTest {
 protected:
  // Statement 2 of 2 is in doubt.
  void SetUp() override {
    OutageTest::SetUp();
    ASSERT_FALSE(Upgrade(migrations_).status.ok());
    Sql("UPDATE brant_steps SET state = 'running', statements_started = 2");
    Sql("CREATE TABLE missing (x INTEGER)");
    repair_.kind = v1::RUN_KIND_REPAIR;
    repair_.settlement = Settlement{"a", /*took_effect=*/true};
  }
  void ExpectRepairedOnce(const Outcome& outcome) {
    ASSERT_TRUE(outcome.status.ok()) << outcome.status;
    EXPECT_EQ(outcome.run.state(), v1::RUN_STATE_SUCCEEDED);
    EXPECT_EQ(One("SELECT COUNT(*) FROM brant_runs WHERE kind = 'repair'"), "1");
    EXPECT_EQ(One("SELECT state FROM brant_runs WHERE kind = 'repair'"), "succeeded");
    EXPECT_EQ(StepRow("run-1"), "a upgrade running 2/2/2");
    ASSERT_TRUE(Upgrade(migrations_).status.ok());
    EXPECT_EQ(One("SELECT COUNT(*) FROM missing"), "0");
  }

  const std::vector<TestMigration> migrations_ = {
      {.id = "a",
       .upgrade = "CREATE TABLE t (x INTEGER);\nINSERT INTO missing VALUES (1);",
       .upgrade_options = "transaction:off"}};
  Goal repair_;
};

TEST_P(RepairOutageTest, ARepairWhoseCommitWasNotAnsweredIsNotRepeated) {
  const std::string settled = "SELECT statements_done FROM brant_steps WHERE run_id = 'run-1'";
  int commits = 0;
  unreliable_->on_committed = [&] {
    if (One(settled) != "2") return false;
    return ++commits == 1;
  };
  Outcome outcome = Execute(repair_, MakeTestBundle(migrations_));
  unreliable_->on_committed = nullptr;
  EXPECT_EQ(commits, 1);
  ExpectRepairedOnce(outcome);
}

TEST_P(RepairOutageTest, ARepairWhoseSessionDiesBeforeItsCommitIsMadeInAnother) {
  int commits = 0;
  unreliable_->on_committed = [&] {
    // The run has begun; its own transaction is the next.
    if (++commits == 1) Kill(ServerIdOfRun());
    return false;
  };
  Outcome outcome = Execute(repair_, MakeTestBundle(migrations_));
  unreliable_->on_committed = nullptr;
  EXPECT_GT(commits, 1);
  ExpectRepairedOnce(outcome);
}

INSTANTIATE_TEST_SUITE_P(Databases, OutageTest, EveryServer(), DialectOfTest);
INSTANTIATE_TEST_SUITE_P(Databases, RepairOutageTest, EveryServer(), DialectOfTest);

class MysqlOutageTest : public OutageTest {};

// The server would notice only after wait_timeout that the agent is gone.
TEST_P(MysqlOutageTest, ARunShowsLifeFromItsBeginning) {
  options_.monitor_interval = absl::Hours(1);
  std::string seen;
  observer_->on_step = [&](int) { seen = SignOfLife(); };
  ASSERT_TRUE(Upgrade({{.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);"}}).status.ok());
  EXPECT_EQ(seen, "shown");
}

INSTANTIATE_TEST_SUITE_P(Databases, MysqlOutageTest, ::testing::Values(Dialect::kMysql),
                         DialectOfTest);

}  // namespace
}  // namespace brant
