#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/mysql/splitter.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// Where stored programs end, seen through the splitter.

namespace brant {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Cut(absl::string_view script) {
  absl::StatusOr<std::vector<Statement>> statements = SplitMysql(script);
  EXPECT_TRUE(statements.ok()) << DescribeError(statements.status()) << "\n" << script;
  std::vector<std::string> texts;
  if (!statements.ok()) return texts;
  for (const Statement& statement : *statements) texts.emplace_back(statement.text);
  return texts;
}

struct Case {
  const char* name;
  const char* script;
};

void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

// Each of these is one statement, whatever stands in it.
class CompoundTest : public ::testing::TestWithParam<Case> {};

TEST_P(CompoundTest, IsOneStatement) {
  const std::string body = GetParam().script;
  EXPECT_THAT(Cut(absl::StrCat(body, ";\nSELECT 2;")), ElementsAre(body, "SELECT 2"));
  EXPECT_THAT(Cut(absl::StrCat("SELECT 0; ", body)), ElementsAre("SELECT 0", body));
}

TEST_P(CompoundTest, IsOneStatementWithDelimiter) {
  const std::string body = GetParam().script;
  EXPECT_THAT(Cut(absl::StrCat("DELIMITER //\n", body, "//\nDELIMITER ;\nSELECT 2;")),
              ElementsAre(body, "SELECT 2"));
  EXPECT_THAT(Cut(absl::StrCat("DELIMITER |\n", body, ";\n|\nDELIMITER ;\nSELECT 2;")),
              ElementsAre(body, "SELECT 2"));
}

TEST_P(CompoundTest, IsOneStatementInAConditionalComment) {
  const std::string body = absl::StrCat("/*!50003 ", GetParam().script, " */");
  EXPECT_THAT(Cut(absl::StrCat(body, ";\nSELECT 2;")), ElementsAre(body, "SELECT 2"));
}

TEST_P(CompoundTest, IsOneStatementInLowerCase) {
  const std::string body = absl::AsciiStrToLower(GetParam().script);
  EXPECT_THAT(Cut(absl::StrCat(body, ";\nSELECT 2;")), ElementsAre(body, "SELECT 2"));
}

INSTANTIATE_TEST_SUITE_P(
    Routines, CompoundTest,
    ::testing::Values(
        Case{"Simple", "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END"},
        Case{"OrReplace", "CREATE OR REPLACE PROCEDURE p() BEGIN SELECT 1; END"},
        Case{"IfNotExists",
             "CREATE PROCEDURE IF NOT EXISTS p(IN a INT, OUT b CHAR(3)) BEGIN SELECT 1; "
             "END"},
        Case{"Definer", "CREATE DEFINER=`root`@`localhost` PROCEDURE p() BEGIN SELECT 1; END"},
        Case{"DefinerUnquoted",
             "CREATE DEFINER = event@localhost PROCEDURE p() BEGIN SELECT 1; END"},
        Case{"DefinerString", "CREATE DEFINER='a'@'%' PROCEDURE p() BEGIN SELECT 1; END"},
        Case{"DefinerCurrentUser",
             "CREATE DEFINER=CURRENT_USER() FUNCTION f() RETURNS INT BEGIN RETURN "
             "1; END"},
        Case{"Characteristics",
             "CREATE PROCEDURE p() COMMENT 'begin; end' LANGUAGE SQL NOT "
             "DETERMINISTIC MODIFIES SQL DATA SQL SECURITY INVOKER BEGIN SELECT 1; "
             "END"},
        Case{"SingleStatement", "CREATE PROCEDURE p() SELECT CASE WHEN 1 THEN 2 END"},
        Case{"SingleSet", "CREATE PROCEDURE p() SET @a = IF(1, 2, 3)"},
        Case{"FunctionReturn", "CREATE FUNCTION f(a INT) RETURNS INT DETERMINISTIC RETURN a + 1"},
        Case{"FunctionReturnCase",
             "CREATE FUNCTION f(a INT) RETURNS INT RETURN CASE a WHEN 1 THEN 2 "
             "ELSE 3 END"},
        Case{"FunctionReturnIf", "CREATE FUNCTION f(a INT) RETURNS INT RETURN IF(a IS NULL, 1, 2)"},
        Case{"FunctionReturnIsNull", "CREATE FUNCTION f(a INT) RETURNS INT RETURN a IS NOT NULL"},
        Case{"FunctionReturnsSet",
             "CREATE FUNCTION f() RETURNS SET('a','b') BEGIN RETURN 'a'; END"},
        Case{"FunctionCharset",
             "CREATE FUNCTION f() RETURNS VARCHAR(9) CHARACTER SET utf8mb4 COLLATE "
             "utf8mb4_bin NO SQL BEGIN DECLARE a INT; RETURN 'a'; END"},
        Case{"FunctionCharSet",
             "CREATE FUNCTION f() RETURNS VARCHAR(9) CHAR SET utf8mb4 BEGIN RETURN "
             "'a'; END"},
        Case{"Aggregate",
             "CREATE AGGREGATE FUNCTION f(x INT) RETURNS INT BEGIN DECLARE s INT DEFAULT 0; "
             "DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN s; LOOP FETCH GROUP NEXT ROW; "
             "SET s = s + x; END LOOP; END"},
        Case{"Udf", "CREATE FUNCTION f RETURNS STRING SONAME 'f.so'"},
        Case{"JavaScript",
             "CREATE FUNCTION f(a INT) RETURNS INT LANGUAGE JAVASCRIPT AS $js$ let x = "
             "'it;'; return a; // don't\n $js$"},
        Case{"EndWithLabel", "CREATE PROCEDURE p() main: BEGIN LEAVE main; END main"},
        Case{"QuotedLabel",
             "CREATE PROCEDURE p() `my label`: BEGIN x: LOOP LEAVE x; END LOOP x; END "
             "`my label`"},
        Case{"LabelWithoutBlank", "CREATE PROCEDURE p() BEGIN a:BEGIN SELECT 1; END a; END"}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Blocks, CompoundTest,
    ::testing::Values(
        Case{"Nested", "CREATE PROCEDURE p() BEGIN BEGIN BEGIN SELECT 1; END; END; SELECT 2; END"},
        Case{"EmptyBlock", "CREATE PROCEDURE p() BEGIN END"},
        Case{"If",
             "CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; ELSEIF b THEN SELECT 2; ELSE SELECT "
             "3; END IF; END"},
        Case{"IfIsBody",
             "CREATE PROCEDURE p() IF a THEN SELECT 1; ELSE IF b THEN SELECT 2; END IF; END "
             "IF"},
        Case{"IfWithParentheses",
             "CREATE PROCEDURE p() BEGIN IF(a = 1) THEN SELECT IF(b, 1, 2); END IF; "
             "END"},
        Case{"IfWithCase",
             "CREATE PROCEDURE p() BEGIN IF CASE a WHEN 1 THEN 2 ELSE 3 END = 2 THEN "
             "SELECT 1; END IF; END"},
        Case{"CaseStatement",
             "CREATE PROCEDURE p() BEGIN CASE a WHEN 1 THEN SELECT 1; SELECT 2; ELSE "
             "BEGIN END; END CASE; END"},
        Case{"SearchedCase",
             "CREATE PROCEDURE p() BEGIN CASE WHEN a THEN SELECT CASE WHEN b THEN 1 END; "
             "WHEN CASE b WHEN 1 THEN 2 END THEN SELECT 2; END CASE; SELECT 3; END"},
        Case{"CaseExpressions",
             "CREATE PROCEDURE p() BEGIN UPDATE t SET a = CASE WHEN b THEN CASE c WHEN "
             "1 THEN 2 END ELSE 3 END, d = CASE e WHEN 1 THEN 2 END; SELECT 1; END"},
        Case{"Loop",
             "CREATE PROCEDURE p() BEGIN l: LOOP IF a THEN LEAVE l; END IF; ITERATE l; END LOOP "
             "l; END"},
        Case{"While",
             "CREATE PROCEDURE p() BEGIN WHILE i < 10 DO SET i = i + 1; DO SLEEP(1); END WHILE; "
             "SELECT 1; END"},
        Case{"Repeat",
             "CREATE PROCEDURE p() BEGIN REPEAT SET i = i + 1; UNTIL i > 10 END REPEAT; SELECT "
             "REPEAT('a', 3); END"},
        Case{"RepeatUntilCase",
             "CREATE PROCEDURE p() BEGIN REPEAT SET i = 1; UNTIL CASE i WHEN 1 THEN 2 "
             "END = 2 END REPEAT; SELECT 1; END"},
        Case{"For",
             "CREATE PROCEDURE p() BEGIN FOR i IN 1..10 DO SELECT i; END FOR; FOR r IN (SELECT a "
             "FROM t) DO SELECT r.a; END FOR; END"},
        Case{"ForUpdate",
             "CREATE PROCEDURE p() BEGIN SELECT a INTO b FROM t FOR UPDATE; SELECT 1; END"},
        Case{"WhileWithIf",
             "CREATE PROCEDURE p() WHILE IF(a, 1, 0) DO IF a THEN SELECT 1; END IF; END "
             "WHILE"},
        Case{"Cursor",
             "CREATE PROCEDURE p() BEGIN DECLARE c CURSOR FOR SELECT a FROM t WHERE b = CASE "
             "WHEN 1 THEN 2 END; OPEN c; FETCH c INTO a; CLOSE c; END"},
        Case{"HandlerStatement",
             "CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND SET "
             "done = IF(1, 1, 0); SELECT 1; END"},
        Case{"HandlerBlock",
             "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION, "
             "SQLWARNING BEGIN ROLLBACK; RESIGNAL; END; START TRANSACTION; COMMIT; END"},
        Case{"HandlerNumber",
             "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR 1062 BEGIN SELECT 1; "
             "END; SELECT 2; END"},
        Case{"HandlerState",
             "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLSTATE VALUE '23000' "
             "IF a THEN SELECT 1; END IF; SELECT 2; END"},
        Case{"HandlerCondition",
             "CREATE PROCEDURE p() BEGIN DECLARE dup CONDITION FOR 1062; DECLARE "
             "UNDO HANDLER FOR dup, 1063 BEGIN END; SELECT 2; END"},
        Case{"HandlerWithCursor",
             "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR NOT FOUND BEGIN DECLARE c CURSOR "
             "FOR SELECT REPEAT('a', 2); SELECT 1; END; SELECT 2; END"},
        Case{"HandlerLabel",
             "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR 1062, SQLEXCEPTION a: BEGIN "
             "DECLARE v INT; SELECT 1; END a; DECLARE CONTINUE HANDLER FOR `dup` `b c`: LOOP "
             "SELECT 1; END LOOP; END"},
        Case{"DefaultCase",
             "CREATE PROCEDURE p() BEGIN DECLARE a INT DEFAULT CASE WHEN 1 THEN 2 END; "
             "SELECT 1; END"},
        Case{"NamesLikeKeywords",
             "CREATE PROCEDURE p() BEGIN SELECT begin, end FROM t WHERE t.end > "
             "t.begin AND @case = 1; SELECT NEW.if, t.loop, `end`, end; END"},
        Case{"EndInCase",
             "CREATE PROCEDURE p() BEGIN SELECT CASE WHEN end > 1 THEN end ELSE end END; "
             "SELECT 1; END"},
        Case{"DropIfExists",
             "CREATE PROCEDURE p() BEGIN DROP TABLE IF EXISTS a; CREATE TABLE IF NOT "
             "EXISTS a (b INT); END"},
        Case{"StringsInBody",
             "CREATE PROCEDURE p() BEGIN SELECT 'BEGIN; END;'; -- END;\n /* END; */ "
             "SELECT \"IF\"; END"},
        Case{"DynamicSql",
             "CREATE PROCEDURE p() BEGIN SET @s = CONCAT('DROP TABLE ', t, ';'); PREPARE s "
             "FROM @s; EXECUTE s; DEALLOCATE PREPARE s; END"},
        Case{"WithCte",
             "CREATE PROCEDURE p() BEGIN WITH a AS (SELECT 1) SELECT * FROM a; SELECT 2; END"},
        Case{"ConditionalInBody",
             "CREATE PROCEDURE p() BEGIN /*!50000 SELECT 1; */ SELECT 2; END"}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Others, CompoundTest,
    ::testing::Values(
        Case{"Trigger",
             "CREATE TRIGGER a BEFORE UPDATE ON t FOR EACH ROW BEGIN SET NEW.a = 1; END"},
        Case{"TriggerSingle",
             "CREATE TRIGGER a AFTER DELETE ON t FOR EACH ROW INSERT INTO l VALUES "
             "(OLD.a)"},
        Case{"TriggerSingleCase",
             "CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW SET NEW.a = CASE "
             "WHEN NEW.b THEN 1 ELSE 2 END, NEW.c = IF(1, 2, 3)"},
        Case{"TriggerIf",
             "CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW IF NEW.a THEN SET NEW.b = 1; "
             "END IF"},
        Case{"TriggerFollows",
             "CREATE TRIGGER a AFTER INSERT ON t FOR EACH ROW FOLLOWS b BEGIN SELECT 1 "
             "INTO @a; END"},
        Case{"TriggerOrReplace",
             "CREATE OR REPLACE DEFINER=`a`@`%` TRIGGER IF NOT EXISTS a AFTER INSERT "
             "ON t FOR EACH ROW x: BEGIN SELECT 1 INTO @a; END x"},
        Case{"Event",
             "CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS NOW() + INTERVAL 1 HOUR ON "
             "COMPLETION PRESERVE COMMENT 'do; it' DO BEGIN DELETE FROM t; SELECT 1; END"},
        Case{"EventSingle",
             "CREATE EVENT IF NOT EXISTS e ON SCHEDULE AT '2030-01-01' DO DELETE FROM t "
             "WHERE a = CASE 1 WHEN 1 THEN 2 END"},
        Case{"AlterEvent",
             "ALTER DEFINER=`a`@`%` EVENT e ON SCHEDULE EVERY 2 DAY DO BEGIN SELECT 1; "
             "SELECT 2; END"},
        Case{"AlterEventRename", "ALTER EVENT e RENAME TO f"},
        Case{"AlterProcedure", "ALTER PROCEDURE p SQL SECURITY INVOKER COMMENT 'begin'"},
        Case{"NotAtomic", "BEGIN NOT ATOMIC DECLARE a INT; IF a THEN SELECT 1; END IF; END"},
        Case{"AnonymousIf",
             "IF (SELECT COUNT(*) FROM t) = 0 THEN INSERT INTO t VALUES (1); END IF"},
        Case{"AnonymousFor", "FOR i IN 1..3 DO INSERT INTO t VALUES (i); END FOR"},
        Case{"AnonymousLabel", "x: BEGIN NOT ATOMIC LEAVE x; END"},
        Case{"View",
             "CREATE OR REPLACE ALGORITHM=MERGE DEFINER=`a`@`%` SQL SECURITY INVOKER VIEW v AS "
             "SELECT CASE WHEN a THEN 1 END AS b FROM t"},
        Case{"CreateEventTable", "CREATE TABLE event (begin INT, end INT)"},
        Case{"CreateTableAs", "CREATE TABLE t AS SELECT CASE a WHEN 1 THEN 2 END AS b FROM c"},
        Case{"AlterTableEvent", "ALTER TABLE t ADD COLUMN event INT, ADD COLUMN trigger_at INT"},
        Case{"OracleProcedure",
             "CREATE PROCEDURE p(a IN INT) AS b INT := 1; c INT; BEGIN FOR i IN 1..3 "
             "LOOP b := b + i; END LOOP; WHILE b < 9 LOOP b := b + 1; END LOOP; END"},
        Case{"OracleFunction", "CREATE FUNCTION f(a INT) RETURN INT IS b INT; BEGIN RETURN a; END"},
        Case{"OracleException",
             "CREATE PROCEDURE p IS BEGIN SELECT 1; EXCEPTION WHEN OTHERS THEN "
             "BEGIN SELECT 2; END; END"},
        Case{"OraclePackage",
             "CREATE OR REPLACE PACKAGE k AS PROCEDURE p; FUNCTION f RETURN INT; END"},
        Case{"OraclePackageBody",
             "CREATE PACKAGE BODY k AS v INT; PROCEDURE p AS x INT; BEGIN SELECT 1; "
             "END; FUNCTION f RETURN INT IS BEGIN IF 1 THEN RETURN 2; END IF; END; "
             "BEGIN v := 1; END"},
        Case{"OracleLabel",
             "CREATE PROCEDURE p AS BEGIN <<a>> FOR i IN 1..3 LOOP SELECT i; END LOOP; "
             "<<b>> BEGIN SELECT 1; END; END"},
        Case{"OracleAnonymous", "DECLARE a INT; BEGIN SELECT 1; END"},
        Case{"OracleBegin", "BEGIN SELECT 1; SELECT 3; END"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace brant
