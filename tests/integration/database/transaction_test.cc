// Transactions, batches, and what a migration leaves behind.

#include "tests/integration/database/database_test.h"

namespace brant {
namespace {

class TransactionTest : public DatabaseTest {
 protected:
  std::string Count() { return One("SELECT count(*) FROM t"); }
  // As another session sees it.
  std::string CountOutside() { return One(*Connect(), "SELECT count(*) FROM t"); }

  static BoundStatement Insert(int64_t a) {
    return {"INSERT INTO t VALUES (?, ?)", {Value(a), Value(std::string("it's ?"))}};
  }
};

TEST_P(TransactionTest, CommitsAndRollsBack) {
  MakeTable();
  ASSERT_TRUE(session_->Begin().ok());
  EXPECT_TRUE(session_->InTransaction());
  Execute("INSERT INTO t VALUES (1, 'x')");
  EXPECT_EQ(CountOutside(), "0");
  ASSERT_TRUE(session_->Commit().ok());
  EXPECT_FALSE(session_->InTransaction());
  EXPECT_EQ(CountOutside(), "1");
  ASSERT_TRUE(session_->Begin().ok());
  Execute("INSERT INTO t VALUES (2, 'x')");
  ASSERT_TRUE(session_->Rollback().ok());
  EXPECT_FALSE(session_->InTransaction());
  EXPECT_EQ(CountOutside(), "1");
}

TEST_P(TransactionTest, RollingBackNothingIsFine) {
  EXPECT_TRUE(session_->Rollback().ok());
  EXPECT_FALSE(session_->InTransaction());
}

TEST_P(TransactionTest, RollsBackDdlWhereTheDatabaseCan) {
  ASSERT_TRUE(session_->Begin().ok());
  MakeTable();
  // MySQL has committed before the statement, and after it.
  EXPECT_EQ(session_->InTransaction(), !IsMysql());
  ASSERT_TRUE(session_->Rollback().ok());
  EXPECT_EQ(Exists("t"), IsMysql());
}

TEST_P(TransactionTest, FollowsTheTransactionsOfASection) {
  MakeTable();
  Execute("BEGIN");
  EXPECT_TRUE(session_->InTransaction());
  Execute("INSERT INTO t VALUES (1, 'x')");
  Execute("SAVEPOINT s");
  Execute("INSERT INTO t VALUES (2, 'x')");
  Execute("ROLLBACK TO SAVEPOINT s");
  EXPECT_TRUE(session_->InTransaction());
  Execute("COMMIT");
  EXPECT_FALSE(session_->InTransaction());
  EXPECT_EQ(CountOutside(), "1");
}

TEST_P(TransactionTest, ASectionHasOneSession) {
  if (IsPostgresql()) {
    Execute("PREPARE p AS SELECT 1");
    Execute("EXECUTE p");
    Execute("SET brant.test = 'x'");
    EXPECT_EQ(One("SHOW brant.test"), "x");
  } else if (IsMysql()) {
    Execute("SET @a = 'SELECT 1'");
    Execute("PREPARE p FROM @a");
    Execute("EXECUTE p");
  }
  Execute("CREATE TEMPORARY TABLE temporary_one (a INTEGER)");
  Execute("INSERT INTO temporary_one VALUES (1)");
  EXPECT_EQ(One("SELECT count(*) FROM temporary_one"), "1");
}

TEST_P(TransactionTest, RunsWhatCanNotBeInATransactionOnPostgresql) {
  if (!IsPostgresql()) return;
  MakeTable();
  for (absl::string_view statement :
       {"CREATE INDEX CONCURRENTLY i ON t (b)", "VACUUM t",
        "DO $$ BEGIN INSERT INTO t SELECT count(*), 'x' FROM t; COMMIT; "
        "INSERT INTO t VALUES (9, 'x'); ROLLBACK; END $$",
        "ALTER SYSTEM RESET work_mem"}) {
    Execute(statement);
    EXPECT_FALSE(session_->InTransaction());
    ASSERT_TRUE(session_->Begin().ok());
    absl::Status status = session_->Execute(statement).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_ERROR) << statement;
    EXPECT_THAT(ErrorDetail(status, "database_code"), ::testing::AnyOf("25001", "2D000")) << status;
    EXPECT_THAT(ErrorDetail(status, "hint"), ::testing::HasSubstr("transaction:off"));
    ASSERT_TRUE(session_->Rollback().ok());
  }
  EXPECT_EQ(Count(), "1");
}

TEST_P(TransactionTest, ABatchIsATransactionOfItsOwn) {
  MakeTable();
  ASSERT_TRUE(session_->Batch({}).ok());
  ASSERT_TRUE(session_->Batch({Insert(1), Insert(2)}).ok());
  EXPECT_FALSE(session_->InTransaction());
  EXPECT_EQ(CountOutside(), "2");
  absl::Status status = session_->Batch({Insert(3), Insert(1), Insert(4)});
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_ERROR) << status;
  EXPECT_NE(ErrorDetail(status, "database_code"), "");
  EXPECT_FALSE(session_->InTransaction());
  EXPECT_EQ(CountOutside(), "2");
}

TEST_P(TransactionTest, ABatchJoinsTheTransactionThatIsOpen) {
  MakeTable();
  ASSERT_TRUE(session_->Begin().ok());
  ASSERT_TRUE(session_->Batch({Insert(1), Insert(2)}).ok());
  EXPECT_TRUE(session_->InTransaction());
  EXPECT_EQ(Count(), "2");
  EXPECT_EQ(CountOutside(), "0");
  ASSERT_TRUE(session_->Rollback().ok());
  EXPECT_EQ(Count(), "0");
}

TEST_P(TransactionTest, ABatchMayReturnRows) {
  MakeTable();
  ASSERT_TRUE(session_->Batch({Insert(1), {"SELECT * FROM t -- end", {}}, Insert(2)}).ok());
  EXPECT_EQ(Count(), "2");
}

TEST_P(TransactionTest, BatchAndCommitCommitsAllOrNothing) {
  MakeTable();
  ASSERT_TRUE(session_->Begin().ok());
  Execute("INSERT INTO t VALUES (1, 'x')");
  ASSERT_TRUE(session_->BatchAndCommit({Insert(2), Insert(3)}).ok());
  EXPECT_FALSE(session_->InTransaction());
  EXPECT_EQ(CountOutside(), "3");
  ASSERT_TRUE(session_->Begin().ok());
  Execute("INSERT INTO t VALUES (4, 'x')");
  absl::Status status = session_->BatchAndCommit({Insert(5), Insert(1)});
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_ERROR) << status;
  ASSERT_TRUE(session_->Rollback().ok());
  EXPECT_EQ(CountOutside(), "3");
  ASSERT_TRUE(session_->Begin().ok());
  Execute("INSERT INTO t VALUES (6, 'x')");
  ASSERT_TRUE(session_->BatchAndCommit({}).ok());
  EXPECT_EQ(CountOutside(), "4");
}

TEST_P(TransactionTest, ARefusedCommitIsAnErrorAndNotInDoubt) {
  if (IsMysql()) return;  // checks no constraint as late as COMMIT
  MakeTable();
  if (IsSqlite()) Execute("PRAGMA foreign_keys = ON");
  Execute("CREATE TABLE u (a INTEGER REFERENCES t (a) DEFERRABLE INITIALLY DEFERRED)");
  ASSERT_TRUE(session_->Begin().ok());
  Execute("INSERT INTO u VALUES (7)");
  absl::Status status = session_->Commit();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_ERROR) << status;
  EXPECT_TRUE(session_->Rollback().ok());
  EXPECT_EQ(One("SELECT count(*) FROM u"), "0");
}

// PostgreSQL answers such a COMMIT with ROLLBACK, and calls that a success.
TEST_P(TransactionTest, CommitAfterAFailedStatementIsNoSuccessOnPostgresql) {
  if (!IsPostgresql()) return;
  MakeTable();
  for (bool batch : {false, true}) {
    ASSERT_TRUE(session_->Begin().ok());
    Execute("INSERT INTO t VALUES (1, 'x')");
    EXPECT_FALSE(session_->Execute("nonsense").ok());
    EXPECT_TRUE(session_->InTransaction());
    absl::Status status = batch ? session_->BatchAndCommit({}) : session_->Commit();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_ERROR);
    EXPECT_EQ(ErrorDetail(status, "database_code"), "25P02");
    EXPECT_FALSE(session_->InTransaction());
  }
  EXPECT_EQ(Count(), "0");
}

TEST_P(TransactionTest, ResetLeavesNothingOfAMigration) {
  MakeTable();
  std::vector<std::string> hostile;
  if (IsPostgresql()) {
    hostile = {"SET search_path = ''",
               "SET standard_conforming_strings = off",
               "SET client_encoding = 'LATIN1'",
               "SET statement_timeout = 1",
               "SET lock_timeout = 1",
               "SET default_transaction_read_only = on",
               "SET application_name = 'x'",
               "SET default_transaction_isolation = 'serializable'",
               "CREATE ROLE brant_reset_role",
               "GRANT brant_reset_role TO CURRENT_USER",
               "SET SESSION AUTHORIZATION brant_reset_role"};
  } else if (IsSqlite()) {
    hostile = {"PRAGMA foreign_keys = ON", "PRAGMA busy_timeout = 0", "PRAGMA query_only = ON"};
  } else {
    hostile = {"SET autocommit = 0", "SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'",
               "SET NAMES latin1", "SET foreign_key_checks = 0",
               "SET SESSION TRANSACTION READ ONLY"};
  }
  if (IsPostgresql()) {
    // May be there from a test that was killed.
    session_->Execute("DROP ROLE brant_reset_role").IgnoreError();
  }
  for (const std::string& statement : hostile) {
    if (IsPostgresql() && statement == "CREATE ROLE brant_reset_role") {
      // Read-only by now.
      Execute("SET default_transaction_read_only = off");
      Execute("SET statement_timeout = 0");
    }
    Execute(statement);
  }
  ASSERT_TRUE(session_->Reset().ok());
  EXPECT_FALSE(session_->InTransaction());
  EXPECT_TRUE(Exists("t"));
  const std::string text = "it's \\ \"é鹅\" ?";
  ASSERT_TRUE(
      session_->Query("INSERT INTO t VALUES (?, ?)", {Value(int64_t{1}), Value(text)}).ok());
  EXPECT_EQ(CountOutside(), "1");
  EXPECT_EQ(One("SELECT b FROM t"), text);
  if (IsPostgresql()) {
    EXPECT_EQ(One("SHOW statement_timeout"), "0");
    EXPECT_EQ(One("SHOW client_connection_check_interval"), "500ms");
    EXPECT_EQ(One("SHOW application_name"), "brant");
    EXPECT_EQ(One("SELECT current_user = session_user"), "t");
    EXPECT_NE(One("SELECT current_user"), "brant_reset_role");
    Execute("DROP ROLE brant_reset_role");
  }
}

TEST_P(TransactionTest, ResetRollsBackWhatIsOpen) {
  MakeTable();
  Execute("BEGIN");
  Execute("INSERT INTO t VALUES (1, 'x')");
  if (IsPostgresql()) {
    EXPECT_FALSE(session_->Execute("nonsense").ok());
  }
  ASSERT_TRUE(session_->Reset().ok());
  EXPECT_FALSE(session_->InTransaction());
  EXPECT_EQ(Count(), "0");
}

TEST_P(TransactionTest, ResetDropsTemporaryTables) {
  Execute("CREATE TEMPORARY TABLE t (a INTEGER)");
  ASSERT_TRUE(session_->Reset().ok());
  MakeTable();
  EXPECT_EQ(CountOutside(), "0");
}

INSTANTIATE_TEST_SUITE_P(Every, TransactionTest, EveryDatabase(), DialectOfTest);

}  // namespace
}  // namespace brant
