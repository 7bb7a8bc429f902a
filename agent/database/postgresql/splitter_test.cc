#include "agent/database/postgresql/splitter.h"

#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

// What PostgreSQL 15's parser does not know makes the splitter cut by psql's
// rules.
constexpr absl::string_view kNewerSyntax =
    "SELECT * FROM JSON_TABLE(a, '$' COLUMNS (b int PATH '$.b'))";

std::vector<std::string> Texts(absl::string_view script) {
  auto statements = SplitPostgresql(script);
  EXPECT_TRUE(statements.ok()) << statements.status() << "\n" << script;
  std::vector<std::string> texts;
  if (!statements.ok()) return texts;
  for (const Statement& statement : *statements) {
    EXPECT_EQ(script.substr(statement.offset, statement.text.size()), statement.text);
    texts.emplace_back(statement.text);
  }
  return texts;
}

// By the parser; and the scanner must agree.
std::vector<std::string> Split(absl::string_view script) {
  std::vector<std::string> texts = Texts(script);
  std::vector<std::string> scanned = Texts(absl::StrCat(kNewerSyntax, ";", script));
  EXPECT_FALSE(scanned.empty());
  if (!scanned.empty()) scanned.erase(scanned.begin());
  EXPECT_EQ(texts, scanned);
  return texts;
}

TEST(SplitPostgresql, CutsAtSemicolons) {
  EXPECT_THAT(Split("SELECT 1; SELECT 2;"), ElementsAre("SELECT 1", "SELECT 2"));
  EXPECT_THAT(Split("SELECT 1;SELECT 2"), ElementsAre("SELECT 1", "SELECT 2"));
  EXPECT_THAT(Split("SELECT 1;\r\nSELECT 2;\r\n"), ElementsAre("SELECT 1", "SELECT 2"));
}

TEST(SplitPostgresql, DropsWhatIsEmpty) {
  EXPECT_THAT(Split(""), IsEmpty());
  EXPECT_THAT(Split(" \r\n;;; ;\n"), IsEmpty());
  EXPECT_THAT(Split("-- only\n/* comments */ --"), IsEmpty());
  EXPECT_THAT(Split(";;SELECT 1;;"), ElementsAre("SELECT 1"));
}

TEST(SplitPostgresql, TrimsBlanksAndComments) {
  EXPECT_THAT(Split("-- a\r\n/* b; /* c; */ */ SELECT /* d */ 1 -- e;\r\n/* f */;\r\n-- g"),
              ElementsAre("SELECT /* d */ 1"));
  EXPECT_THAT(Split("SELECT 1 -- no line end"), ElementsAre("SELECT 1"));
  EXPECT_THAT(Split("/* /* nested */ ; */ SELECT 1; /* a */ SELECT 2 /* /* b */ */"),
              ElementsAre("SELECT 1", "SELECT 2"));
}

TEST(SplitPostgresql, KnowsQuotes) {
  for (absl::string_view statement : {
           R"(SELECT 'a;''b;', "c;""d;", E'\';', e'x\\', U&'\0041;', U&"d\0061;", B'1', X'1F')",
           R"(SELECT '\')",
           R"(SELECT type'1;', name'a\')",
           "SELECT E'a;'\n  'b\\';'",
           "SELECT E'a;' -- ; '\n  'b\\';'",
           "SELECT 'a;'\n  'b;'",
           "SELECT $$a;'b$$, $x$ $y$; $y$ $$; $x$",
           "SELECT $été$;$été$, a$b$c FROM t$1$x",
           "SELECT '鹅;é', \"ü;\" FROM 表",
           "SELECT a[1], b ->> 'c;', d #- '{e}', f @> '{}', 1-+-2",
       }) {
    EXPECT_THAT(Split(absl::StrCat(statement, "; SELECT 2")), ElementsAre(statement, "SELECT 2"));
    EXPECT_THAT(Split(absl::StrCat("SELECT 2;", statement)), ElementsAre("SELECT 2", statement));
  }
}

TEST(SplitPostgresql, KeepsBodiesWhole) {
  for (absl::string_view statement : {
           "DO $do$ BEGIN EXECUTE $$SELECT ';'; COMMIT;$$; END; $do$",
           "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN\n"
           "  PERFORM $$;$$; RETURN new; END; $f$",
           "CREATE OR REPLACE FUNCTION f(a int DEFAULT 1) RETURNS int BEGIN ATOMIC\n"
           "  SELECT CASE WHEN a > 1 THEN 1 ELSE CASE a WHEN 0 THEN 1 END END;\n"
           "  SELECT 2;\nEND",
           "CREATE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES ((SELECT CASE a WHEN 1 THEN 2"
           " END)); DELETE FROM t; END",
           "CREATE FUNCTION begin_end() RETURNS int LANGUAGE sql RETURN 1",
           "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); DELETE FROM b;)",
           "CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN; COMMIT; END'",
           "CREATE FUNCTION f(begin int) RETURNS int LANGUAGE sql AS 'SELECT 1;'",
           "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE",
       }) {
    EXPECT_THAT(Split(absl::StrCat(statement, "; SELECT 2;")), ElementsAre(statement, "SELECT 2"));
    EXPECT_THAT(Split(absl::StrCat("BEGIN;", statement)), ElementsAre("BEGIN", statement));
  }
}

TEST(SplitPostgresql, LeavesOddNamesAlone) {
  EXPECT_THAT(Split("CREATE TABLE atomic (\"begin\" int); BEGIN; END; SELECT 1"),
              ElementsAre("CREATE TABLE atomic (\"begin\" int)", "BEGIN", "END", "SELECT 1"));
  EXPECT_THAT(Split("COPY stdin FROM '/x'; COPY t TO STDOUT"),
              ElementsAre("COPY stdin FROM '/x'", "COPY t TO STDOUT"));
}

TEST(SplitPostgresql, FallsBackWhereTheParserDoesNotKnow) {
  EXPECT_THAT(Texts("SELECT 1; CREATE WONDER w (a; b); FROBNICATE '; '; -- x\n SELECT $$;$$"),
              ElementsAre("SELECT 1", "CREATE WONDER w (a; b)", "FROBNICATE '; '", "SELECT $$;$$"));
  EXPECT_THAT(Texts(absl::StrCat(kNewerSyntax, "; SELECT 2")),
              ElementsAre(kNewerSyntax, "SELECT 2"));
}

TEST(SplitPostgresql, LeavesWhatIsIncompleteToTheServer) {
  for (absl::string_view incomplete :
       {"SELECT 'a; SELECT 3;", "SELECT \"a;", "SELECT $$ a;", "SELECT $x$ $$ a;", "SELECT E'\\';",
        "/* a; /* b */ ;", "SELECT (1; SELECT 3", "SELECT", "CREATE TABLE t (",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2"}) {
    EXPECT_THAT(Texts(absl::StrCat("SELECT 1;", incomplete)), ElementsAre("SELECT 1", incomplete));
  }
}

struct Refused {
  absl::string_view script;
  absl::string_view command;
  absl::string_view position;
  absl::string_view hint;
};

TEST(SplitPostgresql, RefusesWhatOnlyPsqlUnderstands) {
  for (const Refused& refused : {
           Refused{"SELECT 1;\n\\d it's\n", "'\\d'", "10", "remove"},
           Refused{"\\connect other", "'\\connect'", "0", "database"},
           Refused{"-- \\x\nSELECT '\\' \\gexec", "'\\gexec'", "17", "remove"},
           Refused{"\\i other.sql\r\nSELECT 1", "'\\i'", "0", "included"},
           Refused{"\\copy t from 'x'", "'\\copy'", "0", "INSERT"},
           Refused{"\\restrict AbC", "'\\restrict'", "0", "--inserts"},
           Refused{"SELECT 1;\nCOPY t (a) FROM stdin;\n1\tit's\n\\.\n", "COPY", "10", "INSERT"},
           Refused{"copy public.t from STDIN WITH (FORMAT csv)", "COPY", "0", "INSERT"},
       }) {
    absl::Status status = SplitPostgresql(refused.script).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_UNSUPPORTED_STATEMENT) << refused.script;
    EXPECT_THAT(status.message(), HasSubstr(refused.command));
    EXPECT_EQ(ErrorDetail(status, "position"), refused.position) << refused.script;
    EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr(refused.hint));
  }
}

// Random scripts of which many are valid: psql's rules cut them where the parser
// does.
TEST(SplitPostgresql, AgreesWithTheParser) {
  const std::vector<std::string> parts = {
      "SELECT 1",
      "SELECT 'a;''b'",
      "SELECT E'a\\';'\n'b;\\''",
      "SELECT 'a'\n-- ;'\n'b;'",
      "SELECT $$;$$",
      "SELECT $a$ $b$;$b$ $$ $a$",
      "SELECT U&'\\0041;' AS \"x;\"\"y\"",
      "SELECT 1 AS a$b, 'x' AS e, e'\\\\' AS b$",
      "SELECT -1 - -1 /* ; /* ' */ ; */ + 1",
      "DO $x$ BEGIN; END $x$",
      "BEGIN",
      "END",
      "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT ';')",
      "CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; "
      "SELECT (SELECT CASE a WHEN 1 THEN 2 END); END",
      "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC SELECT 1; /* END */ SELECT 'END'; END",
      "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql RETURN CASE WHEN true THEN 1 END",
      "CREATE TABLE function (begin int, atomic int)",
      "COPY t TO STDOUT",
      "frobnicate ')'",
  };
  const std::vector<std::string> gaps = {";", ";;", "; -- it's\n", ";/* \" */", "\n;\r\n", " ; "};
  std::mt19937 random(20240102);
  for (int round = 0; round < 5000; ++round) {
    std::string script;
    for (int i = random() % 8; i >= 0; --i) {
      absl::StrAppend(&script, parts[random() % parts.size()], gaps[random() % gaps.size()]);
    }
    if (random() % 4 == 0) script.resize(random() % script.size());
    auto alone = SplitPostgresql(script);
    const std::string with_newer = absl::StrCat(kNewerSyntax, ";", script);
    auto scanned = SplitPostgresql(with_newer);
    ASSERT_EQ(alone.ok(), scanned.ok()) << script;
    if (!alone.ok()) continue;
    ASSERT_EQ(alone->size() + 1, scanned->size()) << script;
    for (size_t i = 0; i < alone->size(); ++i) {
      ASSERT_EQ((*alone)[i].text, (*scanned)[i + 1].text) << script;
    }
  }
}

TEST(SplitPostgresql, WorksOnManyThreads) {
  const std::string script = "SELECT 1; DO $$ BEGIN; END $$; SELECT '; '; frobnicate";
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&script] {
      for (int j = 0; j < 200; ++j) {
        auto statements = SplitPostgresql(script);
        ASSERT_TRUE(statements.ok());
        ASSERT_EQ(statements->size(), 4u);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(SplitPostgresql, IsLinear) {
  std::string script;
  while (script.size() < 5'000'000) {
    absl::StrAppend(&script, "INSERT INTO t VALUES (", script.size(),
                    ", 'it''s; a value', NULL);\n");
  }
  for (absl::string_view tail : {"", "frobnicate;", "SELECT 'without end", "/* without end"}) {
    std::string whole = absl::StrCat(script, tail);
    absl::Time start = absl::Now();
    auto statements = SplitPostgresql(whole);
    EXPECT_LT(absl::Now() - start, absl::Seconds(10)) << tail;
    ASSERT_TRUE(statements.ok());
    EXPECT_GT(statements->size(), 50'000u);
  }
}

}  // namespace
}  // namespace brant
