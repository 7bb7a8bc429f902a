#include "agent/database/sqlite/splitter.h"

#include <sqlite3.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agent/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Split(absl::string_view script) {
  auto statements = SplitSqlite(script);
  EXPECT_TRUE(statements.ok()) << statements.status();
  std::vector<std::string> texts;
  if (!statements.ok()) return texts;
  for (const Statement& statement : *statements) {
    EXPECT_EQ(script.substr(statement.offset, statement.text.size()), statement.text);
    texts.emplace_back(statement.text);
  }
  return texts;
}

TEST(SplitSqlite, CutsAtSemicolons) {
  EXPECT_THAT(Split("SELECT 1; SELECT 2;"), ElementsAre("SELECT 1", "SELECT 2"));
  EXPECT_THAT(Split("SELECT 1;SELECT 2"), ElementsAre("SELECT 1", "SELECT 2"));
}

TEST(SplitSqlite, DropsWhatIsEmpty) {
  EXPECT_THAT(Split(""), IsEmpty());
  EXPECT_THAT(Split(" \r\n\t;;; ;\n"), IsEmpty());
  EXPECT_THAT(Split("-- only\n/* comments */ --"), IsEmpty());
  EXPECT_THAT(Split("/* without an end"), IsEmpty());
  EXPECT_THAT(Split(";;SELECT 1;;"), ElementsAre("SELECT 1"));
}

TEST(SplitSqlite, TrimsBlanksAndComments) {
  EXPECT_THAT(Split("-- a\r\n/* b; */ SELECT /* c */ 1 -- d;\r\n/* e */;\r\n-- f"),
              ElementsAre("SELECT /* c */ 1"));
  EXPECT_THAT(Split("SELECT 1 -- no line end"), ElementsAre("SELECT 1"));
}

TEST(SplitSqlite, KnowsQuotes) {
  EXPECT_THAT(Split("SELECT 'a;''b;', \"c;\"\"d;\", `e;``f;`, [g;'h;]; SELECT 2"),
              ElementsAre("SELECT 'a;''b;', \"c;\"\"d;\", `e;``f;`, [g;'h;]", "SELECT 2"));
  EXPECT_THAT(Split("SELECT '\\'; SELECT 2"), ElementsAre("SELECT '\\'", "SELECT 2"));
  EXPECT_THAT(Split("SELECT 'a;\n; SELECT 2"), ElementsAre("SELECT 'a;\n; SELECT 2"));
  EXPECT_THAT(Split("SELECT '鹅;é'; SELECT 2;"), ElementsAre("SELECT '鹅;é'", "SELECT 2"));
}

TEST(SplitSqlite, DoesNotNestComments) {
  EXPECT_THAT(Split("/* /* ; */ SELECT 1; SELECT 2"), ElementsAre("SELECT 1", "SELECT 2"));
}

TEST(SplitSqlite, KeepsTriggersWhole) {
  const std::string trigger =
      "CREATE TRIGGER IF NOT EXISTS t AFTER UPDATE ON a BEGIN\n"
      "  UPDATE b SET c = CASE WHEN new.c > 1 THEN 1 ELSE CASE new.d WHEN 1 THEN 2 END END;\n"
      "  INSERT INTO log VALUES ('x; END;'); -- ; END;\n"
      "END";
  EXPECT_THAT(Split(absl::StrCat(trigger, "; SELECT 1;")), ElementsAre(trigger, "SELECT 1"));
  EXPECT_THAT(Split(trigger), ElementsAre(trigger));
  EXPECT_THAT(Split("create /* x */ temp trigger t BEGIN SELECT 1; end ; SELECT 2"),
              ElementsAre("create /* x */ temp trigger t BEGIN SELECT 1; end", "SELECT 2"));
  EXPECT_THAT(Split("CREATE TEMPORARY TRIGGER t BEGIN SELECT 1; END; SELECT 2"),
              ElementsAre("CREATE TEMPORARY TRIGGER t BEGIN SELECT 1; END", "SELECT 2"));
  EXPECT_THAT(Split("EXPLAIN QUERY PLAN CREATE TRIGGER t BEGIN SELECT 1; END; SELECT 2"),
              ElementsAre("EXPLAIN QUERY PLAN CREATE TRIGGER t BEGIN SELECT 1; END", "SELECT 2"));
}

TEST(SplitSqlite, CutsTablesNamedTrigger) {
  EXPECT_THAT(Split("CREATE TABLE trigger_ (a); BEGIN; SELECT 1; END;"),
              ElementsAre("CREATE TABLE trigger_ (a)", "BEGIN", "SELECT 1", "END"));
  EXPECT_THAT(Split("DROP TRIGGER t; SELECT 1"), ElementsAre("DROP TRIGGER t", "SELECT 1"));
}

TEST(SplitSqlite, RefusesCommandsOfTheShell) {
  auto statements = SplitSqlite("SELECT 1;\n-- x\n.read other.sql\nSELECT 2;");
  EXPECT_EQ(ReasonOf(statements.status()), v1::ERROR_REASON_UNSUPPORTED_STATEMENT);
  EXPECT_THAT(statements.status().message(), HasSubstr("'.read'"));
  EXPECT_EQ(ErrorDetail(statements.status(), "position"), "15");
  EXPECT_EQ(ErrorDetail(statements.status(), "statement"), ".read other.sql");
  EXPECT_NE(ErrorDetail(statements.status(), "hint"), "");
  EXPECT_THAT(Split("SELECT\n.5"), ElementsAre("SELECT\n.5"));
}

// Random scripts: sqlite3_complete is right about each statement, and about no
// shorter part of it that ends with a semicolon.
TEST(SplitSqlite, AgreesWithSqlite) {
  const std::vector<std::string> parts = {
      ";",       " ",    "\n",    "SELECT",  "create", "TEMP", "trigger", "END", "begin", "explain",
      "CASE",    "'a;'", "'",     "\"x;\"",  "[y;]",   "`z;`", "--",      "/*",  "*/",    "x",
      "; END ;", "1",    " -- ;", "/* ; */", "query",  ",",    "\r\n",    "é",   "plan",  "a.b"};
  std::mt19937 random(20240101);
  for (int round = 0; round < 20'000; ++round) {
    std::string script;
    for (int i = random() % 16; i >= 0; --i) {
      absl::StrAppend(&script, parts[random() % parts.size()], random() % 2 ? " " : "");
    }
    auto statements = SplitSqlite(script);
    ASSERT_TRUE(statements.ok()) << script;
    for (const Statement& statement : *statements) {
      std::string text(statement.text);
      for (size_t at = text.find(';'); at != std::string::npos; at = text.find(';', at + 1)) {
        ASSERT_FALSE(sqlite3_complete(text.substr(0, at + 1).c_str())) << script;
      }
      bool last = &statement == &statements->back();
      ASSERT_TRUE(last || sqlite3_complete(absl::StrCat(text, ";").c_str())) << script;
    }
  }
}

TEST(SplitSqlite, IsLinear) {
  std::string script;
  while (script.size() < 5'000'000) {
    absl::StrAppend(&script, "INSERT INTO t VALUES (", script.size(),
                    ", 'it''s; a value', NULL);\n");
  }
  absl::Time start = absl::Now();
  auto statements = SplitSqlite(script);
  absl::Duration whole = absl::Now() - start;
  EXPECT_GT(statements->size(), 50'000u);
  EXPECT_LT(whole, absl::Seconds(5));
  // One statement of that size, and one trigger.
  for (const char* head : {"SELECT 1\n", "CREATE TRIGGER t BEGIN\n"}) {
    std::string one = absl::StrCat(head, script);
    start = absl::Now();
    ASSERT_TRUE(SplitSqlite(one).ok());
    EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  }
}

}  // namespace
}  // namespace brant
