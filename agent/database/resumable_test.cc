// Which sections can go on in a new session. `||` in a script stands where the
// old session ended.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/base/dialect.h"
#include "agent/base/error.h"
#include "agent/database/statement.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

absl::Status Check(Dialect dialect, absl::string_view script) {
  const std::vector<std::string> parts = absl::StrSplit(script, " || ");
  EXPECT_EQ(parts.size(), 2u) << script;
  const int done = static_cast<int>(SplitStatements(dialect, parts[0])->size());
  const std::string whole = absl::StrCat(parts[0], " ", parts[1]);
  const std::vector<Statement> statements = SplitStatements(dialect, whole).value();
  EXPECT_LT(done, static_cast<int>(statements.size())) << script;
  return CheckResumable(dialect, statements, done);
}

void ExpectResumable(Dialect dialect, std::initializer_list<absl::string_view> scripts) {
  for (absl::string_view script : scripts) {
    EXPECT_TRUE(Check(dialect, script).ok()) << script << "\n" << Check(dialect, script);
  }
}

// Statement `needs` needs `what` of statement `made`.
void ExpectNot(Dialect dialect, int made, int needs, absl::string_view what,
               absl::string_view script) {
  const absl::Status status = Check(dialect, script);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_STEP_INCOMPLETE) << script;
  EXPECT_THAT(
      std::string(status.message()),
      HasSubstr(absl::StrCat("statement ", needs, " needs ", what, " of statement ", made, ",")))
      << script;
  EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("stamp"));
}
void ExpectNotMysql(int made, int needs, absl::string_view what, absl::string_view script) {
  ExpectNot(Dialect::kMysql, made, needs, what, script);
}
void ExpectNotSqlite(int made, int needs, absl::string_view what, absl::string_view script) {
  ExpectNot(Dialect::kSqlite, made, needs, what, script);
}

TEST(ResumableMysql, WhatNeedsNothingOfTheSession) {
  ExpectResumable(Dialect::kMysql, {"CREATE TABLE t (a INT); || INSERT INTO t VALUES (1);",
                                    "SET sql_mode = ''; USE x; || CREATE TABLE t (a INT);",
                                    "INSERT INTO t VALUES (1); || INSERT INTO t VALUES (2);"});
}

TEST(ResumableMysql, TemporaryTables) {
  ExpectNotMysql(1, 2, "the temporary table x",
                 "CREATE TEMPORARY TABLE `X` (a INT); || INSERT INTO t SELECT * FROM d.x;");
  ExpectNotMysql(1, 3, "the temporary table x",
                 "CREATE TEMPORARY TABLE x (a INT); || DELETE FROM t; DROP TEMPORARY TABLE x;");
  ExpectNotMysql(1, 3, "the temporary table x",
                 "CREATE TEMPORARY TABLE x (a INT); PREPARE s FROM 'DELETE FROM x'; || EXECUTE s;");
  ExpectNotMysql(1, 4, "the temporary table x",
                 "CREATE TEMPORARY TABLE x (a INT); SET @s = 'DELETE FROM x'; PREPARE s FROM @s; "
                 "|| EXECUTE s;");
  ExpectNotMysql(1, 2, "the temporary table x",
                 "CREATE TEMPORARY TABLE x (a INT); || CREATE TEMPORARY TABLE IF NOT EXISTS x "
                 "(a INT);");
  ExpectResumable(
      Dialect::kMysql,
      {"CREATE TEMPORARY TABLE x (a INT); || DELETE FROM t;",
       "CREATE TEMPORARY TABLE x (a INT); || DROP TEMPORARY TABLE IF EXISTS x;",
       "CREATE TEMPORARY TABLE x (a INT); DROP TABLE x; || CREATE TABLE x (a INT);",
       "CREATE TEMPORARY TABLE x (a INT); || CREATE OR REPLACE TEMPORARY TABLE x (b INT); "
       "INSERT INTO x VALUES (1);"});
}

TEST(ResumableMysql, VariablesThatCanBeComputedAgain) {
  ExpectResumable(
      Dialect::kMysql,
      {"SET @a = 1, @b = CONCAT(@a, 'x', DATABASE()); || INSERT INTO t VALUES (@a, @b);",
       "SET @a = 1; SET @a = @a + 1; || SELECT @a;",
       "SET @s = IF((SELECT COUNT(*) FROM information_schema.COLUMNS c, information_schema.TABLES "
       "WHERE a = 1) = 0, 'ALTER TABLE t ADD x INT', 'SELECT 1'); PREPARE p FROM @s; || EXECUTE p; "
       "DEALLOCATE PREPARE p;",
       "SET @s = (SELECT 1 FROM information_schema.TABLES); PREPARE p FROM @s; EXECUTE p; || "
       "DEALLOCATE PREPARE p; SET @s = 'DROP TABLE t'; PREPARE p FROM @s; EXECUTE p;",
       "SELECT a INTO @x FROM t; || SELECT b INTO @x FROM t; INSERT INTO u VALUES (@x);",
       "SET @x = NOW(); SET @x = 1; || SELECT @x;", "SELECT 1; || SELECT @never_set;",
       "SELECT a INTO @x FROM t; || SELECT '@x', @@x;"});
}

TEST(ResumableMysql, VariablesThatAreLost) {
  ExpectNotMysql(1, 2, "the variable @x", "SELECT a INTO @x FROM t; || INSERT INTO u VALUES (@x);");
  ExpectNotMysql(1, 2, "the variable @x", "SELECT @x := 1; || SELECT @X;");
  ExpectNotMysql(1, 2, "the variable @x", "CALL p(@x); || SELECT @`x`;");
  for (absl::string_view value :
       {"LAST_INSERT_ID()", "ROW_COUNT()", "FOUND_ROWS()", "NOW()", "CURRENT_TIMESTAMP", "UUID()",
        "RAND()", "@@identity", "@@last_insert_id", "(SELECT MAX(a) FROM t)", "my_function(1)",
        "db.concat(1)", "(SELECT 1 FROM information_schema.TABLES, t)", "NEXT VALUE FOR s",
        "(SELECT 1 FROM (SELECT 1) a)", "IF(1, 2, (SELECT a FROM x.information_schema))"}) {
    ExpectNotMysql(1, 3, "the variable @x",
                   absl::StrCat("SET @x = ", value, "; || SELECT 1; SELECT @x;"));
  }
  ExpectNotMysql(2, 3, "the variable @y",
                 "SELECT a INTO @x FROM t; SET @y = @x + 1; || SELECT @y;");
  ExpectNotMysql(1, 3, "the variable @s",
                 "SET @s = (SELECT a FROM t); PREPARE p FROM @s; || EXECUTE p;");
  ExpectNotMysql(1, 3, "the variable @x", "SET @x = UUID(); SELECT 1; || SET @x = @x + 1;");
}

// Statement 2 makes another value of it.
TEST(ResumableMysql, WhatTheCatalogueSaidBeforeItChanged) {
  ExpectNotMysql(1, 3, "the variable @had",
                 "SET @had = (SELECT COUNT(*) FROM information_schema.COLUMNS); "
                 "ALTER TABLE t ADD a INT; || INSERT INTO u VALUES (@had);");
  ExpectResumable(Dialect::kMysql,
                  {"SET @had = (SELECT COUNT(*) FROM information_schema.COLUMNS); "
                   "INSERT INTO t VALUES (1); || INSERT INTO u VALUES (@had);",
                   "ALTER TABLE t ADD a INT; SET @has = (SELECT COUNT(*) FROM "
                   "`information_schema`.COLUMNS); || INSERT INTO u VALUES (@has);"});
}

TEST(ResumableMysql, WhatTheLastStatementLeft) {
  ExpectNotMysql(1, 2, "LAST_INSERT_ID()",
                 "INSERT INTO t VALUES (1); || INSERT INTO u VALUES (LAST_INSERT_ID());");
  ExpectNotMysql(1, 3, "LAST_INSERT_ID()",
                 "INSERT INTO t VALUES (1); || UPDATE x SET a = 1; SELECT last_insert_id();");
  ExpectNotMysql(1, 2, "ROW_COUNT()", "DELETE FROM t; || INSERT INTO u SELECT ROW_COUNT();");
  ExpectNotMysql(1, 2, "FOUND_ROWS()", "SELECT 1; || SELECT FOUND_ROWS();");
  ExpectResumable(Dialect::kMysql,
                  {"INSERT INTO t VALUES (1); || INSERT INTO t VALUES (2); INSERT INTO u VALUES "
                   "(LAST_INSERT_ID());",
                   "DELETE FROM t; || SELECT LAST_INSERT_ID();",
                   "DELETE FROM t; || DELETE FROM u; SELECT ROW_COUNT();"});
}

TEST(ResumableMysql, LocksAndTransactions) {
  ExpectNotMysql(1, 2, "the open transaction", "START TRANSACTION; || INSERT INTO t VALUES (1);");
  ExpectNotMysql(2, 3, "the open transaction",
                 "BEGIN; COMMIT AND CHAIN; || INSERT INTO t VALUES (1);");
  ExpectNotMysql(1, 3, "the open transaction", "BEGIN; ROLLBACK TO SAVEPOINT a; || SELECT 1;");
  // Locks and autocommit are made again.
  ExpectResumable(Dialect::kMysql,
                  {"LOCK TABLES t WRITE; INSERT INTO t VALUES (1); || UNLOCK TABLES;",
                   "SET autocommit = 0; COMMIT; || INSERT INTO t VALUES (1);",
                   "LOCK TABLES t WRITE; UNLOCK TABLES; || SELECT 1;",
                   "LOCK TABLES t WRITE; BEGIN; COMMIT; || SELECT 1;",
                   "BEGIN; INSERT INTO t VALUES (1); COMMIT; || SELECT 1;",
                   "BEGIN; CREATE TABLE t (a INT); || SELECT 1;",
                   "SET autocommit = 0; COMMIT; SET @@autocommit = ON; || SELECT 1;"});
}

TEST(ResumableSqlite, TemporaryObjects) {
  ExpectNotSqlite(1, 2, "the temporary table x",
                  "CREATE TEMP TABLE \"X\" (a); || INSERT INTO t SELECT * FROM [x];");
  ExpectNotSqlite(1, 2, "the temporary view x",
                  "CREATE TEMPORARY VIEW IF NOT EXISTS x AS SELECT 1; || SELECT * FROM temp.x;");
  ExpectNotSqlite(1, 2, "the temporary table x",
                  "CREATE TABLE temp.x (a); || INSERT INTO t SELECT * FROM x;");
  ExpectNotSqlite(1, 2, "the temporary trigger x",
                  "CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END; || "
                  "INSERT INTO t VALUES (1);");
  ExpectResumable(Dialect::kSqlite,
                  {"CREATE TEMP TABLE x (a); DROP TABLE x; || CREATE TABLE x (a);",
                   "CREATE TEMP TABLE x (a); || DROP TABLE IF EXISTS temp.x; SELECT 1;",
                   "CREATE TEMP TABLE x (a); || CREATE TEMP TABLE x (a); INSERT INTO x VALUES (1);",
                   "CREATE TEMP TABLE x (a); || SELECT 1; -- x\n",
                   "PRAGMA foreign_keys = OFF; CREATE TABLE x (a); || INSERT INTO x VALUES (1);"});
}

TEST(ResumableSqlite, WhatTheLastStatementLeftAndTransactions) {
  ExpectNotSqlite(1, 2, "last_insert_rowid()",
                  "INSERT INTO t VALUES (1); || INSERT INTO u VALUES (last_insert_rowid());");
  ExpectNotSqlite(1, 3, "the open transaction", "BEGIN; SELECT 1; || COMMIT;");
  ExpectNotSqlite(1, 3, "the open transaction", "SAVEPOINT a; SAVEPOINT b; || RELEASE a;");
  ExpectResumable(Dialect::kSqlite,
                  {"BEGIN; COMMIT; || SELECT 1;", "BEGIN; END; || SELECT 1;",
                   "SAVEPOINT a; RELEASE a; || SELECT 1;", "BEGIN; ROLLBACK; || SELECT 1;"});
}

TEST(Resumable, NothingIsNeededAtTheEdges) {
  for (Dialect dialect : kAllDialects) {
    const std::vector<Statement> statements = SplitStatements(dialect, "BEGIN; SELECT 1").value();
    EXPECT_TRUE(CheckResumable(dialect, statements, 0).ok());
    EXPECT_TRUE(CheckResumable(dialect, statements, 2).ok());
    EXPECT_TRUE(CheckResumable(dialect, {}, 0).ok());
  }
}

}  // namespace
}  // namespace brant
