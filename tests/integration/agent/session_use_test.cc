// Sections that hold something in their session while the journal is written:
// locks of tables, another role, an open transaction.

#include "absl/strings/str_cat.h"
#include "tests/integration/agent/migration_test.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

class SessionUseTest : public MigrationTest {
 protected:
  void SetUp() override {
    MigrationTest::SetUp();
    Sql("CREATE TABLE t (x INTEGER PRIMARY KEY)");
  }
  Outcome UpgradeTo(const std::string& section, const std::string& options = "") {
    return Upgrade({{.id = "a", .upgrade = section, .upgrade_options = options}});
  }
  // Ends the run's session before the statement is sent, once.
  void KillAt(int number) {
    observer_->on_statement = [this, number](int, int n) {
      if (n != number) return;
      observer_->on_statement = nullptr;
      Kill(ServerIdOfRun());
    };
  }
  std::string Values() {
    return One(Choose("SELECT string_agg(x::text, ',' ORDER BY x) FROM t", "",
                      "SELECT GROUP_CONCAT(x ORDER BY x) FROM t"));
  }
};

// PostgreSQL

class PostgresqlSessionUseTest : public SessionUseTest {};

TEST_P(PostgresqlSessionUseTest, ARoleOfTheSectionsOwnOutlastsItsTransaction) {
  Sql("ALTER TABLE t ADD who text DEFAULT current_user");
  Sql("GRANT ALL ON t TO pg_monitor");
  const std::string section =
      "BEGIN;\nSET ROLE pg_monitor;\nINSERT INTO t VALUES (1);\nCOMMIT;\n"
      "INSERT INTO t VALUES (2);\nRESET ROLE;\nINSERT INTO t VALUES (3);";
  Outcome outcome = UpgradeTo(section);
  ASSERT_TRUE(outcome.status.ok()) << DescribeError(outcome.status);
  EXPECT_EQ(StepRow("run-1"), "a upgrade done 7/7/7");
  EXPECT_EQ(One("SELECT string_agg(x::text, ',' ORDER BY x) FROM t WHERE who = 'pg_monitor'"),
            "1,2");
  EXPECT_EQ(Values(), "1,2,3");
}

TEST_P(PostgresqlSessionUseTest, ARoleIsTakenAgainWhereTheStepGoesOn) {
  Sql("ALTER TABLE t ADD who text DEFAULT current_user");
  Sql("GRANT ALL ON t TO pg_monitor");
  KillAt(5);
  Outcome outcome = UpgradeTo(
      "SET ROLE pg_monitor;\nBEGIN;\nINSERT INTO t VALUES (1);\nCOMMIT;\n"
      "INSERT INTO t VALUES (2);");
  ASSERT_TRUE(outcome.status.ok()) << DescribeError(outcome.status);
  EXPECT_EQ(observer_->on_statement, nullptr);
  EXPECT_EQ(One("SELECT count(*) FROM t WHERE who = 'pg_monitor'"), "2");
}

TEST_P(PostgresqlSessionUseTest, WhatWouldLetGoOfTheLockIsRefused) {
  for (absl::string_view statement :
       {"DISCARD ALL", "discard /* all */ all", "SELECT pg_advisory_unlock_all()"}) {
    for (const char* options : {"", "transaction:off"}) {
      observer_->on_step = nullptr;
      Outcome refused =
          UpgradeTo(absl::StrCat("INSERT INTO t VALUES (1);\n", statement, ";"), options);
      EXPECT_EQ(ReasonOf(refused.status), v1::ERROR_REASON_UNSUPPORTED_STATEMENT) << refused.status;
      EXPECT_EQ(ErrorDetail(refused.status, "statement"), statement);
      EXPECT_EQ(ErrorDetail(refused.status, "line"), "8");
      EXPECT_THAT(ErrorDetail(refused.status, "hint"), HasSubstr("DISCARD TEMP"));
      EXPECT_EQ(Rows(), "");
      ASSERT_TRUE(Stamp({{.id = "a"}}, {"base"}).status.ok());
      Sql("DELETE FROM t");
    }
  }
  // What leaves the lock alone is not.
  Outcome outcome = UpgradeTo(
      "DISCARD TEMP;\nDISCARD PLANS;\nDISCARD SEQUENCES;\nSELECT pg_advisory_lock(7);\n"
      "SELECT pg_advisory_unlock(7);");
  ASSERT_TRUE(outcome.status.ok()) << DescribeError(outcome.status);
}

INSTANTIATE_TEST_SUITE_P(Databases, PostgresqlSessionUseTest,
                         ::testing::Values(Dialect::kPostgresql), DialectOfTest);

// MySQL and MariaDB

class MysqlSessionUseTest : public SessionUseTest {
 protected:
  // Whether statement 1 took effect is in doubt; says that it did not.
  void SettleAsNoEffect(const std::string& section) {
    Goal goal;
    goal.kind = v1::RUN_KIND_REPAIR;
    goal.settlement = Settlement{"a", /*took_effect=*/false};
    Outcome repaired = Execute(goal, MakeTestBundle({{.id = "a", .upgrade = section}}));
    ASSERT_TRUE(repaired.status.ok()) << repaired.status;
  }
};

TEST_P(MysqlSessionUseTest, LockTablesIsInDoubtWhereTheSessionDiesUnderIt) {
  const std::string section =
      "LOCK TABLES t WRITE;\nINSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\n"
      "UNLOCK TABLES;\nINSERT INTO t VALUES (3);";
  KillAt(3);
  Outcome cut_off = UpgradeTo(section);
  // The first INSERT took effect, and the journal could not be told.
  EXPECT_EQ(ReasonOf(cut_off.status), v1::ERROR_REASON_STATEMENT_IN_DOUBT) << cut_off.status;
  EXPECT_EQ(ErrorDetail(cut_off.status, "statement"), "LOCK TABLES t WRITE");
  EXPECT_EQ(Values(), "1");
  EXPECT_THAT(StepRow("run-1"), HasSubstr(" 1/0/5"));
  EXPECT_EQ(ReasonOf(UpgradeTo(section).status), v1::ERROR_REASON_STATEMENT_IN_DOUBT);
  Sql("DELETE FROM t");
  SettleAsNoEffect(section);
  Outcome outcome = UpgradeTo(section);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(Values(), "1,2,3");
}

TEST_P(MysqlSessionUseTest, AfterUnlockTablesTheStepGoesOnInAnotherSession) {
  KillAt(4);
  Outcome outcome = UpgradeTo(
      "LOCK TABLES t WRITE;\nINSERT INTO t VALUES (1);\nUNLOCK TABLES;\n"
      "INSERT INTO t VALUES (2);\nINSERT INTO t VALUES (3);");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(observer_->on_statement, nullptr);
  EXPECT_EQ(Values(), "1,2,3");
  EXPECT_EQ(StepRow("run-1"), "a upgrade done 5/5/5");
}

TEST_P(MysqlSessionUseTest, AutocommitOffIsMadeAgainAndNothingIsDoneTwice) {
  KillAt(5);
  Outcome outcome = UpgradeTo(
      "SET autocommit = 0;\nINSERT INTO t VALUES (1);\nCOMMIT;\nINSERT INTO t VALUES (2);\n"
      "INSERT INTO t VALUES (3);\nROLLBACK;\nINSERT INTO t VALUES (4);\nCOMMIT;");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(observer_->on_statement, nullptr);
  // Were it on, the ROLLBACK would have undone nothing.
  EXPECT_EQ(Values(), "1,4");
  EXPECT_EQ(StepRow("run-1"), "a upgrade done 8/8/8");
}

TEST_P(MysqlSessionUseTest, DdlAndAutocommitOnCommitWhatIsOpen) {
  const std::string before =
      "SET autocommit = 0;\nINSERT INTO t VALUES (1);\nCREATE TABLE u (x INTEGER);\n"
      "INSERT INTO t VALUES (2);\nROLLBACK;\nINSERT INTO t VALUES (3);\nSET autocommit = 1;\n";
  Outcome failed = UpgradeTo(absl::StrCat(before, "INSERT INTO nowhere VALUES (1);"));
  EXPECT_EQ(ReasonOf(failed.status), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_EQ(Values(), "1,3");
  EXPECT_EQ(StepRow("run-1"), "a upgrade failed 7/7/8");
  ASSERT_TRUE(UpgradeTo(absl::StrCat(before, "INSERT INTO t VALUES (4);")).status.ok());
  EXPECT_EQ(Values(), "1,3,4");
}

// An EXECUTE is what was prepared, and a procedure may fail after a part of its
// work was committed.
TEST_P(MysqlSessionUseTest, APreparedCallThatFailsIsInDoubtAsTheCallIs) {
  Sql("CREATE PROCEDURE half() BEGIN INSERT INTO t VALUES (1); INSERT INTO nowhere VALUES (1); "
      "END");
  for (const std::string& section :
       {std::string("SELECT 1;\nCALL half();\nSELECT 2;"),
        std::string("PREPARE p FROM 'CALL half()';\nEXECUTE p;\nSELECT 2;"),
        std::string("SET @s = 'CALL half()';\nEXECUTE IMMEDIATE @s;\nSELECT 2;"),
        // What it executes is not known.
        std::string("PREPARE p FROM CONCAT('CALL ', 'half()');\nEXECUTE p;\nSELECT 2;")}) {
    // MySQL executes and prepares no expressions.
    const bool is_of_mariadb =
        absl::StrContains(section, "IMMEDIATE") || absl::StrContains(section, "CONCAT");
    if (is_of_mariadb && !IsMariaDb()) continue;
    Outcome failed = UpgradeTo(section);
    EXPECT_EQ(ReasonOf(failed.status), v1::ERROR_REASON_STATEMENT_FAILED) << failed.status;
    EXPECT_THAT(StepRow(failed.run.id()), HasSubstr("failed 2/1/3")) << section;
    EXPECT_THAT(ErrorDetail(failed.status, "hint"), HasSubstr("is not known")) << section;
    EXPECT_EQ(ReasonOf(UpgradeTo(section).status), v1::ERROR_REASON_STATEMENT_IN_DOUBT);
    EXPECT_EQ(Values(), "1");
    ASSERT_TRUE(Stamp({{.id = "a"}}, {"base"}).status.ok());
    Sql("DELETE FROM t");
  }
}

// Prepared statements belong to the session, whoever prepares them.
TEST_P(MysqlSessionUseTest, WhatAProcedureMayHavePreparedIsNotKnown) {
  Sql("CREATE PROCEDURE half() BEGIN INSERT INTO t VALUES (1); INSERT INTO nowhere VALUES (1); "
      "END");
  Sql("CREATE PROCEDURE prepares() PREPARE p FROM 'CALL half()'");
  for (const char* call : {"CALL prepares()", "EXECUTE IMMEDIATE 'CALL prepares()'"}) {
    if (absl::StrContains(call, "IMMEDIATE") && !IsMariaDb()) continue;
    Outcome failed = UpgradeTo(absl::StrCat("PREPARE p FROM 'SELECT 1';\n", call, ";\nEXECUTE p;"));
    EXPECT_EQ(Values(), "1");
    EXPECT_THAT(StepRow(failed.run.id()), HasSubstr("failed 3/2/3")) << call;
    ASSERT_TRUE(Stamp({{.id = "a"}}, {"base"}).status.ok());
    Sql("DELETE FROM t");
  }
}

TEST_P(MysqlSessionUseTest, APreparedStatementThatIsOneThingIsNotInDoubt) {
  for (const char* section : {"PREPARE p FROM 'DROP TABLE nowhere';\nEXECUTE p;",
                              "SELECT 1;\nEXECUTE IMMEDIATE 'INSERT INTO nowhere VALUES (1)';"}) {
    Outcome failed = UpgradeTo(section);
    EXPECT_THAT(StepRow(failed.run.id()), HasSubstr("failed 1/1/2")) << section;
    ASSERT_TRUE(Stamp({{.id = "a"}}, {"base"}).status.ok());
  }
}

// Its COMMIT ended the section's own transaction, and what that had counted stays.
TEST_P(MysqlSessionUseTest, ACallThatCommitsTheSectionsTransactionIsInDoubt) {
  Sql("CREATE PROCEDURE commits() BEGIN COMMIT; INSERT INTO nowhere VALUES (1); END");
  Sql("CREATE PROCEDURE fails() INSERT INTO nowhere VALUES (1)");
  const std::string before = "START TRANSACTION;\nINSERT INTO t VALUES (1);\n";
  Outcome undone = UpgradeTo(absl::StrCat(before, "CALL fails();\nCOMMIT;"));
  EXPECT_EQ(StepRow(undone.run.id()), "a upgrade failed 0/0/4");
  EXPECT_EQ(Values(), "NULL");
  Outcome failed = UpgradeTo(absl::StrCat(before, "CALL commits();\nCOMMIT;"));
  EXPECT_EQ(StepRow(failed.run.id()), "a upgrade failed 3/2/4");
  EXPECT_EQ(Values(), "1");
  EXPECT_EQ(ReasonOf(UpgradeTo(absl::StrCat(before, "CALL commits();\nCOMMIT;")).status),
            v1::ERROR_REASON_STATEMENT_IN_DOUBT);
}

// It succeeded, and left a transaction open that a later statement's failure undoes.
TEST_P(MysqlSessionUseTest, ACallThatCommittedAPartIsInDoubtWhereALaterStatementFails) {
  Sql("CREATE PROCEDURE parts() BEGIN INSERT INTO t VALUES (1); COMMIT; START TRANSACTION; "
      "INSERT INTO t VALUES (2); END");
  const std::string section = "SELECT 1;\nCALL parts();\nINSERT INTO nowhere VALUES (1);\nCOMMIT;";
  Outcome failed = UpgradeTo(section);
  EXPECT_EQ(StepRow(failed.run.id()), "a upgrade failed 2/1/4");
  EXPECT_THAT(ErrorDetail(failed.status, "hint"), HasSubstr("--took-effect"));
  EXPECT_EQ(Values(), "1");
  EXPECT_EQ(ReasonOf(UpgradeTo(section).status), v1::ERROR_REASON_STATEMENT_IN_DOUBT);
  EXPECT_EQ(Values(), "1");
}

INSTANTIATE_TEST_SUITE_P(Databases, MysqlSessionUseTest, ::testing::Values(Dialect::kMysql),
                         DialectOfTest);

// SQLite

class SqliteSessionUseTest : public SessionUseTest {};

TEST_P(SqliteSessionUseTest, AJournalModeWaitsForReadersAndThenLetsThemRead) {
  const std::vector<TestMigration> migrations = {
      {.id = "a", .upgrade = "SELECT 1;"},
      {.id = "b",
       .revises = "a",
       .upgrade = "PRAGMA journal_mode = WAL;\nINSERT INTO t VALUES (1);"},
      {.id = "c", .revises = "b", .upgrade = "INSERT INTO t VALUES (2);"}};
  ASSERT_TRUE(Upgrade(migrations, "a").status.ok());
  auto reader = Connect();
  const auto count = [&] { return *(*reader->Query("SELECT COUNT(*) FROM t"))[0][0]; };
  // One that only reads, unlike Begin.
  ASSERT_TRUE(reader->Execute("BEGIN").ok());
  EXPECT_EQ(count(), "0");
  options_.lock_timeout = absl::Milliseconds(50);
  int attempts = 0;
  observer_->on_attempt_failed = [&](const absl::Status& status) {
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_LOCK_NOT_AVAILABLE) << status;
    if (++attempts != 2) return;
    EXPECT_TRUE(reader->Rollback().ok());
  };
  Outcome outcome = Upgrade(migrations, "b");
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_GE(attempts, 2);
  EXPECT_EQ(Rows(), "b");
  EXPECT_EQ(One("PRAGMA journal_mode"), "wal");
  // From now on a reader is in nobody's way, and sees what it saw.
  ASSERT_TRUE(reader->Execute("BEGIN").ok());
  EXPECT_EQ(count(), "1");
  attempts = 0;
  outcome = Upgrade(migrations);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(attempts, 0);
  EXPECT_EQ(count(), "1");
  ASSERT_TRUE(reader->Rollback().ok());
  EXPECT_EQ(count(), "2");
}

INSTANTIATE_TEST_SUITE_P(Databases, SqliteSessionUseTest, ::testing::Values(Dialect::kSqlite),
                         DialectOfTest);

}  // namespace
}  // namespace brant
