// Translated expressions, computed by the servers: the value has to stay the same.

#include "agent/schema/translate/expression.h"

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/database/open.h"
#include "agent/database/url.h"
#include "agent/schema/fake_driver.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

// Columns for the expressions, as every dialect understands them. Between numbers
// and texts, so that no server casts one to the other.
constexpr absl::string_view kRows =
    "(SELECT 1 AS a, 5 AS b, 'Ann' AS name, 'it''s' AS word"
    " UNION ALL SELECT 7, -2, 'bob', ''"
    " UNION ALL SELECT NULL, 3, NULL, 'x_y')";

class ExpressionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Connect(Dialect::kSqlite, DatabaseUrl());
    for (const auto& [dialect, variable] :
         {std::pair{Dialect::kPostgresql, "BRANT_TEST_POSTGRESQL_URL"},
          std::pair{Dialect::kMysql, "BRANT_TEST_MYSQL_URL"}}) {
      const char* url = std::getenv(variable);
      ASSERT_NE(url, nullptr) << "run it with tests/servers/with-servers";
      const auto parsed = ParseDatabaseUrl(url);
      ASSERT_TRUE(parsed.ok());
      Connect(dialect, *parsed);
    }
  }

  // The expression's value in each row. True and false are 1 and 0 everywhere.
  std::string ValuesOf(Dialect dialect, absl::string_view expression) {
    const auto rows = sessions_[dialect]->Query(
        absl::StrCat("SELECT CASE WHEN r.b = 5 THEN 1 WHEN r.b = -2 THEN 2 ELSE 3 END AS n, ",
                     expression, " AS v FROM ", kRows, " AS r ORDER BY n"),
        {});
    if (!rows.ok()) return absl::StrCat("fails: ", rows.status().message());
    std::string text;
    for (const auto& row : *rows) {
      std::string value = row[1].value_or("NULL");
      if (value == "t" || value == "true") value = "1";
      if (value == "f" || value == "false") value = "0";
      absl::StrAppend(&text, value, ";");
    }
    return text;
  }

  void ExpectSame(absl::string_view expression, Dialect from) {
    SCOPED_TRACE(expression);
    const std::string expected = ValuesOf(from, expression);
    EXPECT_EQ(expected.find("fails"), std::string::npos) << expected;
    for (const Dialect to : kAllDialects) {
      const TranslatedSql translated =
          TranslateExpression(expression, from, FakeSchemaDriver(to), {"a", "b", "name", "word"});
      ASSERT_TRUE(translated.ok()) << translated.problem;
      EXPECT_EQ(ValuesOf(to, translated.sql), expected)
          << DialectName(to) << ": " << translated.sql;
    }
  }

 private:
  void Connect(Dialect dialect, const DatabaseUrl& url) {
    auto database = OpenDatabase(url);
    ASSERT_TRUE(database.ok()) << database.status();
    auto session = (*database)->Connect({});
    ASSERT_TRUE(session.ok()) << session.status();
    databases_.push_back(*std::move(database));
    sessions_[dialect] = *std::move(session);
  }

  std::vector<std::unique_ptr<Database>> databases_;
  std::map<Dialect, std::unique_ptr<Session>> sessions_;
};

TEST_F(ExpressionTest, OfPostgresql) {
  for (absl::string_view expression :
       {"(a > 0)",
        "((a >= 1) AND (b < 4))",
        "((a = 1) OR ((b = 3) AND (NOT (a = 7))))",
        "(a IS NULL)",
        "(a IS DISTINCT FROM 7)",
        "(a IS NOT DISTINCT FROM NULL)",
        "(word = ANY (ARRAY['x_y'::text, 'it''s'::text]))",
        "(a <> ALL (ARRAY[1, 2]))",
        "a IN (1, 2)",
        "b BETWEEN -2 AND 3",
        "b NOT BETWEEN 4 AND 9",
        "(word ~~ '%!_%' ) OR (word ~~ 'it%'::text)",
        "(word !~~ 'i%'::text)",
        "(name ~~* 'B%'::text)",
        "lower((name)::text)",
        "upper(name)",
        "length(word)",
        "char_length(name)",
        "((name || ' \\ '::text) || word)",
        "COALESCE(a, b, 0)",
        "NULLIF(b, 5)",
        "GREATEST(b, 4)",
        "LEAST(b, 4)",
        "abs(b)",
        "(- b)",
        "((a + b) * 2)",
        "((a - b) - 3)",
        "(a - (b - 3))",
        "(b % 2)",
        "mod(b, 2)",
        "(b)::integer",
        "CASE WHEN (a > 0) THEN 'x' ELSE 'y''\\' END",
        "CASE b WHEN 5 THEN 1 ELSE 0 END",
        "((CASE WHEN (a IS NULL) THEN 0 ELSE 1 END + CASE WHEN (name IS NULL) THEN 0 ELSE 1 END) "
        "<= 1)",
        "substr(name, 2, 1)",
        "replace(word, 'x'::text, 'z'::text)",
        "btrim(word)",
        "strpos(word, 's'::text)",
        "((a > 0) IS TRUE)",
        "((a > 0) IS NOT FALSE)",
        "((a > 0) IS UNKNOWN)",
        "(NOT (a > 0))",
        "('it''s'::text = word)",
        "(b & 1)",
        "(b = 5) = (a = 1)",
        "'back\\slash'"}) {
    ExpectSame(expression, Dialect::kPostgresql);
  }
}

TEST_F(ExpressionTest, OfMysql) {
  for (absl::string_view expression :
       {"`a` > 0 and `b` < 4", "`a` = 1 && `b` = 5 || `b` = 3", "!(`a` = 1)", "`a` <=> NULL",
        "ifnull(`a`,0)", "if(`a` > 1,'x','y')", "isnull(`a`)", "concat(`name`,' ',`word`)",
        "char_length(`name`)", "`word` in ('it\\'s',_utf8mb4'x_y')", "'back\\\\slash'",
        "0 + b'101'", "cast(`b` as signed)", "lcase(`name`)", "`b` mod 2", "greatest(`b`,4)",
        "`name` like 'b%'", "substr(`name`,2,1)", "case when `a` > 1 then 1 else 0 end"}) {
    ExpectSame(expression, Dialect::kMysql);
  }
}

TEST_F(ExpressionTest, OfSqlite) {
  for (absl::string_view expression :
       {"a == 1", "a IS 7", "a IS NOT 7", "a NOTNULL", "[b] != \"a\"", "ifnull(a, b)",
        "iif(a > 1, 'x', 'y')", "max(b, 4)", "min(b, 4)", "length(word)", "name || word",
        "CAST(b AS INTEGER)", "b << 1 = 10", "instr(word, 's')"}) {
    ExpectSame(expression, Dialect::kSqlite);
  }
}

}  // namespace
}  // namespace brant
