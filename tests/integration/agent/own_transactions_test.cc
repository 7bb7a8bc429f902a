// Sections that mind transactions themselves, and statements that can't be in
// one.

#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/integration/agent/migration_test.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

class OwnTransactionsTest : public MigrationTest {
 protected:
  void SetUp() override {
    MigrationTest::SetUp();
    Sql("CREATE TABLE t (x INTEGER PRIMARY KEY)");
  }
  Outcome UpgradeTo(const std::string& section, const std::string& options = "") {
    return Upgrade({{.id = "a", .upgrade = section, .upgrade_options = options}});
  }
  std::string Count() { return One("SELECT COUNT(*) FROM t"); }
};

TEST_P(OwnTransactionsTest, BeginAndCommitAreTheSectionsOwn) {
  Outcome outcome = UpgradeTo(
      "BEGIN;\nINSERT INTO t VALUES (1);\nCOMMIT;\n"
      "BEGIN;\nINSERT INTO t VALUES (2);\nROLLBACK;\nINSERT INTO t VALUES (3);");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(Count(), "2");
  EXPECT_EQ(StepRow("run-1"), "a upgrade done 7/7/7");
  EXPECT_EQ(Rows(), "a");
}

TEST_P(OwnTransactionsTest, WhatTheSectionsTransactionDidIsNotCountedIfItFails) {
  const std::string before = "INSERT INTO t VALUES (1);\nBEGIN;\nINSERT INTO t VALUES (2);\n";
  Outcome failed = UpgradeTo(absl::StrCat(before, "INSERT INTO nowhere VALUES (1);\nCOMMIT;"));
  EXPECT_EQ(ReasonOf(failed.status), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_EQ(Count(), "1");
  EXPECT_EQ(StepRow("run-1"), "a upgrade failed 1/1/5");
  EXPECT_THAT(ErrorDetail(failed.status, "hint"), HasSubstr("goes on with statement 2"));
  Outcome mended = UpgradeTo(absl::StrCat(before, "INSERT INTO t VALUES (3);\nCOMMIT;"));
  ASSERT_TRUE(mended.status.ok()) << mended.status;
  EXPECT_EQ(Count(), "3");
}

// Within a transaction the one would fail, and the other do nothing.
TEST_P(OwnTransactionsTest, SettingsThatASectionBeginsWithCountOnSqlite) {
  if (!IsSqlite()) return;
  Sql("INSERT INTO t VALUES (1)");
  Sql("CREATE TABLE child (t INTEGER REFERENCES t ON DELETE CASCADE)");
  Sql("INSERT INTO child VALUES (1)");
  const std::string section =
      "PRAGMA journal_mode = WAL;\nPRAGMA foreign_keys = ON;\nDELETE FROM t;\n";
  // The rest of the section is still one transaction.
  EXPECT_FALSE(UpgradeTo(section + "INSERT INTO nowhere VALUES (1);").status.ok());
  EXPECT_EQ(One("SELECT COUNT(*) FROM child"), "1");
  Outcome outcome = UpgradeTo(section);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(One("SELECT COUNT(*) FROM child"), "0");
  EXPECT_EQ(One("PRAGMA journal_mode"), "wal");
}

// Dumps have a hundred thousand INSERTs in one transaction of their own.
TEST_P(OwnTransactionsTest, DataWithinTheSectionsTransactionIsRecordedWithItsEnd) {
  if (!IsPostgresql()) return;
  const TestMigration first = {.id = "a", .upgrade = "SELECT 1;"};
  ASSERT_TRUE(Upgrade({first}).status.ok());
  Sql("CREATE TABLE updates (x int)");
  Sql("CREATE FUNCTION count_update() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN INSERT INTO updates VALUES (1); RETURN NEW; END $$");
  Sql("CREATE TRIGGER counted AFTER UPDATE ON brant_steps "
      "FOR EACH ROW EXECUTE FUNCTION count_update()");
  std::string section = "BEGIN;\n";
  for (int i = 0; i < 50; ++i) absl::StrAppend(&section, "INSERT INTO t VALUES (", i, ");\n");
  section += "COMMIT;\n";
  ASSERT_TRUE(Upgrade({first, {.id = "b", .revises = "a", .upgrade = section}}).status.ok());
  EXPECT_EQ(Count(), "50");
  // Before COMMIT, and at the end.
  EXPECT_EQ(One("SELECT count(*) FROM updates"), "2");
}

TEST_P(OwnTransactionsTest, WhatWasCommittedBeforeAFailureCounts) {
  const std::string before = "BEGIN;\nINSERT INTO t VALUES (1);\nCOMMIT;\n";
  Outcome failed = UpgradeTo(absl::StrCat(before, "INSERT INTO nowhere VALUES (1);"));
  EXPECT_FALSE(failed.status.ok());
  EXPECT_EQ(StepRow("run-1"), "a upgrade failed 3/3/4");
  EXPECT_EQ(Count(), "1");
  ASSERT_TRUE(UpgradeTo(absl::StrCat(before, "INSERT INTO t VALUES (2);")).status.ok());
  EXPECT_EQ(Count(), "2");
}

TEST_P(OwnTransactionsTest, ATransactionLeftOpenIsCommittedWithTheStep) {
  Outcome outcome = UpgradeTo("BEGIN;\nINSERT INTO t VALUES (1);");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(Count(), "1");
  EXPECT_EQ(Rows(), "a");
  EXPECT_EQ(StepRow("run-1"), "a upgrade done 2/2/2");
}

TEST_P(OwnTransactionsTest, SavepointsAreTheSectionsOwn) {
  Outcome outcome = UpgradeTo(
      "BEGIN;\nINSERT INTO t VALUES (1);\nSAVEPOINT s;\nINSERT INTO t VALUES (2);\n"
      "ROLLBACK TO SAVEPOINT s;\nRELEASE SAVEPOINT s;\nINSERT INTO t VALUES (3);\nCOMMIT;");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(Count(), "2");
  // The counts were part of what was rolled back to the savepoint, and caught up.
  EXPECT_EQ(StepRow("run-1"), "a upgrade done 8/8/8");
}

TEST_P(OwnTransactionsTest, TransactionOffIsOneStatementAtATime) {
  // In one message PostgreSQL would refuse these two.
  const std::string section =
      Choose("VACUUM t;\nCREATE INDEX CONCURRENTLY i ON t (x);",
             "VACUUM;\nCREATE INDEX i ON t (x);", "OPTIMIZE TABLE t;\nCREATE INDEX i ON t (x);");
  Outcome outcome = UpgradeTo(section, "transaction:off");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(StepRow("run-1"), "a upgrade done 2/2/2");
}

TEST_P(OwnTransactionsTest, OneSessionServesAWholeSection) {
  for (const char* options : {"", "transaction:off"}) {
    const std::string section = Choose(
        "CREATE TEMPORARY TABLE own (x INTEGER);\nINSERT INTO own VALUES (7);\n"
        "PREPARE p (INTEGER) AS INSERT INTO t SELECT x + $1 FROM own;\nEXECUTE p(1);",
        "CREATE TEMPORARY TABLE own (x INTEGER);\nINSERT INTO own VALUES (8);\n"
        "INSERT INTO t SELECT x FROM temp.own;",
        "CREATE TEMPORARY TABLE own (x INTEGER);\nINSERT INTO own VALUES (7);\nSET @a := 1;\n"
        "PREPARE p FROM 'INSERT INTO t SELECT x + ? FROM own';\nEXECUTE p USING @a;");
    Sql("DELETE FROM t");
    Outcome outcome = Upgrade({{.id = "a", .upgrade = section, .upgrade_options = options},
                               {.id = "b",
                                .revises = "a",
                                // Gone with the step.
                                .upgrade = "CREATE TABLE own (y INTEGER);\nDROP TABLE own;"}});
    ASSERT_TRUE(outcome.status.ok()) << outcome.status;
    EXPECT_EQ(One("SELECT x FROM t"), "8");
    allow_edited_files_ = true;
    ASSERT_TRUE(Downgrade({{.id = "a"}, {.id = "b", .revises = "a"}}, "base").status.ok());
  }
}

INSTANTIATE_TEST_SUITE_P(Databases, OwnTransactionsTest, EveryDatabase(), DialectOfTest);

// PostgreSQL

class PostgresqlOwnTransactionsTest : public OwnTransactionsTest {};

constexpr absl::string_view kCommitInDo =
    "DO $$ BEGIN\n  INSERT INTO t VALUES (1);\n  COMMIT;\n  INSERT INTO t VALUES (2);\nEND $$;";

TEST_P(PostgresqlOwnTransactionsTest, CommitInsideDoNeedsTransactionOff) {
  Outcome refused = UpgradeTo(std::string(kCommitInDo));
  EXPECT_EQ(ReasonOf(refused.status), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_EQ(ErrorDetail(refused.status, "database_code"), "2D000");
  EXPECT_THAT(ErrorDetail(refused.status, "hint"), HasSubstr("transaction:off"));
  EXPECT_EQ(Count(), "0");
  Outcome outcome = UpgradeTo(std::string(kCommitInDo), "transaction:off");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(Count(), "2");
  EXPECT_EQ(Rows(), "a");
}

TEST_P(PostgresqlOwnTransactionsTest, CommitInsideAProcedureNeedsTransactionOff) {
  Sql("CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$");
  Outcome refused = UpgradeTo("CALL p();");
  EXPECT_THAT(ErrorDetail(refused.status, "hint"), HasSubstr("transaction:off"));
  ASSERT_TRUE(UpgradeTo("CALL p();", "transaction:off").status.ok());
  EXPECT_EQ(Count(), "1");
}

TEST_P(PostgresqlOwnTransactionsTest, CreateIndexConcurrentlyNeedsTransactionOff) {
  const std::string section = "SELECT 1;\nCREATE INDEX CONCURRENTLY i ON t (x);";
  Outcome refused = UpgradeTo(section);
  EXPECT_EQ(ReasonOf(refused.status), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_EQ(ErrorDetail(refused.status, "database_code"), "25001");
  EXPECT_EQ(ErrorDetail(refused.status, "line"), "8");
  EXPECT_THAT(ErrorDetail(refused.status, "hint"), HasSubstr("transaction:off"));
  ASSERT_TRUE(UpgradeTo(section, "transaction:off").status.ok());
  EXPECT_EQ(One("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass"), "t");
}

// A waiter that blocked inside pg_advisory_lock would hold a snapshot, which
// CREATE INDEX CONCURRENTLY waits for.
TEST_P(PostgresqlOwnTransactionsTest, CreateIndexConcurrentlyIsNotInTheWayOfWaiters) {
  auto waiter = Connect();
  bool tried = false;
  observer_->on_statement = [&](int, int) {
    auto had = waiter->TryLock("brant:public.brant_version");
    tried = had.ok() && !*had;
  };
  ASSERT_TRUE(UpgradeTo("CREATE INDEX CONCURRENTLY i ON t (x);", "transaction:off").status.ok());
  EXPECT_TRUE(tried);
}

TEST_P(PostgresqlOwnTransactionsTest, DeferredConstraintsFailWithTheirStep) {
  Sql("CREATE TABLE child (x INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED)");
  Outcome failed = UpgradeTo("INSERT INTO child VALUES (42);");
  EXPECT_FALSE(failed.status.ok());
  EXPECT_EQ(failed.run.state(), v1::RUN_STATE_FAILED);
  EXPECT_EQ(Rows(), "");
  EXPECT_EQ(One("SELECT COUNT(*) FROM child"), "0");
  EXPECT_EQ(ErrorDetail(failed.status, "database_code"), "23503");
  EXPECT_EQ(ErrorDetail(failed.status, "revision"), "a");
}

INSTANTIATE_TEST_SUITE_P(Databases, PostgresqlOwnTransactionsTest,
                         ::testing::Values(Dialect::kPostgresql), DialectOfTest);

// SQLite

class SqliteOwnTransactionsTest : public OwnTransactionsTest {};

TEST_P(SqliteOwnTransactionsTest, ARollbackByTheDatabaseUndoesTheCounts) {
  const std::string before = "INSERT INTO t VALUES (1);\nBEGIN;\nINSERT INTO t VALUES (2);\n";
  Outcome failed =
      UpgradeTo(absl::StrCat(before, "INSERT OR ROLLBACK INTO t VALUES (1);\nCOMMIT;"));
  EXPECT_FALSE(failed.status.ok());
  EXPECT_EQ(Count(), "1");
  EXPECT_EQ(StepRow("run-1"), "a upgrade failed 1/1/5");
  ASSERT_TRUE(UpgradeTo(absl::StrCat(before, "COMMIT;")).status.ok());
  EXPECT_EQ(Count(), "2");
}

TEST_P(SqliteOwnTransactionsTest, ARollbackByTheDatabaseInATransactionalStep) {
  Outcome failed = UpgradeTo("INSERT INTO t VALUES (1);\nINSERT OR ROLLBACK INTO t VALUES (1);");
  EXPECT_EQ(ReasonOf(failed.status), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_EQ(Count(), "0");
  EXPECT_EQ(Rows(), "");
}

// As SQLite's documentation prescribes it for what ALTER TABLE can't do.
TEST_P(SqliteOwnTransactionsTest, ATableIsRebuiltWithoutLosingItsChildren) {
  Sql("CREATE TABLE child (x INTEGER REFERENCES t ON DELETE CASCADE)");
  Sql("INSERT INTO t VALUES (1)");
  Sql("INSERT INTO child VALUES (1)");
  Outcome outcome = UpgradeTo(
      "PRAGMA foreign_keys = OFF;\nBEGIN;\nCREATE TABLE t_new (x INTEGER PRIMARY KEY, y TEXT);\n"
      "INSERT INTO t_new (x) SELECT x FROM t;\nDROP TABLE t;\nALTER TABLE t_new RENAME TO t;\n"
      "PRAGMA foreign_key_check;\nCOMMIT;\nPRAGMA foreign_keys = ON;");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(One("SELECT COUNT(*) FROM child"), "1");
  EXPECT_EQ(One("SELECT y FROM t"), "NULL");
}

INSTANTIATE_TEST_SUITE_P(Databases, SqliteOwnTransactionsTest, ::testing::Values(Dialect::kSqlite),
                         DialectOfTest);

// MySQL and MariaDB

class MysqlOwnTransactionsTest : public OwnTransactionsTest {};

TEST_P(MysqlOwnTransactionsTest, WhatAutocommitOffLeavesIsCommittedWithTheStep) {
  Outcome outcome = UpgradeTo("SET autocommit = 0;\nINSERT INTO t VALUES (1);");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(Count(), "1");
  EXPECT_EQ(Rows(), "a");
  EXPECT_EQ(StepRow("run-1"), "a upgrade done 2/2/2");
}

TEST_P(MysqlOwnTransactionsTest, AutocommitOffDoesNotReachTheNextRevision) {
  Outcome outcome =
      Upgrade({{.id = "a", .upgrade = "SET autocommit = 0;\nINSERT INTO t VALUES (1);"},
               {.id = "b", .revises = "a", .upgrade = "CREATE TABLE u (x INTEGER);"},
               {.id = "c", .revises = "b", .upgrade = "INSERT INTO t VALUES (2);"}});
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(Count(), "2");
  EXPECT_EQ(One("SELECT state FROM brant_runs"), "succeeded");
}

TEST_P(MysqlOwnTransactionsTest, AFailureWithAutocommitOffIsRecorded) {
  const std::string before =
      "SET autocommit = 0;\nINSERT INTO t VALUES (1);\nCOMMIT;\nINSERT INTO t VALUES (2);\n";
  Outcome failed = UpgradeTo(absl::StrCat(before, "INSERT INTO nowhere VALUES (1);"));
  EXPECT_FALSE(failed.status.ok());
  EXPECT_EQ(Count(), "1");
  EXPECT_EQ(StepRow("run-1"), "a upgrade failed 3/3/5");
  EXPECT_EQ(One("SELECT state FROM brant_runs"), "failed");
  ASSERT_TRUE(UpgradeTo(absl::StrCat(before, "COMMIT;")).status.ok());
  EXPECT_EQ(Count(), "2");
}

TEST_P(MysqlOwnTransactionsTest, LockTablesAndTheCountsCatchUp) {
  Outcome outcome = UpgradeTo(
      "LOCK TABLES t WRITE;\nINSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\nUNLOCK TABLES;\n"
      "INSERT INTO t VALUES (3);");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(Count(), "3");
  EXPECT_EQ(StepRow("run-1"), "a upgrade done 5/5/5");
}

TEST_P(MysqlOwnTransactionsTest, LockTablesLeftBehind) {
  Outcome outcome =
      Upgrade({{.id = "a", .upgrade = "LOCK TABLES t WRITE;\nINSERT INTO t VALUES (1);"},
               {.id = "b", .revises = "a", .upgrade = "CREATE TABLE u (x INTEGER);"}});
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(Rows(), "b");
}

TEST_P(MysqlOwnTransactionsTest, AFailureUnderLockTablesIsNotInDoubt) {
  const std::string before = "LOCK TABLES t WRITE;\nINSERT INTO t VALUES (1);\n";
  Outcome failed = UpgradeTo(absl::StrCat(before, "INSERT INTO t VALUES (1);\nUNLOCK TABLES;"));
  EXPECT_EQ(ReasonOf(failed.status), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_EQ(Count(), "1");
  EXPECT_EQ(StepRow("run-1"), "a upgrade failed 2/2/4");
  Outcome mended = UpgradeTo(absl::StrCat(before, "INSERT INTO t VALUES (2);\nUNLOCK TABLES;"));
  ASSERT_TRUE(mended.status.ok()) << mended.status;
  EXPECT_EQ(Count(), "2");
}

TEST_P(MysqlOwnTransactionsTest, DdlInsideATransactionCommitsIt) {
  const std::string before =
      "START TRANSACTION;\nINSERT INTO t VALUES (1);\nCREATE TABLE u (x INTEGER);\n";
  Outcome failed = UpgradeTo(absl::StrCat(before, "INSERT INTO nowhere VALUES (1);\nCOMMIT;"));
  EXPECT_FALSE(failed.status.ok());
  EXPECT_EQ(Count(), "1");
  EXPECT_EQ(StepRow("run-1"), "a upgrade failed 3/3/5");
  ASSERT_TRUE(UpgradeTo(absl::StrCat(before, "INSERT INTO t VALUES (2);\nCOMMIT;")).status.ok());
  EXPECT_EQ(Count(), "2");
}

TEST_P(MysqlOwnTransactionsTest, ADeadlockUndoesTheCountsToo) {
  Sql("CREATE TABLE u (x INTEGER PRIMARY KEY)");
  Sql("INSERT INTO t VALUES (1)");
  Sql("INSERT INTO u VALUES (1)");
  auto other = Connect();
  ASSERT_TRUE(other->Begin().ok());
  // Heavier than the run's transaction, so that the run is the victim.
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(other->Execute(absl::StrCat("INSERT INTO u VALUES (", 100 + i, ")")).ok());
  }
  ASSERT_TRUE(other->Execute("UPDATE u SET x = 1 WHERE x = 1").ok());
  ASSERT_TRUE(other->Execute("SELECT * FROM u WHERE x = 1 FOR UPDATE").ok());
  std::thread blocker;
  observer_->on_statement = [&](int, int number) {
    if (number != 4) return;
    // Waits for t, which the run's transaction has locked, while that waits for u.
    // Whichever comes second.
    blocker = std::thread([&] {
      EXPECT_TRUE(other->Execute("UPDATE t SET x = 5 WHERE x = 1").ok());
      EXPECT_TRUE(other->Rollback().ok());
    });
  };
  std::string left_behind;
  observer_->on_attempt_failed = [&](const absl::Status& status) {
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DEADLOCK) << status;
    EXPECT_THAT(ErrorDetail(status, "database_code"), HasSubstr("1213"));
    blocker.join();
    left_behind = absl::StrCat(One("SELECT x FROM t"), " ", StepRow("run-1"));
    observer_->on_statement = nullptr;
  };
  Outcome outcome = UpgradeTo(
      "CREATE TABLE v (x INTEGER);\nSTART TRANSACTION;\nUPDATE t SET x = 2 WHERE x = 1;\n"
      "UPDATE u SET x = 2 WHERE x = 1;\nCOMMIT;");
  // It went on with the second statement.
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(left_behind, "1 a upgrade failed 1/1/5");
  EXPECT_EQ(One("SELECT x FROM t"), "2");
  EXPECT_EQ(StepRow("run-1"), "a upgrade done 5/5/5");
}

INSTANTIATE_TEST_SUITE_P(Databases, MysqlOwnTransactionsTest, ::testing::Values(Dialect::kMysql),
                         DialectOfTest);

}  // namespace
}  // namespace brant
