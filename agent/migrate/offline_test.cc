#include "agent/migrate/offline.h"

#include <string>

#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/migrate/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class OfflineTest : public ::testing::Test {
 protected:
  std::string Render(v1::RunKind kind, const std::string& target) {
    goal_.kind = kind;
    goal_.targets = {target};
    auto pieces = RenderOffline(MakeTestBundle(migrations_), goal_, options_);
    EXPECT_TRUE(pieces.ok()) << pieces.status();
    return pieces.ok() ? absl::StrJoin(*pieces, "") : "";
  }
  std::string Upgrade(const std::string& target) { return Render(v1::RUN_KIND_UPGRADE, target); }
  absl::Status Refusal(v1::RunKind kind, const std::string& target) {
    goal_.kind = kind;
    goal_.targets = {target};
    return RenderOffline(MakeTestBundle(migrations_), goal_, options_).status();
  }

  std::vector<TestMigration> migrations_ = {
      {.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);", .downgrade = "DROP TABLE t;"},
      {.id = "b",
       .revises = "a",
       .upgrade = "INSERT INTO t VALUES (1);",
       .downgrade = "DELETE FROM t;"}};
  OfflineOptions options_;
  Goal goal_;
};

TEST_F(OfflineTest, PostgresqlStepsAreTransactions) {
  EXPECT_EQ(Upgrade("head"),
            R"(\set ON_ERROR_STOP on

SET client_encoding = 'UTF8';

CREATE TABLE IF NOT EXISTS "brant_version" (version_num VARCHAR(32) NOT NULL, PRIMARY KEY (version_num));

-- Running upgrade  -> a, message of a

BEGIN;

CREATE TABLE t (x INTEGER);

INSERT INTO "brant_version" (version_num) VALUES ('a');

COMMIT;

-- Running upgrade a -> b, message of b

BEGIN;

INSERT INTO t VALUES (1);

DELETE FROM "brant_version" WHERE version_num = 'a';

INSERT INTO "brant_version" (version_num) VALUES ('b');

COMMIT;

)");
}

TEST_F(OfflineTest, OnMysqlOnlyDataIsATransaction) {
  options_.dialect = Dialect::kMysql;
  EXPECT_EQ(Upgrade("head"),
            R"(SET NAMES utf8mb4;

CREATE TABLE IF NOT EXISTS `brant_version` (version_num VARCHAR(32) NOT NULL, PRIMARY KEY (version_num));

-- Running upgrade  -> a, message of a

CREATE TABLE t (x INTEGER);

INSERT INTO `brant_version` (version_num) VALUES ('a');

-- Running upgrade a -> b, message of b

START TRANSACTION;

INSERT INTO t VALUES (1);

DELETE FROM `brant_version` WHERE version_num = 'a';

INSERT INTO `brant_version` (version_num) VALUES ('b');

COMMIT;

)");
}

TEST_F(OfflineTest, SqliteReadsLikePostgresqlButForTheFirstLines) {
  const std::string postgresql = Upgrade("head");
  options_.dialect = Dialect::kSqlite;
  const std::string sqlite = Upgrade("head");
  const size_t begin = postgresql.find("CREATE TABLE");
  EXPECT_EQ(sqlite, ".bail on\n\n" + postgresql.substr(begin));
}

// Dumps empty the search path, turn autocommit off, and leave it at that.
TEST_F(OfflineTest, WhatASectionSetsDoesNotReachTheVersionTable) {
  migrations_ = {{.id = "a", .upgrade = "SELECT pg_catalog.set_config('search_path', '', false);"}};
  EXPECT_THAT(Upgrade("head"),
              HasSubstr("RESET ALL;\nSET client_encoding = 'UTF8';\n\nINSERT INTO"));
  options_.dialect = Dialect::kMysql;
  migrations_ = {{.id = "a", .upgrade = "/*!40101 SET SQL_MODE='' */;\nCREATE TABLE t (a INT);"}};
  EXPECT_THAT(Upgrade("head"), HasSubstr("SET autocommit = 1, sql_mode = DEFAULT"));
  migrations_ = {{.id = "a", .upgrade = "CREATE TABLE t (a INT);"}};
  EXPECT_THAT(Upgrade("head"), Not(HasSubstr("DEFAULT")));
}

TEST_F(OfflineTest, SettingsOfSqliteComeBeforeTheTransaction) {
  options_.dialect = Dialect::kSqlite;
  migrations_ = {{.id = "a",
                  .upgrade = "PRAGMA foreign_keys = ON;\nPRAGMA journal_mode = WAL;\n"
                             "CREATE TABLE t (a);\nPRAGMA foreign_keys = OFF;"}};
  EXPECT_THAT(Upgrade("head"),
              HasSubstr("PRAGMA foreign_keys = ON;\n\nPRAGMA journal_mode = WAL;\n\nBEGIN;\n\n"
                        "CREATE TABLE t (a);\n\nPRAGMA foreign_keys = OFF;\n\nINSERT"));
  migrations_ = {{.id = "a", .upgrade = "PRAGMA journal_mode = WAL;"}};
  EXPECT_THAT(Upgrade("head"), HasSubstr("PRAGMA journal_mode = WAL;\n\nBEGIN;\n\nINSERT"));
}

TEST_F(OfflineTest, TheVersionTablesNameAndSchemaAreQuoted) {
  options_.version_table = "ver\"sion";
  options_.version_table_schema = "app";
  EXPECT_THAT(Upgrade("a"), HasSubstr("INSERT INTO \"app\".\"ver\"\"sion\" "));
  options_.dialect = Dialect::kMysql;
  options_.version_table = "ver`sion";
  EXPECT_THAT(Upgrade("a"), HasSubstr("INSERT INTO `app`.`ver``sion` "));
}

TEST_F(OfflineTest, ARangeBeginsWhereItSays) {
  const std::string script = Upgrade("a:b");
  EXPECT_THAT(script, Not(HasSubstr("CREATE TABLE")));
  EXPECT_THAT(script, HasSubstr("-- Running upgrade a -> b"));
}

TEST_F(OfflineTest, ADowngradeNeedsARange) {
  const std::string script = Render(v1::RUN_KIND_DOWNGRADE, "b:base");
  EXPECT_THAT(script, HasSubstr("-- Running downgrade b -> a, message of b"));
  EXPECT_THAT(script, HasSubstr("-- Running downgrade a ->, message of a"));
  EXPECT_THAT(script, HasSubstr("DELETE FROM \"brant_version\" WHERE version_num = 'a';"));
  EXPECT_FALSE(Refusal(v1::RUN_KIND_DOWNGRADE, "base").ok());
}

TEST_F(OfflineTest, AStampWritesRowsOnly) {
  EXPECT_THAT(Render(v1::RUN_KIND_STAMP, "b"),
              HasSubstr("INSERT INTO \"brant_version\" (version_num) VALUES ('b');"));
  const std::string moved = Render(v1::RUN_KIND_STAMP, "a:b");
  EXPECT_THAT(moved, HasSubstr("DELETE FROM \"brant_version\" WHERE version_num = 'a';"));
  EXPECT_THAT(moved, Not(HasSubstr("INTO t")));
  goal_.purge = true;
  EXPECT_THAT(Render(v1::RUN_KIND_STAMP, "b"), HasSubstr("DELETE FROM \"brant_version\";"));
}

TEST_F(OfflineTest, TheWholePlanInOneTransaction) {
  goal_.transaction_mode = v1::TRANSACTION_MODE_SINGLE;
  const std::string script = Upgrade("head");
  const size_t begin = script.find("BEGIN;");
  EXPECT_LT(begin, script.find("CREATE TABLE"));
  EXPECT_EQ(script.find("BEGIN;", begin + 1), std::string::npos);
  EXPECT_EQ(script.find("COMMIT;"), script.size() - std::string("COMMIT;\n\n").size());
  options_.dialect = Dialect::kMysql;
  EXPECT_EQ(ReasonOf(Refusal(v1::RUN_KIND_UPGRADE, "head")), v1::ERROR_REASON_INVALID_REQUEST);
}

TEST_F(OfflineTest, TransactionOffHasNoTransaction) {
  migrations_ = {{.id = "a",
                  .upgrade = "CREATE INDEX CONCURRENTLY i ON t (x);",
                  .upgrade_options = "transaction:off"}};
  EXPECT_THAT(Upgrade("a"), Not(HasSubstr("BEGIN")));
}

TEST_F(OfflineTest, MysqlStatementsWithSemicolonsGetADelimiterOfTheirOwn) {
  options_.dialect = Dialect::kMysql;
  migrations_ = {{.id = "a",
                  .upgrade = "DELIMITER $$\nCREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN "
                             "SET NEW.x = 1; SET NEW.y = 4//2; END$$\nDELIMITER ;\n"
                             "INSERT INTO t VALUES (';');"}};
  const std::string script = Upgrade("a");
  EXPECT_THAT(script, HasSubstr("DELIMITER ///\nCREATE TRIGGER g"));
  EXPECT_THAT(script, HasSubstr("END\n///\nDELIMITER ;\n"));
  EXPECT_THAT(script, HasSubstr("DELIMITER //\nINSERT INTO t VALUES (';')\n//\nDELIMITER ;\n"));
}

TEST_F(OfflineTest, TheScriptIsRefusedWholeIfAStepIs) {
  migrations_.push_back({.id = "c", .revises = "b", .upgrade_options = "mysql"});
  absl::Status status = Refusal(v1::RUN_KIND_UPGRADE, "head");
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_NO_SECTION);
  EXPECT_EQ(ReasonOf(Refusal(v1::RUN_KIND_UPGRADE, "nope")), v1::ERROR_REASON_REVISION_NOT_FOUND);
}

}  // namespace
}  // namespace brant
