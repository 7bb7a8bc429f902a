// Connections that the server does not give, or takes away.

#include <atomic>

#include "tests/integration/agent/migration_test.h"
#include "tests/integration/agent/unreliable_database.h"

namespace brant {
namespace {

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

  UnreliableDatabase* unreliable_ = nullptr;
};

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

}  // namespace
}  // namespace brant
