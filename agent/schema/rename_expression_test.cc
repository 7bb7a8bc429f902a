#include "agent/schema/rename_expression.h"

#include "gtest/gtest.h"

namespace brant {
namespace {

struct Case {
  std::string sql;
  std::string renamed;
};

void Check(Dialect dialect, const std::map<std::string, std::string>& names,
           const std::vector<Case>& cases) {
  for (const Case& c : cases) EXPECT_EQ(RenameInExpression(dialect, c.sql, names), c.renamed);
}

TEST(RenameInExpressionTest, Postgresql) {
  Check(Dialect::kPostgresql,
        {{"a", "b"},
         {"plain", "Mixed"},
         {"Old", "new"},
         {"it\"s", "user"},
         {"text", "body"},
         {"year", "y"},
         {"varying", "w"},
         {"order", "o"}},
        {
            {"(a > 0) AND (t.a <> 'a')", "(b > 0) AND (t.b <> 'a')"},
            {"lower(plain) = 'x'", "lower(\"Mixed\") = 'x'"},
            {"\"Old\" + old + \"old\"", "new + old + \"old\""},
            {"\"it\"\"s\" = 'it''s a'", "\"user\" = 'it''s a'"},
            {"A IS NOT NULL", "A IS NOT NULL"},
            {"a(a)", "a(b)"},
            {"\"Old\"(\"Old\")", "\"Old\"(new)"},
            {"(text)::text = 'a'::text", "(body)::text = 'a'::text"},
            {"'x'::app.a", "'x'::app.a"},
            {"(varying)::character varying(9)", "(w)::character varying(9)"},
            {"'x'::timestamp(3) without time zone < a", "'x'::timestamp(3) without time zone < b"},
            {"EXTRACT(year FROM year)", "EXTRACT(year FROM y)"},
            {" SELECT t.a,\n    count(*) AS a\n   FROM t ORDER BY t.\"order\"",
             " SELECT t.b,\n    count(*) AS a\n   FROM t ORDER BY t.o"},
            {"EXCLUDE USING a (a WITH =) WHERE ((a > 0))",
             "EXCLUDE USING a (b WITH =) WHERE ((b > 0))"},
            {"(a COLLATE a) > 'b'", "(b COLLATE a) > 'b'"},
            {"$1a", "$1a"},
            {"a /* a */ -- a\n", "b /* a */ -- a\n"},
            {"'a", "'a"},
            {"\"a", "\"a"},
        });
}

TEST(RenameInExpressionTest, Sqlite) {
  Check(Dialect::kSqlite,
        {{"a", "b"},
         {"Mixed Case", "plain"},
         {"plain", "Mixed Case"},
         {"order", "it\"s"},
         {"TEXT", "body"}},
        {
            {"A > 0 AND \"a\" <> 'a'", "b > 0 AND b <> 'a'"},
            {"\"mixed case\" = plain", "plain = \"Mixed Case\""},
            {"\"order\" IN (1, 2)", "\"it\"\"s\" IN (1, 2)"},
            {"SELECT a FROM t ORDER BY \"order\"", "SELECT b FROM t ORDER BY \"it\"\"s\""},
            {"SELECT a AS a, plain AS a FROM [mixed case]",
             "SELECT b AS b, \"Mixed Case\" AS a FROM plain"},
            {"CAST(text AS TEXT) || (text)", "CAST(body AS TEXT) || (body)"},
            {"a(a)", "a(b)"},
            {"x'61' || a", "x'61' || b"},
        });
}

TEST(RenameInExpressionTest, Mysql) {
  Check(Dialect::kMysql, {{"a", "b"}, {"day", "date of"}, {"Old`s", "x"}},
        {
            {"`a` > 0 and `A` <> 'a\\' `a`'", "`b` > 0 and `b` <> 'a\\' `a`'"},
            {"`old``s` = \"`a`\"", "`x` = \"`a`\""},
            {"`a`(`a`)", "`a`(`b`)"},
            {"select `t`.`a` AS `a`,`t`.`x` AS `a` from `t`",
             "select `t`.`b` AS `b`,`t`.`x` AS `a` from `t`"},
            {"`day` + interval 1 day", "`date of` + interval 1 day"},
            {"a + day", "b + `date of`"},
            {"`a` collate a", "`b` collate a"},
        });
}

}  // namespace
}  // namespace brant
