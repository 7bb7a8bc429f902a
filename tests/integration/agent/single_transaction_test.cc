// The whole plan in one transaction (--transaction all).

#include "tests/integration/agent/migration_test.h"

namespace brant {
namespace {

using ::testing::ElementsAre;

class SingleTransactionTest : public MigrationTest {
 protected:
  Outcome UpgradeAll(const std::vector<TestMigration>& migrations) {
    Goal goal;
    goal.targets = {"heads"};
    goal.transaction_mode = v1::TRANSACTION_MODE_SINGLE;
    return Execute(goal, MakeTestBundle(migrations));
  }

  std::vector<TestMigration> migrations_ = {
      {.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);", .downgrade = "DROP TABLE t;"},
      {.id = "b",
       .revises = "a",
       .upgrade = "INSERT INTO t VALUES (1);",
       .downgrade = "DELETE FROM t;"},
      {.id = "c",
       .revises = "b",
       .upgrade = "CREATE TABLE u (x INTEGER);",
       .downgrade = "DROP TABLE u;"}};
};

TEST_P(SingleTransactionTest, AllStepsTakeEffectTogether) {
  Outcome outcome = UpgradeAll(migrations_);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(Rows(), "c");
  EXPECT_EQ(outcome.run.steps_done(), 3);
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_steps WHERE state = 'done'"), "3");
  EXPECT_EQ(One("SELECT steps_done FROM brant_runs"), "3");
  // No step is told to be finished before all of them are.
  EXPECT_THAT(observer_->words(),
              ElementsAre("started 3", "step 1 a", "1.1", "1.1 done", "step 2 b", "2.1", "2.1 done",
                          "step 3 c", "3.1", "3.1 done", "done 1", "done 2", "done 3"));
}

TEST_P(SingleTransactionTest, AFailureAtTheLastStepUndoesAllOfThem) {
  migrations_.push_back({.id = "d", .revises = "c", .upgrade = "INSERT INTO nowhere VALUES (1);"});
  Outcome outcome = UpgradeAll(migrations_);
  EXPECT_EQ(ReasonOf(outcome.status), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_EQ(ErrorDetail(outcome.status, "revision"), "d");
  EXPECT_EQ(outcome.run.steps_done(), 0);
  EXPECT_THAT(outcome.run.to_revisions(), ElementsAre());
  EXPECT_EQ(Rows(), "");
  EXPECT_FALSE(Exists("t"));
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_steps"), "0");
  EXPECT_EQ(One("SELECT state FROM brant_runs"), "failed");
  EXPECT_EQ(One("SELECT steps_done FROM brant_runs"), "0");
}

TEST_P(SingleTransactionTest, WhatCantBeInOneIsRefusedBeforeAnythingIsWritten) {
  migrations_.push_back({.id = "d", .revises = "c", .upgrade_options = "transaction:off"});
  Outcome outcome = UpgradeAll(migrations_);
  EXPECT_EQ(ReasonOf(outcome.status), v1::ERROR_REASON_UNSUPPORTED_STATEMENT);
  EXPECT_FALSE(Exists("brant_version"));
}

TEST_P(SingleTransactionTest, ChangedRowsAreNoticed) {
  ASSERT_TRUE(Upgrade(migrations_, "a").status.ok());
  // After the plan, before its transaction.
  class Interfering : public HookObserver {
   public:
    explicit Interfering(Session& session) : session_(session) {}
    void OnStarted(const v1::Run&) override {
      ASSERT_TRUE(session_.Execute("DELETE FROM brant_version").ok());
    }

   private:
    Session& session_;
  };
  observer_ = std::make_unique<Interfering>(*session_);
  EXPECT_EQ(ReasonOf(UpgradeAll(migrations_).status), v1::ERROR_REASON_CONCURRENT_CHANGE);
  EXPECT_FALSE(Exists("u"));
}

TEST_P(SingleTransactionTest, CancelUndoesAllOfThem) {
  observer_->on_statement = [this](int position, int) {
    if (position == 3) cancel_->Cancel(Error(v1::ERROR_REASON_CANCELLED, "stop"));
  };
  migrations_.push_back({.id = "d", .revises = "c"});
  migrations_.push_back({.id = "e", .revises = "d", .upgrade = "INSERT INTO t VALUES (2);"});
  Outcome outcome = UpgradeAll(migrations_);
  EXPECT_EQ(ReasonOf(outcome.status), v1::ERROR_REASON_CANCELLED);
  EXPECT_EQ(outcome.run.state(), v1::RUN_STATE_CANCELLED);
  EXPECT_FALSE(Exists("t"));
  EXPECT_EQ(One("SELECT state FROM brant_runs"), "cancelled");
}

INSTANTIATE_TEST_SUITE_P(Databases, SingleTransactionTest,
                         ::testing::Values(Dialect::kPostgresql, Dialect::kSqlite), DialectOfTest);

}  // namespace
}  // namespace brant
