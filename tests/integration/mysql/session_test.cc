#include <atomic>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agent/base/error.h"
#include "agent/database/mysql/mysql_database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/mysql/mysql_test_database.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

class MysqlSessionTest : public ::testing::Test {
 protected:
  std::string Ask(absl::string_view sql) { return MysqlTestDatabase::Ask(*session_, sql); }
  void Execute(absl::string_view sql) {
    absl::StatusOr<Execution> execution = session_->Execute(sql);
    ASSERT_TRUE(execution.ok()) << sql << "\n" << DescribeError(execution.status());
  }
  // Variables of MariaDB, as MySQL calls them.
  std::string ForServer(absl::string_view sql) {
    if (database_.IsMariaDb()) return std::string(sql);
    return absl::StrReplaceAll(sql, {{"tx_isolation", "transaction_isolation"},
                                     {"max_statement_time", "max_execution_time"},
                                     {"check_constraint_checks", "sql_big_selects"},
                                     // Which MySQL keeps for the next INSERT, whatever comes.
                                     {", insert_id = 7", ""},
                                     {"@@insert_id", "0"}});
  }
  // Until another session sees the statement run.
  void WaitUntilRunning(absl::string_view pattern) {
    while (
        MysqlTestDatabase::Ask(
            *other_, absl::StrCat("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = ",
                                  session_->ServerId(), " AND INFO LIKE '", pattern, "'")) != "1") {
      std::this_thread::yield();
    }
  }

  MysqlTestDatabase database_;
  std::unique_ptr<Session> session_ = database_.Connect();
  std::unique_ptr<Session> other_ = database_.Connect();
};

TEST_F(MysqlSessionTest, SettingsOfANewSession) {
  SessionOptions options;
  options.lock_timeout = absl::Milliseconds(2500);
  session_ = database_.Connect(options);
  EXPECT_EQ(Ask("SELECT @@autocommit"), "1");
  EXPECT_EQ(Ask("SELECT @@lock_wait_timeout"), "3");
  EXPECT_EQ(Ask("SELECT @@innodb_lock_wait_timeout"), "3");
  EXPECT_EQ(Ask(ForServer("SELECT @@max_statement_time = 0")), "1");
  EXPECT_EQ(Ask("SELECT @@character_set_client"), "utf8mb4");
  EXPECT_EQ(Ask("SELECT @@character_set_results"), "utf8mb4");
  EXPECT_EQ(Ask("SELECT CONNECTION_ID()"), session_->ServerId());
  EXPECT_EQ(Ask("SELECT DATABASE()"), database_.name());
}

TEST_F(MysqlSessionTest, NamesTheServer) {
  absl::StatusOr<std::string> version = database_.database().ServerVersion(*session_);
  ASSERT_TRUE(version.ok());
  EXPECT_THAT(*version, ::testing::MatchesRegex("(MariaDB|MySQL) [0-9]+\\.[0-9]+\\.[0-9]+"));
  EXPECT_THAT(database_.database().DisplayName(), HasSubstr(database_.name()));
  EXPECT_THAT(database_.database().DisplayName(),
              ::testing::Not(HasSubstr(database_.url().password)));
}

TEST_F(MysqlSessionTest, ReadOnlySessionsWriteNothing) {
  Execute("CREATE TABLE t (a INT)");
  SessionOptions options;
  options.read_only = true;
  session_ = database_.Connect(options);
  absl::Status status = session_->Execute("INSERT INTO t VALUES (1)").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_READ_ONLY) << status;
  EXPECT_TRUE(session_->Reset().ok());
  EXPECT_FALSE(session_->Execute("INSERT INTO t VALUES (1)").ok());
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM t"), "0");
}

TEST_F(MysqlSessionTest, WhatIsTooLargeForTheServerSaysSoAndBreaksNothing) {
  const int64_t limit = std::stoll(Ask("SELECT @@max_allowed_packet"));
  const std::string fits = absl::StrCat("DO '", std::string(limit - 10, 'x'), "'");
  const absl::Status status = session_->Execute(fits + "xxxxx").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_ERROR) << status.code();
  EXPECT_THAT(DescribeError(status), HasSubstr("max_allowed_packet"));
  EXPECT_TRUE(session_->IsAlive());
  Execute("DO 1");
  EXPECT_TRUE(session_->Execute(fits).ok());
  // Each byte is sent as two digits.
  Execute("CREATE TABLE t (a LONGTEXT)");
  std::string script(limit / 2, 'x');
  script += "é";
  EXPECT_THAT(DescribeError(session_->Query("INSERT INTO t VALUES (?)", {script}).status()),
              HasSubstr("max_allowed_packet"));
  EXPECT_TRUE(session_->IsAlive());
}

TEST_F(MysqlSessionTest, ResetBringsSettingsBack) {
  const std::string all = ForServer(
      "SELECT CONCAT_WS('|', @@sql_mode, @@autocommit, @@foreign_key_checks, @@unique_checks, "
      "@@time_zone, @@character_set_client, @@character_set_results, @@character_set_connection, "
      "@@collation_connection, @@sql_safe_updates, @@sql_notes, @@sql_select_limit, "
      "@@group_concat_max_len, @@default_storage_engine, @@completion_type, @@lock_wait_timeout, "
      "@@tx_isolation, @@max_statement_time, @@old_alter_table, @@check_constraint_checks, "
      "@@timestamp > 10, @@insert_id, DATABASE())");
  ASSERT_TRUE(session_->TryLock("run").value());
  const std::string before = Ask(all);
  Execute(
      "SET sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES', autocommit = 0, foreign_key_checks = 0, "
      "unique_checks = 0, time_zone = '+05:00'");
  Execute("SET NAMES latin1");
  Execute("SET character_set_results = NULL");
  Execute("/*!40101 SET sql_notes = 0, sql_safe_updates = 1, sql_select_limit = 1 */");
  Execute("SET group_concat_max_len = 10000, default_storage_engine = MyISAM, completion_type = 1");
  Execute(ForServer(
      "SET lock_wait_timeout = 1, tx_isolation = 'SERIALIZABLE', max_statement_time = 5"));
  Execute(ForServer(
      "SET old_alter_table = 1, check_constraint_checks = 0, timestamp = 5, insert_id = 7"));
  Execute("CREATE DATABASE IF NOT EXISTS " + database_.name() + "_2");
  Execute("USE " + database_.name() + "_2");
  Execute("DROP DATABASE " + database_.name() + "_2");
  EXPECT_NE(Ask(all), before);
  const absl::Status status = session_->Reset();
  ASSERT_TRUE(status.ok()) << DescribeError(status);
  EXPECT_EQ(Ask(all), before);
  EXPECT_FALSE(other_->TryLock("run").value()) << "the lock was lost";
}

TEST_F(MysqlSessionTest, ResetUndoesWhatAProcedureSetBeforeItFailed) {
  Execute(
      "CREATE PROCEDURE p() BEGIN SET SESSION sql_mode = 'ANSI'; SET SESSION sql_notes = 0; "
      "SIGNAL SQLSTATE '45000'; END");
  const std::string before = Ask("SELECT @@sql_mode");
  EXPECT_FALSE(session_->Execute("CALL p()").ok());
  ASSERT_TRUE(session_->Reset().ok());
  EXPECT_EQ(Ask("SELECT @@sql_mode"), before);
  EXPECT_EQ(Ask("SELECT @@sql_notes"), "1");
}

TEST_F(MysqlSessionTest, ResetEndsLocksTransactionsAndTemporaryTables) {
  Execute("CREATE TABLE t (a INT)");
  Execute("CREATE TABLE u (a INT)");
  Execute("CREATE TEMPORARY TABLE t (b INT, c INT)");
  Execute("CREATE TEMPORARY TABLE IF NOT EXISTS `temp``1` SELECT 1 AS x");
  Execute("BEGIN");
  Execute("INSERT INTO u VALUES (1)");
  ASSERT_TRUE(session_->InTransaction());
  ASSERT_TRUE(session_->Reset().ok());
  EXPECT_FALSE(session_->InTransaction());
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM u"), "0");
  EXPECT_FALSE(session_->Query("SELECT b FROM t").ok()) << "the temporary table is still there";
  EXPECT_TRUE(session_->Query("SELECT a FROM t").ok());

  Execute("LOCK TABLES u WRITE");
  EXPECT_FALSE(session_->Query("SELECT a FROM t").ok());
  ASSERT_TRUE(session_->Reset().ok());
  EXPECT_TRUE(session_->Query("SELECT a FROM t").ok());
}

TEST_F(MysqlSessionTest, TextArrivesUnderEverySqlModeAndCharacterSet) {
  Execute("CREATE TABLE t (a INT AUTO_INCREMENT PRIMARY KEY, b TEXT CHARACTER SET utf8mb4)");
  const std::string texts[] = {
      "", "it's", "C:\\", "\\'; --", "\xF0\x9F\xA6\xA2 Gänse", std::string("a\nb\r\0c", 6), "\"`?"};
  for (absl::string_view mode : {"''", "'NO_BACKSLASH_ESCAPES'", "'ANSI_QUOTES'"}) {
    for (absl::string_view names : {"utf8mb4", "latin1", "sjis", "gbk"}) {
      Execute("DELETE FROM t");
      Execute(absl::StrCat("SET sql_mode = ", mode));
      Execute(absl::StrCat("SET NAMES ", names));
      for (const std::string& text : texts) {
        ASSERT_TRUE(session_->Query("INSERT INTO t (b) VALUES (?)", {text}).ok());
      }
      absl::StatusOr<Rows> rows = other_->Query("SELECT b FROM t ORDER BY a");
      ASSERT_TRUE(rows.ok());
      for (size_t i = 0; i < std::size(texts); ++i) EXPECT_THAT((*rows)[i][0], Optional(texts[i]));
    }
  }
}

TEST_F(MysqlSessionTest, CountsAndDropsAllResultsOfACall) {
  Execute("CREATE TABLE t (a INT)");
  Execute(
      "CREATE PROCEDURE p() BEGIN INSERT INTO t VALUES (1), (2); SELECT * FROM t; SELECT 3; "
      "DELETE FROM t WHERE a = 2; END");
  Execute("CALL p()");
  absl::StatusOr<Execution> execution = session_->Execute("INSERT INTO t VALUES (3), (4), (5)");
  ASSERT_TRUE(execution.ok());
  EXPECT_EQ(execution->rows_affected, 3);
  EXPECT_EQ(session_->Execute("SELECT * FROM t")->rows_affected, 0);
  EXPECT_EQ(session_->Execute("UPDATE t SET a = a + 1")->rows_affected, 4);
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM t"), "4");
}

TEST_F(MysqlSessionTest, RunsOneStatementOnly) {
  EXPECT_FALSE(session_->Execute("CREATE TABLE t (a INT); CREATE TABLE u (a INT)").ok());
  EXPECT_FALSE(database_.database().TableExists(*session_, "", "t").value());
}

TEST_F(MysqlSessionTest, RefusesFilesOfTheClient) {
  Execute("CREATE TABLE t (a TEXT)");
  EXPECT_FALSE(session_->Execute("LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t").ok());
  EXPECT_EQ(MysqlTestDatabase::Ask(*other_, "SELECT COUNT(*) FROM t"), "0");
}

TEST_F(MysqlSessionTest, FindsTables) {
  Execute("CREATE TABLE `odd ``name` (a INT)");
  Database& database = database_.database();
  EXPECT_TRUE(database.TableExists(*session_, "", "odd `name").value());
  EXPECT_TRUE(database.TableExists(*session_, database_.name(), "odd `name").value());
  EXPECT_FALSE(database.TableExists(*session_, "mysql", "odd `name").value());
  EXPECT_TRUE(database.TableExists(*session_, "mysql", "db").value());
}

TEST_F(MysqlSessionTest, LocksAreOfOneDatabase) {
  MysqlTestDatabase elsewhere;
  std::unique_ptr<Session> third = elsewhere.Connect();
  const std::string name(300, 'x');
  EXPECT_TRUE(session_->TryLock(name).value());
  EXPECT_TRUE(session_->TryLock(name).value()) << "its own lock";
  EXPECT_TRUE(third->TryLock(name).value()) << "the lock of another database";
  EXPECT_FALSE(other_->TryLock(name).value());
  EXPECT_TRUE(other_->TryLock("another").value());
  EXPECT_THAT(other_->LockHolder(name).value()->description, HasSubstr(session_->ServerId()));
  EXPECT_THAT(other_->LockHolder(name).value()->description, HasSubstr(database_.url().user));
  ASSERT_TRUE(session_->ReleaseLock(name).ok());
  EXPECT_EQ(other_->LockHolder(name).value(), std::nullopt);
  EXPECT_TRUE(other_->TryLock(name).value());
}

TEST_F(MysqlSessionTest, CancelStopsTheStatementAndNothingElse) {
  Execute("CREATE TABLE t (a INT)");
  Execute(
      "INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
      "1000) "
      "SELECT i FROM n");
  absl::Status status;
  std::thread worker([&] {
    status =
        session_->Execute("SELECT COUNT(*) FROM t a, t b, t c, t d WHERE a.a + b.a + c.a + d.a < 0")
            .status();
  });
  WaitUntilRunning("SELECT COUNT(*) FROM t a%");
  session_->Cancel();
  worker.join();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_CANCELLED) << status;
  EXPECT_EQ(ErrorDetail(status, "database_code"), "1317 (70100)");
  EXPECT_TRUE(session_->IsAlive());
  session_->Cancel();  // nothing runs: nothing happens
  EXPECT_EQ(Ask("SELECT 7"), "7");
}

// An order that comes as the statement ends must not hit the next one.
TEST_F(MysqlSessionTest, LateCancelsHitNothing) {
  int cancelled = 0;
  int late = 0;
  for (int i = 0; i < 300; ++i) {
    absl::Status status;
    std::atomic<bool> done = false;
    std::thread worker([&] {
      // From shorter to longer than Cancel takes.
      status =
          session_->Execute(absl::StrFormat("SELECT 1 FROM DUAL WHERE SLEEP(0.0%03d) = 0", i % 90))
              .status();
      done = true;
    });
    while (!done) session_->Cancel();
    worker.join();
    (status.ok() ? late : cancelled) += 1;
    ASSERT_TRUE(status.ok() || ReasonOf(status) == v1::ERROR_REASON_CANCELLED) << status;
    ASSERT_EQ(Ask("SELECT 7"), "7");
  }
  EXPECT_GT(cancelled, 0);
  EXPECT_GT(late, 0);
}

TEST_F(MysqlSessionTest, KilledByAnAdministratorIsNoCancel) {
  absl::Status status;
  std::atomic<bool> done = false;
  std::thread worker([&] {
    status = session_->Execute("SELECT 1 FROM DUAL WHERE SLEEP(600) = 0").status();
    done = true;
  });
  WaitUntilRunning("SELECT 1 FROM DUAL%");
  // The server forgets an order that comes while it begins the statement.
  while (!done) ASSERT_TRUE(other_->Execute("KILL QUERY " + session_->ServerId()).ok());
  worker.join();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_ERROR) << status;
  EXPECT_TRUE(session_->IsAlive());
}

TEST_F(MysqlSessionTest, BrokenConnections) {
  Execute("CREATE TABLE t (a INT)");
  ASSERT_TRUE(session_->TryLock("run").value());
  ASSERT_TRUE(session_->Begin().ok());
  ASSERT_TRUE(session_->Query("INSERT INTO t VALUES (1)").ok());
  EXPECT_TRUE(session_->IsAlive());
  ASSERT_TRUE(other_->Execute("KILL CONNECTION " + session_->ServerId()).ok());
  EXPECT_EQ(ReasonOf(session_->Commit()), v1::ERROR_REASON_COMMIT_IN_DOUBT);
  EXPECT_FALSE(session_->IsAlive());
  EXPECT_FALSE(session_->InTransaction());
  EXPECT_EQ(ReasonOf(session_->Commit()), v1::ERROR_REASON_DATABASE_UNREACHABLE);
  EXPECT_EQ(ReasonOf(session_->Begin()), v1::ERROR_REASON_DATABASE_UNREACHABLE);
  EXPECT_EQ(ReasonOf(session_->Reset()), v1::ERROR_REASON_DATABASE_UNREACHABLE);
  EXPECT_EQ(ReasonOf(session_->TryLock("run").status()), v1::ERROR_REASON_DATABASE_UNREACHABLE);
  session_->Cancel();
  while (!other_->TryLock("run").value()) std::this_thread::yield();
  EXPECT_EQ(MysqlTestDatabase::Ask(*other_, "SELECT COUNT(*) FROM t"), "0");
}

TEST_F(MysqlSessionTest, DdlEndsTheTransaction) {
  ASSERT_TRUE(session_->Begin().ok());
  EXPECT_TRUE(session_->InTransaction());
  Execute("CREATE TABLE t (a INT)");
  EXPECT_FALSE(session_->InTransaction());
}

}  // namespace
}  // namespace brant
