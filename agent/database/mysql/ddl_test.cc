#include "agent/database/mysql/ddl.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace brant::mysql {
namespace {

// "definition TABLE a b", "repeatable", "none".
std::string Read(absl::string_view statement) {
  const Ddl ddl = ReadDdl(statement);
  const std::string what = absl::StrCat(ddl.object, " ", absl::StrJoin(ddl.names, " "));
  switch (ddl.trace) {
    case Ddl::Trace::kNone:
      return "none";
    case Ddl::Trace::kRepeatable:
      return "repeatable";
    case Ddl::Trace::kExistence:
      return absl::StrCat("existence ", what);
    case Ddl::Trace::kDefinition:
      return absl::StrCat("definition ", what);
    case Ddl::Trace::kStorage:
      return absl::StrCat("storage ", what);
    case Ddl::Trace::kSwap:
      return absl::StrCat("swap ", what);
  }
  return "";
}

TEST(DdlTest, WhatComesOrGoes) {
  EXPECT_EQ(Read("CREATE TABLE `a b`.`c``d` (x INT)"), "existence TABLE `a b`.`c``d`");
  EXPECT_EQ(Read("create table t(x int) select 1"), "existence TABLE t");
  EXPECT_EQ(Read("CREATE TABLE \"t\" LIKE u"), "existence TABLE \"t\"");
  EXPECT_EQ(Read("CREATE ALGORITHM = MERGE DEFINER = `u`@`%` SQL SECURITY INVOKER VIEW v AS "
                 "SELECT 1"),
            "existence TABLE v");
  EXPECT_EQ(Read("CREATE DEFINER=CURRENT_USER() TRIGGER d.g BEFORE INSERT ON t FOR EACH ROW "
                 "BEGIN SET @a = 1; END"),
            "existence TRIGGER d.g");
  EXPECT_EQ(Read("/*!50003 CREATE*/ /*!50020 DEFINER=u@h*/ /*!50003 PROCEDURE p() SELECT 1 */"),
            "existence PROCEDURE p");
  EXPECT_EQ(Read("CREATE AGGREGATE FUNCTION f(x INT) RETURNS INT RETURN 1"),
            "existence FUNCTION f");
  EXPECT_EQ(Read("CREATE PACKAGE BODY p AS x INT; END"), "existence PACKAGE BODY p");
  EXPECT_EQ(Read("CREATE SEQUENCE s"), "existence TABLE s");
  EXPECT_EQ(Read("CREATE DATABASE d"), "existence DATABASE d");
  EXPECT_EQ(Read("DROP TABLE a, b.c, `d` CASCADE"), "existence TABLE a b.c `d`");
  EXPECT_TRUE(ReadDdl("DROP TABLE a, b").one_by_one);
  EXPECT_EQ(Read("ALTER EVENT e RENAME TO f"), "existence EVENT e");
  EXPECT_EQ(Read("RENAME TABLE a TO b"), "existence TABLE a");
  EXPECT_EQ(Read("RENAME TABLE t TO t_old, t_new WAIT 5 TO t"), "existence TABLE t t_new t_old t");
}

TEST(DdlTest, WhatChangesADefinition) {
  EXPECT_EQ(Read("ALTER TABLE IF EXISTS t ADD COLUMN import INT"), "definition TABLE t");
  EXPECT_EQ(Read("ALTER ONLINE IGNORE TABLE t ENGINE=InnoDB"), "definition TABLE t");
  EXPECT_EQ(Read("SET STATEMENT max_statement_time=0 FOR ALTER TABLE t FORCE"),
            "definition TABLE t");
  EXPECT_EQ(Read("CREATE OR REPLACE UNIQUE INDEX IF NOT EXISTS i USING BTREE ON d.t (a)"),
            "definition TABLE d.t");
  EXPECT_EQ(Read("DROP INDEX i ON t"), "definition TABLE t");
}

TEST(DdlTest, WhatMovesStorage) {
  EXPECT_EQ(Read("TRUNCATE t"), "storage TABLE t");
  EXPECT_EQ(Read("TRUNCATE TABLE d.t"), "storage TABLE d.t");
  EXPECT_EQ(Read("CREATE OR REPLACE TABLE t (a INT)"), "storage TABLE t");
  EXPECT_EQ(Read("CREATE OR REPLACE SEQUENCE t"), "storage TABLE t");
  EXPECT_EQ(Read("RENAME TABLE a TO c, b TO A, c TO b"), "swap TABLE a b c c A b");
}

TEST(DdlTest, WhatMayBeRepeated) {
  for (const char* statement :
       {"CREATE TABLE IF NOT EXISTS t (a INT)", "DROP TABLE IF EXISTS a, b",
        "CREATE OR REPLACE VIEW v AS SELECT 1", "CREATE OR REPLACE TRIGGER g BEFORE INSERT ON t",
        "CREATE USER IF NOT EXISTS u", "CREATE OR REPLACE ROLE r", "DROP USER IF EXISTS u",
        "ALTER USER u IDENTIFIED BY 'x'", "GRANT SELECT ON *.* TO u", "SET PASSWORD = 'x'",
        "SET DEFAULT ROLE r", "ALTER DATABASE d CHARACTER SET utf8mb4", "ALTER VIEW v AS SELECT 2",
        "ALTER SEQUENCE s INCREMENT 5", "DROP DATABASE IF EXISTS d"}) {
    EXPECT_EQ(Read(statement), "repeatable") << statement;
  }
}

TEST(DdlTest, WhatStaysInDoubt) {
  for (const char* statement : {"",
                                "CREATE USER u",
                                "DROP ROLE r",
                                "RENAME USER a TO b",
                                "REVOKE SELECT ON *.* FROM u",
                                "ALTER USER u IDENTIFIED BY 'x' RETAIN CURRENT PASSWORD",
                                "ALTER SEQUENCE s RESTART 5",
                                "CREATE OR REPLACE DATABASE d",
                                "CREATE FUNCTION f RETURNS STRING SONAME 'x.so'",
                                "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u",
                                "ALTER TABLE t TRUNCATE PARTITION p",
                                "ALTER TABLE t IMPORT TABLESPACE",
                                "CREATE SERVER s FOREIGN DATA WRAPPER mysql",
                                "INSTALL SONAME 'x'",
                                "SET x = 1",
                                "SELECT 1",
                                "CREATE TABLE",
                                "DROP TABLE a,",
                                "CREATE TEMPORARY TABLE t (a INT)",
                                "CREATE 'x"}) {
    EXPECT_EQ(Read(statement), "none") << statement;
  }
}

}  // namespace
}  // namespace brant::mysql
