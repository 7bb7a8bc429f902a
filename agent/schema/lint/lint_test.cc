// Files as a whole: downgrades, acknowledgements, dialects, places.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/schema/lint/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Dialect kPg = Dialect::kPostgresql;
constexpr Dialect kLite = Dialect::kSqlite;
constexpr absl::string_view kDown = "-- brant:downgrade\nSELECT 1;\n";

std::string CodesOf(const std::string& sections, const std::vector<Dialect>& dialects = {kPg}) {
  return Codes(LintFiles({sections}, dialects));
}

// An upgrade of PostgreSQL, and a downgrade.
std::string Upgraded(absl::string_view body) {
  return absl::StrCat("-- brant:upgrade\n", body, kDown);
}

TEST(LintTest, NamesThePlace) {
  const std::vector<v1::LintFinding> findings =
      LintFiles({Upgraded("SELECT 1;\n\n-- Why.\nALTER TABLE a.users\n  DROP COLUMN name;\n"
                          "CREATE TABLE t (\n  a json\n);\n")},
                {kPg});
  ASSERT_EQ(Codes(findings), "BR301 BR702");
  EXPECT_EQ(findings[0].line(), 9);
  EXPECT_EQ(findings[0].file(), "0.sql");
  EXPECT_EQ(findings[0].revision(), "r0");
  EXPECT_EQ(findings[0].message(),
            "the values of name in a.users are lost, and applications that still name it fail");
  // A column's own line.
  EXPECT_EQ(findings[1].line(), 12);
}

// With the lines counted anew for each finding, this takes longer than a small test may.
TEST(LintTest, NamesThePlacesInALargeFile) {
  constexpr int kCount = 10'000;
  std::string body = absl::StrCat("-- ", std::string(4'000'000, 'x'), "\n");
  for (int i = 0; i < kCount; ++i) absl::StrAppend(&body, "ALTER TABLE t DROP COLUMN c", i, ";\n");
  const std::vector<v1::LintFinding> findings = LintFiles({Upgraded(body)}, {kLite});
  ASSERT_EQ(findings.size(), kCount);
  EXPECT_EQ(findings.front().line(), 7);
  EXPECT_EQ(findings.back().line(), kCount + 6);
}

TEST(LintTest, MissingAndEmptyDowngrades) {
  EXPECT_EQ(CodesOf("-- brant:upgrade\nCREATE TABLE t (a int);\n"), "BR004");
  EXPECT_EQ(CodesOf("-- brant:upgrade\nCREATE TABLE t (a int);\n-- brant:downgrade\n-- Nothing.\n"),
            "BR005");
  // What changes only rows may have nothing to undo; a merge has nothing at all.
  EXPECT_EQ(CodesOf("-- brant:upgrade\nINSERT INTO t VALUES (1);\n-- brant:downgrade\n"), "");
  EXPECT_EQ(CodesOf("-- brant:upgrade\n\n-- brant:downgrade\n"), "");
  EXPECT_EQ(CodesOf("-- brant:upgrade\n"), "");
  // Of a downgrade that is refused it is not known, whatever the dialect before had.
  EXPECT_EQ(CodesOf("-- brant:upgrade\nCREATE TABLE t (a int);\n-- brant:downgrade mysql\n\n"
                    "-- brant:downgrade\n\\d t\n",
                    {Dialect::kMysql, kPg}),
            "BR005 BR001");
  // For each dialect by itself.
  const std::string some =
      "-- brant:upgrade\nCREATE TABLE t (a int);\n-- brant:downgrade sqlite\n"
      "DROP TABLE t;\n";
  EXPECT_EQ(CodesOf(some, {kLite}), "");
  const std::vector<v1::LintFinding> findings = LintFiles({some});
  ASSERT_EQ(Codes(findings), "BR004");
  EXPECT_THAT(findings[0].dialects(), ElementsAre(v1::DIALECT_POSTGRESQL, v1::DIALECT_MYSQL));
  EXPECT_EQ(findings[0].line(), 5);
}

TEST(LintTest, ARefusedStatementIsFoundInItsPlace) {
  const std::vector<v1::LintFinding> findings =
      LintFiles({Upgraded("SELECT 1;\n\\connect other\n")}, {kPg});
  ASSERT_EQ(Codes(findings), "BR001");
  EXPECT_EQ(findings[0].line(), 7);
  EXPECT_THAT(findings[0].message(), HasSubstr("'\\connect' is a meta-command of psql"));
}

TEST(LintTest, AWrongSyntaxIsFoundInItsPlace) {
  // The parser counts characters, of which some are several bytes.
  const std::string text =
      Upgraded("SELECT 1;\nCREATE TABLE t (\n  a text DEFAULT 'ééééééééé',\n  b text NUL\n);\n");
  std::vector<v1::LintFinding> findings = LintFiles({text}, {kPg});
  ASSERT_EQ(Codes(findings), "BR006");
  EXPECT_EQ(findings[0].line(), 9);
  EXPECT_THAT(findings[0].message(), HasSubstr("syntax error at or near \"NUL\""));
  EXPECT_EQ(findings[0].severity(), v1::LINT_SEVERITY_ERROR);
  // In a section that says no database, and in a downgrade; each can be acknowledged.
  EXPECT_EQ(CodesOf("-- brant:upgrade\nPRAGMA x = 1;\n-- brant:downgrade\nDROP TABL t;\n"),
            "BR006 BR006");
  EXPECT_EQ(CodesOf(Upgraded("-- lint:allow BR006 of PostgreSQL 18\nSELECT NEW SYNTAX 1 2;\n")),
            "(BR006)");
  // It is one for PostgreSQL alone.
  EXPECT_EQ(CodesOf("-- brant:upgrade sqlite\nPRAGMA x = 1;\n-- brant:downgrade sqlite\n", {kPg}),
            "");
}

TEST(LintTest, DialectsAreThoseThatEveryFileServes) {
  const std::string all = "-- brant:upgrade\nDROP TABLE t;\n-- brant:downgrade\nSELECT 1;\n";
  const std::string two = "-- brant:upgrade postgresql,sqlite\nSELECT 1;\n";
  EXPECT_THAT(LintFiles({two, all})[0].dialects(),
              ElementsAre(v1::DIALECT_POSTGRESQL, v1::DIALECT_SQLITE));
  const std::string one = "-- brant:upgrade mysql\nSELECT 1;\n";
  EXPECT_THAT(LintFiles({two, one, all})[0].dialects(),
              ElementsAre(v1::DIALECT_POSTGRESQL, v1::DIALECT_SQLITE, v1::DIALECT_MYSQL));
}

// MySQL's SQL, of which PostgreSQL understands nothing.
constexpr absl::string_view kMysqlFile =
    "-- brant:upgrade\nCREATE TABLE `t` (`a` int DEFAULT 1);\nREPLACE INTO `t` VALUES (1);\n"
    "-- brant:downgrade\nDROP TABLE `t`;\n";

TEST(LintTest, WhatIsNotUnderstoodIsAnErrorOnlyForDatabasesThatAreMeant) {
  const std::string mysql(kMysqlFile);
  // Nothing says that it is not for PostgreSQL: once for each section.
  std::vector<v1::LintFinding> findings = LintFiles({mysql});
  ASSERT_EQ(Codes(findings), "BR007 BR007");
  EXPECT_EQ(findings[0].severity(), v1::LINT_SEVERITY_NOTICE);
  EXPECT_THAT(findings[0].dialects(), ElementsAre(v1::DIALECT_POSTGRESQL));
  EXPECT_EQ(findings[0].line(), 6);
  EXPECT_THAT(findings[0].message(), HasSubstr("syntax error at or near \"`\""));
  // What only looks like one of psql's commands; the other section is refused as a whole.
  EXPECT_EQ(Codes(LintFiles({Upgraded("INSERT INTO t VALUES ('a\\'b');\n")})), "BR007");

  EXPECT_EQ(CodesOf(mysql, {kPg}), "BR006 BR006 BR006");
  EXPECT_EQ(CodesOf(mysql, {Dialect::kMysql}), "");
  // Another file says that the project is for PostgreSQL.
  const std::string named = "-- brant:upgrade postgresql\nSELECT 1;\n-- brant:upgrade\n";
  EXPECT_EQ(Codes(LintFiles({named, mysql})), "BR006 BR006 BR006");
  EXPECT_EQ(Codes(LintFiles({"-- brant:upgrade mysql\n-- brant:upgrade\n", mysql})), "BR007 BR007");
}

TEST(LintTest, AnAcknowledgementOfAnErrorIsNotJudgedWhereItIsNone) {
  const std::string text = Upgraded("-- lint:allow BR006 newer\nSELECT NEW SYNTAX 1 2;\n");
  EXPECT_EQ(Codes(LintFiles({text})), "BR007");
  EXPECT_EQ(CodesOf(text, {kPg}), "(BR006)");
  const std::string unused = Upgraded("-- lint:allow BR006 newer\nSELECT 1;\n");
  EXPECT_EQ(Codes(LintFiles({unused})), "");
  EXPECT_EQ(CodesOf(unused, {kPg}), "BR003");
}

TEST(LintTest, AnAcknowledgementAboveTheStatement) {
  EXPECT_EQ(CodesOf(Upgraded("-- lint:allow BR302 nobody uses it\nDROP TABLE t;\nDROP TABLE u;\n")),
            "(BR302) BR302");
  EXPECT_EQ(CodesOf(Upgraded("SELECT 1;\n\n--lint:allow drop-table, BR310 it is gone\n-- Why.\n"
                             "DROP TABLE t CASCADE;\n")),
            "(BR302) (BR310)");
  EXPECT_EQ(CodesOf(Upgraded("-- lint:allow BR302 nobody uses it\r\nDROP TABLE t;\r\n")),
            "(BR302)");
  // Behind a statement it is not above it.
  EXPECT_EQ(CodesOf(Upgraded("DROP INDEX i;\n-- lint:allow BR102 too late\n")), "BR102 BR003");
}

TEST(LintTest, AnAcknowledgementForASectionOrTheFile) {
  const std::string two = "DROP TABLE t;\nDROP TABLE u;\n";
  EXPECT_EQ(CodesOf(Upgraded(absl::StrCat("-- lint:allow BR302 all unused\n\n", two))),
            "(BR302) (BR302)");
  EXPECT_EQ(
      CodesOf(absl::StrCat("-- lint:allow BR302,BR004 never used\n\n-- brant:upgrade\n", two)),
      "(BR004) (BR302) (BR302)");
  EXPECT_EQ(CodesOf("-- brant:upgrade\nCREATE TABLE t (a int);\n-- brant:downgrade\n"
                    "-- lint:allow empty-downgrade kept on purpose\n"),
            "(BR005)");
}

TEST(LintTest, AnAcknowledgementOfNothing) {
  EXPECT_EQ(CodesOf(Upgraded("-- lint:allow BR101 it is small\nDROP TABLE t;\n")), "BR003 BR302");
  const std::vector<v1::LintFinding> findings =
      LintFiles({Upgraded("-- lint:allow BR302, nosuch gone\nDROP TABLE t;\n")}, {kPg});
  ASSERT_EQ(Codes(findings), "BR003 (BR302)");
  EXPECT_EQ(findings[0].line(), 6);
  EXPECT_THAT(findings[0].message(), HasSubstr("nosuch"));
  EXPECT_EQ(CodesOf(Upgraded("-- lint:allow BR302\nDROP TABLE t;\n")), "BR002 (BR302)");
  EXPECT_EQ(CodesOf(Upgraded("-- lint:allow\nSELECT 1;\n")), "BR002");
}

TEST(LintTest, AnAcknowledgementIsJudgedOnlyWhereAllWasLookedAt) {
  // The finding is PostgreSQL's, and only SQLite is looked at.
  const std::string text = Upgraded("-- lint:allow BR101 it is small\nCREATE INDEX i ON t (a);\n");
  EXPECT_EQ(CodesOf(text, {kLite}), "");
  EXPECT_EQ(Codes(LintFiles({text})), "(BR101)");
}

TEST(LintTest, WhatStandsInAStatementAcknowledgesNothing) {
  EXPECT_EQ(CodesOf(Upgraded("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n"
                             "-- lint:allow BR302 not a comment of the file\nSELECT 1\n$$;\n"
                             "DROP TABLE t;\n")),
            "BR302");
}

TEST(LintTest, ADeepExpressionIsRead) {
  std::string sum = "a";
  for (int i = 0; i < 500; ++i) absl::StrAppend(&sum, " || a");
  EXPECT_EQ(CodesOf(Upgraded(absl::StrCat("UPDATE t SET a = ", sum, ";\n"))), "BR308");
}

}  // namespace
}  // namespace brant
