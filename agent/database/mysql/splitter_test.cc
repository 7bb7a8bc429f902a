#include "agent/database/mysql/splitter.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agent/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> Cut(absl::string_view script) {
  absl::StatusOr<std::vector<Statement>> statements = SplitMysql(script);
  EXPECT_TRUE(statements.ok()) << DescribeError(statements.status()) << "\n" << script;
  std::vector<std::string> texts;
  if (!statements.ok()) return texts;
  for (const Statement& statement : *statements) {
    EXPECT_EQ(script.substr(statement.offset, statement.text.size()), statement.text);
    texts.emplace_back(statement.text);
  }
  return texts;
}

struct Case {
  const char* name;
  const char* script;
  std::vector<std::string> statements;
};

void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

class SplitterTest : public ::testing::TestWithParam<Case> {};

TEST_P(SplitterTest, Cuts) {
  EXPECT_THAT(Cut(GetParam().script), ::testing::ElementsAreArray(GetParam().statements));
}

// Line ends of Windows change nothing but themselves.
TEST_P(SplitterTest, CutsWithCarriageReturns) {
  const std::string script = absl::StrReplaceAll(GetParam().script, {{"\n", "\r\n"}});
  std::vector<std::string> expected;
  for (const std::string& statement : GetParam().statements) {
    expected.push_back(absl::StrReplaceAll(statement, {{"\n", "\r\n"}}));
  }
  EXPECT_THAT(Cut(script), ::testing::ElementsAreArray(expected));
}

std::string CaseName(const ::testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Plain, SplitterTest,
    ::testing::Values(
        Case{"Empty", "", {}}, Case{"OnlyBlanks", " \n\t ", {}},
        Case{"OnlyComments", "-- a;\n# b;\n/* c; */\n--", {}},
        Case{"EmptyStatements", ";;\n; SELECT 1;; ;", {"SELECT 1"}},
        Case{"Two", "SELECT 1; SELECT 2;", {"SELECT 1", "SELECT 2"}},
        Case{"NoTerminator", "SELECT 1;\nSELECT 2", {"SELECT 1", "SELECT 2"}},
        Case{"TrailingComment",
             "SELECT 1 -- one\n; -- two\nSELECT 2 # three",
             {"SELECT 1", "SELECT 2"}},
        Case{"LeadingComments", "-- a\n/* b */ # c\nSELECT 1;", {"SELECT 1"}},
        Case{"InnerComments",
             "SELECT 1, -- a;\n 2 /* b; */, # c;\n 3;",
             {"SELECT 1, -- a;\n 2 /* b; */, # c;\n 3"}},
        Case{"StringWithSemicolon",
             "SELECT 'a;b', \"c;d\", `e;f`; SELECT 2",
             {"SELECT 'a;b', \"c;d\", `e;f`", "SELECT 2"}},
        Case{"BackslashQuote",
             R"(SELECT 'it\'s; ok', "say \"hi;\""; SELECT 2)",
             {R"(SELECT 'it\'s; ok', "say \"hi;\"")", "SELECT 2"}},
        Case{"BackslashBackslash", R"(SELECT 'C:\\'; SELECT 2)", {R"(SELECT 'C:\\')", "SELECT 2"}},
        Case{"DoubledQuotes",
             "SELECT 'it''s;', \"a\"\";\", ```;`; SELECT 2",
             {"SELECT 'it''s;', \"a\"\";\", ```;`", "SELECT 2"}},
        Case{
            "NoEscapeInName", R"(SELECT 1 AS `a\`; SELECT 2)", {R"(SELECT 1 AS `a\`)", "SELECT 2"}},
        Case{"CommentMarksInStrings",
             "SELECT '-- x', '/*', \"#\"; SELECT 2",
             {"SELECT '-- x', '/*', \"#\"", "SELECT 2"}},
        Case{"QuotesInComments",
             "-- don't\nSELECT 1; /* can't */ SELECT 2; # won't\nSELECT 3;",
             {"SELECT 1", "SELECT 2", "SELECT 3"}},
        Case{"DoubleMinusIsArithmetic", "SELECT 5--3; SELECT 2", {"SELECT 5--3", "SELECT 2"}},
        Case{"DoubleMinusAtStart",
             "--no blank; here\nSELECT 1;\n------\nSELECT 2;\n--;x",
             {"SELECT 1", "SELECT 2"}},
        Case{"DoubleMinusTab", "SELECT 1 --\t;\n; SELECT 2", {"SELECT 1", "SELECT 2"}},
        Case{"DoubleMinusLineEnd", "SELECT 1 --\n, 2; SELECT 3", {"SELECT 1 --\n, 2", "SELECT 3"}},
        Case{"SlashAndStar",
             "SELECT 6/2, 2*3; SELECT /* a */*/* b */ FROM t;",
             {"SELECT 6/2, 2*3", "SELECT /* a */*/* b */ FROM t"}},
        Case{"CommentEndsAtFirstClose", "/* a /* b */ SELECT 1;", {"SELECT 1"}},
        Case{"MultilineString",
             "INSERT INTO t VALUES ('a\n;\n-- b\n#c\n'); SELECT 1",
             {"INSERT INTO t VALUES ('a\n;\n-- b\n#c\n')", "SELECT 1"}},
        Case{"Unicode",
             "INSERT INTO t VALUES ('ä;ö—\xF0\x9F\xA6\xA2'); SELECT 'ß' AS größe;",
             {"INSERT INTO t VALUES ('ä;ö—\xF0\x9F\xA6\xA2')", "SELECT 'ß' AS größe"}},
        Case{"NullShorthand", "SELECT \\N; SELECT 2", {"SELECT \\N", "SELECT 2"}},
        Case{"Transaction",
             "START TRANSACTION; BEGIN; COMMIT; BEGIN WORK; ROLLBACK;",
             {"START TRANSACTION", "BEGIN", "COMMIT", "BEGIN WORK", "ROLLBACK"}},
        Case{"BeginAtEnd", "BEGIN", {"BEGIN"}},
        Case{"BeginThenComment",
             "BEGIN /* x */; UPDATE t SET a = 1; COMMIT",
             {"BEGIN", "UPDATE t SET a = 1", "COMMIT"}},
        Case{"Xa",
             "XA BEGIN 'x'; XA END 'x'; XA PREPARE 'x'; XA COMMIT 'x';",
             {"XA BEGIN 'x'", "XA END 'x'", "XA PREPARE 'x'", "XA COMMIT 'x'"}},
        Case{"IfFunction",
             "SELECT IF(a, 1, 2) FROM t; SELECT REPEAT('a', 3), CASE 1 WHEN 1 THEN 2 "
             "END; SELECT 3",
             {"SELECT IF(a, 1, 2) FROM t", "SELECT REPEAT('a', 3), CASE 1 WHEN 1 THEN 2 END",
              "SELECT 3"}},
        Case{"IfExists",
             "DROP TABLE IF EXISTS t; CREATE TABLE IF NOT EXISTS t (a INT); SELECT 1",
             {"DROP TABLE IF EXISTS t", "CREATE TABLE IF NOT EXISTS t (a INT)", "SELECT 1"}},
        Case{"ColumnsNamedLikeKeywords",
             "CREATE TABLE t (begin INT, end INT, `case` INT, `if` INT); INSERT INTO t (begin, end)"
             " VALUES (1, 2); SELECT begin, end FROM t",
             {"CREATE TABLE t (begin INT, end INT, `case` INT, `if` INT)",
              "INSERT INTO t (begin, end) VALUES (1, 2)", "SELECT begin, end FROM t"}},
        Case{"PreparedStatement",
             "SET @s = 'CREATE TABLE a (b INT); '; PREPARE s FROM @s; EXECUTE s; DEALLOCATE "
             "PREPARE s;",
             {"SET @s = 'CREATE TABLE a (b INT); '", "PREPARE s FROM @s", "EXECUTE s",
              "DEALLOCATE PREPARE s"}},
        Case{"Use",
             "USE a;\nuse `b`\nUSE c -- d\n; SELECT 1; use e;",
             {"USE a", "use `b`", "USE c", "SELECT 1", "use e"}},
        Case{"LoadDataOnServer",
             "LOAD DATA INFILE '/local/x' INTO TABLE t; SELECT 1",
             {"LOAD DATA INFILE '/local/x' INTO TABLE t", "SELECT 1"}},
        Case{"OptimizerHint",
             "/*+ x; */ SELECT /*+ MAX_EXECUTION_TIME(1000); */ 1; SELECT 2",
             {"/*+ x; */ SELECT /*+ MAX_EXECUTION_TIME(1000); */ 1", "SELECT 2"}},
        Case{"HintAlone", "/*+ x */; SELECT 1", {"SELECT 1"}},
        Case{"WordsOfTheClientInside",
             "SELECT 1 AS source; UPDATE t SET status = 1; SELECT 2 AS go",
             {"SELECT 1 AS source", "UPDATE t SET status = 1", "SELECT 2 AS go"}}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Conditional, SplitterTest,
    ::testing::Values(
        Case{"Alone",
             "/*!40101 SET NAMES utf8 */;\n/*!40014 SET @a=1 */;",
             {"/*!40101 SET NAMES utf8 */", "/*!40014 SET @a=1 */"}},
        Case{"MariaDb",
             "/*M!100100 SET @a='x;' */; SELECT 1",
             {"/*M!100100 SET @a='x;' */", "SELECT 1"}},
        Case{"SandboxLine", "/*M!999999\\- enable the sandbox mode */ \nSELECT 1;", {"SELECT 1"}},
        Case{"MapIsNone", "/*Map don't; */ SELECT 1; /*M*/ SELECT 2", {"SELECT 1", "SELECT 2"}},
        Case{"StringWithCloseInside",
             "/*!50000 SELECT '*/;' */; SELECT 2",
             {"/*!50000 SELECT '*/;' */", "SELECT 2"}},
        Case{"SemicolonInside",
             "/*!50003 CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW BEGIN SET "
             "@a = 1; END */; SELECT 2",
             {"/*!50003 CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a = 1; END */",
              "SELECT 2"}},
        Case{"InTheMiddle",
             "CREATE TABLE t (a INT) /*!50100 PARTITION BY HASH(a) */; SELECT 1",
             {"CREATE TABLE t (a INT) /*!50100 PARTITION BY HASH(a) */", "SELECT 1"}},
        Case{"CommentWithin",
             "/*! SELECT 1 /* don't */ + 1 */; SELECT 2",
             {"/*! SELECT 1 /* don't */ + 1 */", "SELECT 2"}},
        Case{"WithoutContent", "/*!40101 */; /*! */; SELECT 1", {"SELECT 1"}},
        Case{"BehindComment", "-- x\n/* y */ /*!40101 SET a=1 */ -- z\n;", {"/*!40101 SET a=1 */"}},
        Case{"DumpTrigger",
             "DELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`%`*/ /*!50003 TRIGGER `x` "
             "BEFORE "
             "INSERT ON `t` FOR EACH ROW BEGIN\n  IF NEW.a THEN SET NEW.b = 1; END IF;\nEND */;;\n"
             "DELIMITER ;\nSELECT 1;",
             {"/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`%`*/ /*!50003 TRIGGER `x` BEFORE INSERT ON "
              "`t` FOR EACH ROW BEGIN\n  IF NEW.a THEN SET NEW.b = 1; END IF;\nEND */",
              "SELECT 1"}},
        Case{"DumpTriggerWithoutDelimiter",
             "/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`%`*/ /*!50003 TRIGGER `x` BEFORE INSERT ON "
             "`t` "
             "FOR EACH ROW BEGIN SET NEW.b = 1; END */; SELECT 1;",
             {"/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`%`*/ /*!50003 TRIGGER `x` BEFORE INSERT ON "
              "`t` FOR EACH ROW BEGIN SET NEW.b = 1; END */",
              "SELECT 1"}}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Delimiter, SplitterTest,
    ::testing::Values(
        Case{"Slashes",
             "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\nDELIMITER ;\n"
             "SELECT 2;",
             {"CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2"}},
        Case{"Dollars",
             "delimiter $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END$$\ndelimiter ;\n"
             "SELECT 2",
             {"CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2"}},
        Case{"Semicolons",
             "Delimiter ;;\nCREATE PROCEDURE p() BEGIN SELECT 1; END;;\nDELIMITER ;\n"
             "SELECT 2;",
             {"CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2"}},
        Case{"Hash",
             "DELIMITER #\nCREATE PROCEDURE p() BEGIN SELECT 1; END #\nSELECT 2 #\n"
             "DELIMITER ;\n# comment\nSELECT 3;",
             {"CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2", "SELECT 3"}},
        Case{"Pipe",
             "DELIMITER |\nCREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a=1; "
             "END|\nDELIMITER ;",
             {"CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a=1; END"}},
        Case{"Word",
             "DELIMITER GO\nSELECT 1 GO\nSELECT 2\nGO\nDELIMITER ;\nSELECT 3;",
             {"SELECT 1", "SELECT 2", "SELECT 3"}},
        Case{"EndSemicolon",
             "DELIMITER END;\nSELECT 1 END;\nDELIMITER ;\nSELECT 2;",
             {"SELECT 1", "SELECT 2"}},
        Case{"Binlog",
             "DELIMITER /*!*/;\nSELECT 1\n/*!*/;\nSELECT 2/*!*/;\nDELIMITER ;\nSELECT 3;",
             {"SELECT 1", "SELECT 2", "SELECT 3"}},
        Case{"Quoted",
             "DELIMITER '//'\nSELECT 1//\nDELIMITER \";\"\nSELECT 2;",
             {"SELECT 1", "SELECT 2"}},
        Case{"Comment",
             "DELIMITER $$ -- now dollars\nSELECT 1$$\nDELIMITER ; -- back; again\n"
             "SELECT 2;",
             {"SELECT 1", "SELECT 2"}},
        Case{"Indented",
             "  \tDELIMITER\t//  \n SELECT 1 //\n  DELIMITER ;  \nSELECT 2;",
             {"SELECT 1", "SELECT 2"}},
        Case{"EndsStatement",
             "SELECT 1\nDELIMITER //\nSELECT 2//\nDELIMITER ;",
             {"SELECT 1", "SELECT 2"}},
        Case{"BehindStatement",
             "SELECT 1; DELIMITER //\nSELECT 2// DELIMITER ;\nSELECT 3;",
             {"SELECT 1", "SELECT 2", "SELECT 3"}},
        Case{"BehindComment", "/* procedures */ DELIMITER //\nSELECT 1//", {"SELECT 1"}},
        Case{"NeverRestored", "DELIMITER //\nSELECT 1//\nSELECT 2", {"SELECT 1", "SELECT 2"}},
        Case{"InString",
             "SELECT 'a\nDELIMITER //\nb'; SELECT 2",
             {"SELECT 'a\nDELIMITER //\nb'", "SELECT 2"}},
        Case{"InComment", "/*\nDELIMITER //\n*/ SELECT 1; SELECT 2", {"SELECT 1", "SELECT 2"}},
        Case{"ColumnOfThatName",
             "CREATE TABLE t (\n  delimiter CHAR(1),\n  b INT\n); ALTER TABLE t "
             "ADD\ndelimiter CHAR(2); SELECT 2",
             {"CREATE TABLE t (\n  delimiter CHAR(1),\n  b INT\n)",
              "ALTER TABLE t ADD\ndelimiter CHAR(2)", "SELECT 2"}},
        Case{"InStringsAndComments",
             "DELIMITER $$\nSELECT '$$' /* $$ */ -- $$\n, 2$$\nDELIMITER ;",
             {"SELECT '$$' /* $$ */ -- $$\n, 2"}},
        Case{"SemicolonBeforeDelimiter",
             "DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END;\n"
             "$$\nSELECT 2; $$\nDELIMITER ;",
             {"CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2"}},
        Case{
            "SeveralInOne",
            "DELIMITER $$\nDROP PROCEDURE IF EXISTS p;\nCREATE PROCEDURE p() BEGIN "
            "SELECT 1; END;\nSELECT 2\n$$\nDELIMITER ;",
            {"DROP PROCEDURE IF EXISTS p", "CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2"}},
        Case{"CutsWhereItStands",
             "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; // SELECT 2//",
             {"CREATE PROCEDURE p() BEGIN SELECT 1;", "SELECT 2"}}),
    CaseName);

TEST(SplitMysqlTest, CutsRoutinesOneAfterAnother) {
  EXPECT_THAT(Cut("CREATE TABLE t (a INT);\n"
                  "CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;\n"
                  "CREATE TRIGGER b BEFORE UPDATE ON t FOR EACH ROW BEGIN SET NEW.a = 1; END;\n"
                  "CREATE FUNCTION f() RETURNS INT RETURN 1;\n"
                  "CREATE PROCEDURE p() BEGIN SELECT 1; END;\n"
                  "DROP TABLE t;"),
              SizeIs(6));
}

TEST(SplitMysqlTest, FollowsSqlMode) {
  EXPECT_THAT(Cut(R"(SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT 'C:\'; SELECT 2;)"), SizeIs(3));
  EXPECT_THAT(
      Cut(R"(SET SESSION sql_mode='no_backslash_escapes'; SELECT '\'; SET @@sql_mode := '';)"
          R"( SELECT '\';'; SELECT 3)"),
      SizeIs(5));
  EXPECT_THAT(Cut(R"(/*!40101 SET @OLD=@@SQL_MODE, SQL_MODE='ANSI,NO_BACKSLASH_ESCAPES' */;)"
                  R"( SELECT "a\", '\'; SET SQL_MODE=@OLD; SELECT '\';')"),
              SizeIs(4));
  // What is no assignment of the session's mode changes nothing.
  EXPECT_THAT(Cut(R"(SET @sql_mode = 'NO_BACKSLASH_ESCAPES', @@global.sql_mode = 'ANSI',)"
                  R"( @old_sql_mode = 'ANSI'; SELECT '\';', "\";"; SELECT 3)"),
              SizeIs(3));
}

TEST(SplitMysqlTest, UnfinishedBlockIsOneStatementForTheServerToRefuse) {
  EXPECT_THAT(Cut("SELECT 1; CREATE PROCEDURE p() BEGIN SELECT 2; SELECT 3;"), SizeIs(2));
}

struct Refusal {
  const char* script;
  v1::ErrorReason reason;
  const char* position;
  const char* text;
};

TEST(SplitMysqlTest, RefusesWhatCannotRun) {
  const Refusal refusals[] = {
      {"SELECT 1;\nsource other.sql", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "10", "source"},
      {"SELECT 1;\n  SOURCE other.sql;", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "12", "SOURCE"},
      {"\\. other.sql", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "0", "\\."},
      {"SELECT 1\\G", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "8", "\\G"},
      {"SELECT 1 \\g SELECT 2;", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "9", "\\g"},
      {"\\! ls", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "0", "\\!"},
      {"system ls", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "0", "system"},
      {"tee /tmp/log", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "0", "tee"},
      {"SELECT 1;\nGO\n", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "10", "GO"},
      {"SELECT 1; exit", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "10", "exit"},
      {"LOAD DATA LOCAL INFILE 'x' INTO TABLE t;", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "0",
       "LOCAL"},
      {"SELECT 1; load xml low_priority local infile 'x' into table t;",
       v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "10", "LOCAL"},
      {"/*!50000 LOAD DATA LOCAL INFILE 'x' INTO TABLE t */;",
       v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "0", "LOCAL"},
      {"SELECT 'abc", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "7", "string"},
      {"SELECT \"abc\\\"", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "7", "string"},
      {"SELECT `abc", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "7", "name"},
      {"SELECT 1; /* abc", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "10", "comment"},
      {"/*", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "0", "comment"},
      {"/*!40000 SELECT 1;", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "0", "conditional comment"},
      {"DELIMITER", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "0", "DELIMITER"},
      {"DELIMITER \nSELECT 1;", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "0", "DELIMITER"},
      {"DELIMITER;", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "0", "DELIMITER"},
      {"DELIMITER \\\\\n", v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "0", "DELIMITER"},
  };
  for (const Refusal& refusal : refusals) {
    SCOPED_TRACE(refusal.script);
    const absl::Status status = SplitMysql(refusal.script).status();
    EXPECT_EQ(ReasonOf(status), refusal.reason) << status;
    EXPECT_EQ(ErrorDetail(status, "position"), refusal.position);
    EXPECT_THAT(std::string(status.message()), HasSubstr(refusal.text));
    EXPECT_THAT(ErrorDetail(status, "hint"), ::testing::Not(IsEmpty()));
  }
}

// Whatever is quadratic takes minutes at these sizes.
TEST(SplitMysqlTest, TakesLinearTime) {
  const char* const pieces[] = {"INSERT INTO t VALUES (1, 'a;b', \"c\", `d`); ",
                                "(",
                                "BEGIN ",
                                "CASE ",
                                "/*",
                                "'",
                                "''",
                                "--",
                                "-- ",
                                "DELIMITER ",
                                "DELIMITER //\n",
                                "\nDELIMITER x",
                                ";",
                                "SET sql_mode=",
                                "/*! ",
                                "*/",
                                "\n",
                                "CREATE PROCEDURE p() BEGIN IF a THEN CASE END; ",
                                "USE x\n",
                                "\\N",
                                "a:",
                                "$$",
                                "AS $a",
                                "<<a>> "};
  for (absl::string_view prefix : {"", "CREATE PROCEDURE p() BEGIN ", "SET a = "}) {
    for (absl::string_view piece : pieces) {
      std::string script(prefix);
      while (script.size() < (1 << 18)) absl::StrAppend(&script, piece);
      const absl::Time begin = absl::Now();
      SplitMysql(script).IgnoreError();
      EXPECT_LT(absl::Now() - begin, absl::Seconds(5)) << prefix << piece;
    }
  }
}

TEST(SplitMysql, ABackslashAtTheEndOfALineIsRefusedForWhatItIs) {
  absl::Status status = SplitMysql("INSERT INTO t VALUES (1, \\\n  2);").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_UNSUPPORTED_STATEMENT);
  EXPECT_THAT(std::string(status.message()), HasSubstr("a backslash at the end of a line"));
  EXPECT_EQ(ErrorDetail(status, "position"), "25");
}

}  // namespace
}  // namespace brant
