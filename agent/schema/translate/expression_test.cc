#include "agent/schema/translate/expression.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/schema/fake_driver.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What becomes of an expression; `? why` where it can't be said.
std::string Translate(absl::string_view sql, Dialect from, Dialect to) {
  const TranslatedSql result = TranslateExpression(sql, from, FakeSchemaDriver(to));
  return result.ok() ? result.sql : "? " + result.problem;
}

struct Case {
  absl::string_view sql;
  absl::string_view first;
  absl::string_view second;
};

TEST(ExpressionTest, FromPostgresql) {
  // As pg_get_constraintdef and its like show them; on SQLite, on MySQL.
  const std::vector<Case> cases = {
      {"0", "0", "0"},
      {"'-1'::integer", "-1", "-1"},
      {"'9000000000'::bigint", "9000000000", "9000000000"},
      {"'-0.5'::numeric", "-0.5", "-0.5"},
      {"'NaN'::numeric", "'NaN'", "'NaN'"},
      {"-1", "-1", "-1"},
      {"1.50", "1.50", "1.50"},
      {"99999999999", "99999999999", "99999999999"},
      {"true", "true", "true"},
      {"NULL::text", "NULL", "NULL"},
      {"'it''s \\ new'::text", "'it''s \\ new'", "'it''s \\\\ new'"},
      {"'{}'::jsonb", "'{}'", "'{}'"},
      {"'{}'::text[]", "'[]'", "'[]'"},
      {"ARRAY[]::integer[]", "'[]'", "'[]'"},
      {"('{}'::text[])::character varying[]", "'[]'", "'[]'"},
      {"NULL::text[]", "NULL", "NULL"},
      {"'{a}'::text[]", "? an array", "? an array"},
      {"'2024-01-01'::date", "'2024-01-01'", "'2024-01-01'"},
      {"now()", "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"},
      {"CURRENT_TIMESTAMP(3)", "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP(3)"},
      {"CURRENT_DATE", "CURRENT_DATE", "CURRENT_DATE"},
      {"LOCALTIMESTAMP", "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"},
      {"gen_random_uuid()",
       "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || "
       "substr(hex(randomblob(2)), 2) || '-' || substr('89AB', 1 + (random() & 3), 1) || "
       "substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))",
       "uuid()"},
      {"nextval('s'::regclass)", "? the function nextval", "? the function nextval"},
      {"(age >= 0)", "age >= 0", "age >= 0"},
      {"((age >= 0) AND (age < 200))", "age >= 0 AND age < 200", "age >= 0 AND age < 200"},
      {"((a = 1) OR ((b = 2) AND (NOT c)))", "a = 1 OR (b = 2 AND (NOT c))",
       "a = 1 OR (b = 2 AND (NOT c))"},
      {"((state)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
       "state IN ('a', 'b')", "state IN ('a', 'b')"},
      {"(state = ANY (ARRAY['a'::text, 'b'::text]))", "state IN ('a', 'b')", "state IN ('a', 'b')"},
      {"(state <> ALL (ARRAY['a'::text]))", "state NOT IN ('a')", "state NOT IN ('a')"},
      {"((email)::text ~~ '%@%'::text)", "email LIKE '%@%'", "email LIKE '%@%'"},
      {"(email !~~ '%@%'::text)", "email NOT LIKE '%@%'", "email NOT LIKE '%@%'"},
      {"(email ~~* '%@%'::text)", "lower(email) LIKE lower('%@%')",
       "lower(email) LIKE lower('%@%')"},
      {"(email ~ '^a'::text)", "? a regular expression", "email REGEXP '^a'"},
      {"(\"order\" > (price)::numeric)", "\"order\" > price", "`order` > price"},
      {"(\"Order\" IS NOT NULL)", "\"Order\" IS NOT NULL", "`Order` IS NOT NULL"},
      {"(active IS TRUE)", "active IS TRUE", "active IS TRUE"},
      {"lower((email)::text)", "lower(email)", "lower(email)"},
      {"char_length(name)", "length(name)", "char_length(name)"},
      {"length(name)", "length(name)", "char_length(name)"},
      {"octet_length(name)", "? the function octet_length", "length(name)"},
      {"((first || ' '::text) || last)", "(first || ' ') || last",
       "concat(concat(first, ' '), last)"},
      {"COALESCE(a, b, 0)", "coalesce(a, b, 0)", "coalesce(a, b, 0)"},
      {"NULLIF(a, 0)", "nullif(a, 0)", "nullif(a, 0)"},
      {"mod(a, 2)", "(a % 2)", "mod(a, 2)"},
      {"GREATEST(a, b)", "max(a, b)", "greatest(a, b)"},
      {"CASE WHEN (a > 0) THEN 1 ELSE 0 END", "CASE WHEN a > 0 THEN 1 ELSE 0 END",
       "CASE WHEN a > 0 THEN 1 ELSE 0 END"},
      {"((CASE WHEN (a IS NULL) THEN 0 ELSE 1 END + b) <= 1)",
       "(CASE WHEN a IS NULL THEN 0 ELSE 1 END + b) <= 1",
       "(CASE WHEN a IS NULL THEN 0 ELSE 1 END + b) <= 1"},
      {"((a >= 1) AND (a <= (b * 2)))", "a >= 1 AND a <= (b * 2)", "a >= 1 AND a <= (b * 2)"},
      {"a BETWEEN 1 AND 2", "a BETWEEN 1 AND 2", "a BETWEEN 1 AND 2"},
      {"(a IS DISTINCT FROM b)", "a IS NOT b", "NOT (a <=> b)"},
      {"(a IS NOT DISTINCT FROM b)", "a IS b", "a <=> b"},
      {"(- a)", "-a", "-a"},
      {"(a)::integer", "CAST(a AS INTEGER)", "CAST(a AS signed)"},
      {"(seen)::date", "date(seen)", "CAST(seen AS date)"},
      {"(data ->> 'kind'::text)", "data ->> 'kind'", "json_unquote(json_extract(data, '$.kind'))"},
      {"(data #>> '{a,b}'::text[])", "? the operator #>>", "? the operator #>>"},
      {"(tags @> ARRAY['a'::text])", "? the operator @>", "? the operator @>"},
      {"EXTRACT(year FROM seen)", "? the function extract", "extract(year FROM seen)"},
      {"to_tsvector('english'::regconfig, body)", "? the function to_tsvector",
       "? the function to_tsvector"},
      {"myfunctions.f(a)", "? the function myfunctions.f", "? the function myfunctions.f"},
      {"a b c (", "? a construct that is not known elsewhere",
       "? a construct that is not known elsewhere"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.sql);
    EXPECT_EQ(Translate(test.sql, Dialect::kPostgresql, Dialect::kSqlite), test.first);
    EXPECT_EQ(Translate(test.sql, Dialect::kPostgresql, Dialect::kMysql), test.second);
  }
}

TEST(ExpressionTest, FromMysql) {
  // On PostgreSQL, on SQLite.
  const std::vector<Case> cases = {
      {"current_timestamp()", "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"},
      {"current_timestamp(6)", "CURRENT_TIMESTAMP(6)", "CURRENT_TIMESTAMP"},
      {"CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"},
      {"curdate()", "CURRENT_DATE", "CURRENT_DATE"},
      {"uuid()", "gen_random_uuid()",
       "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || "
       "substr(hex(randomblob(2)), 2) || '-' || substr('89AB', 1 + (random() & 3), 1) || "
       "substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"},
      {"b'101'", "5", "5"},
      {"0x4142", "'\\x4142'", "X'4142'"},
      {"'it\\'s \\\\ new'", "'it''s \\ new'", "'it''s \\ new'"},
      {"\"text\"", "'text'", "'text'"},
      {"_utf8mb4'abc'", "'abc'", "'abc'"},
      {"(`state` in (_utf8mb4\\'a\\',_utf8mb4\\'b\\'))", "state IN ('a', 'b')",
       "state IN ('a', 'b')"},
      {"`Order` > 0 and `user` <> ''", "\"Order\" > 0 AND \"user\" <> ''",
       "\"Order\" > 0 AND \"user\" <> ''"},
      {"`a` = 1 && `b` = 2 || !`c`", "(a = 1 AND b = 2) OR (NOT c)",
       "(a = 1 AND b = 2) OR (NOT c)"},
      {"`a` <=> `b`", "a IS NOT DISTINCT FROM b", "a IS b"},
      {"`a` div 2", "a / 2", "a / 2"},
      {"ifnull(`a`,0)", "coalesce(a, 0)", "ifnull(a, 0)"},
      {"if(`a` > 0,1,0)", "CASE WHEN a > 0 THEN 1 ELSE 0 END", "CASE WHEN a > 0 THEN 1 ELSE 0 END"},
      {"isnull(`a`)", "(a IS NULL)", "(a IS NULL)"},
      {"concat(`a`,' ',`b`)", "(a || ' ' || b)", "(a || ' ' || b)"},
      {"char_length(`a`) > 2", "length(a) > 2", "length(a) > 2"},
      {"length(`a`)", "octet_length(a)", "? the function length"},
      {"cast(`a` as char charset utf8mb4)", "a", "a"},
      {"cast(`a` as signed)", "CAST(a AS bigint)", "CAST(a AS INTEGER)"},
      {"`a` regexp '^x'", "a ~* '^x'", "? a regular expression"},
      {"`a` like 'x%'", "a LIKE 'x%'", "a LIKE 'x%'"},
      {"`a` is not null", "a IS NOT NULL", "a IS NOT NULL"},
      {"json_valid(`a`)", "? the function json_valid", "? the function json_valid"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.sql);
    EXPECT_EQ(Translate(test.sql, Dialect::kMysql, Dialect::kPostgresql), test.first);
    EXPECT_EQ(Translate(test.sql, Dialect::kMysql, Dialect::kSqlite), test.second);
  }
}

TEST(ExpressionTest, FromSqlite) {
  // On PostgreSQL, on MySQL.
  const std::vector<Case> cases = {
      {"CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"},
      {"datetime('now')", "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"},
      {"date('now')", "CURRENT_DATE", "CURRENT_DATE"},
      {"x'4142'", "'\\x4142'", "X'4142'"},
      {"[order] == 1", "\"order\" = 1", "`order` = 1"},
      {"`user` != \"group\"", "\"user\" <> \"group\"", "`user` <> `group`"},
      {"a IS b", "a IS NOT DISTINCT FROM b", "a <=> b"},
      {"a IS NOT b", "a IS DISTINCT FROM b", "NOT (a <=> b)"},
      {"a IS NOT NULL", "a IS NOT NULL", "a IS NOT NULL"},
      {"a NOTNULL", "a IS NOT NULL", "a IS NOT NULL"},
      {"ifnull(a, 0)", "coalesce(a, 0)", "ifnull(a, 0)"},
      {"iif(a > 0, 1, 0)", "CASE WHEN a > 0 THEN 1 ELSE 0 END",
       "CASE WHEN a > 0 THEN 1 ELSE 0 END"},
      {"max(a, b)", "greatest(a, b)", "greatest(a, b)"},
      {"length(a)", "length(a)", "char_length(a)"},
      {"a || 'x'", "a || 'x'", "concat(a, 'x')"},
      {"a GLOB 'x*'", "? a construct that is not known elsewhere",
       "? a construct that is not known elsewhere"},
      {"strftime('%Y', a)", "? the function strftime", "? the function strftime"},
      {"CAST(a AS INTEGER)", "CAST(a AS bigint)", "CAST(a AS signed)"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.sql);
    EXPECT_EQ(Translate(test.sql, Dialect::kSqlite, Dialect::kPostgresql), test.first);
    EXPECT_EQ(Translate(test.sql, Dialect::kSqlite, Dialect::kMysql), test.second);
  }
}

TEST(ExpressionTest, UnquotedNamesKeepTheirCase) {
  const FakeSchemaDriver postgresql(Dialect::kPostgresql);
  EXPECT_EQ(TranslateExpression("Email <> ''", Dialect::kSqlite, postgresql, {"Id", "Email"}).sql,
            "\"Email\" <> ''");
}

TEST(ExpressionTest, WhatCantBeSaidStaysAsItWas) {
  const TranslatedSql result =
      TranslateExpression("a @> b", Dialect::kPostgresql, FakeSchemaDriver(Dialect::kMysql));
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.sql, "a @> b");
}

TEST(ExpressionTest, SaysWhatIsALittleDifferent) {
  const FakeSchemaDriver mysql(Dialect::kMysql);
  EXPECT_THAT(TranslateExpression("a / b / c", Dialect::kPostgresql, mysql).notes,
              ElementsAre("a division of whole numbers has a fraction on MySQL, and none "
                          "elsewhere"));
  EXPECT_THAT(TranslateExpression("a COLLATE \"C\"", Dialect::kPostgresql, mysql).notes,
              ElementsAre("a collation in it is left out"));
  EXPECT_THAT(TranslateExpression("a + b", Dialect::kPostgresql, mysql).notes, IsEmpty());
}

TEST(ExpressionTest, KnowsLiterals) {
  const FakeSchemaDriver mysql(Dialect::kMysql);
  for (absl::string_view sql : {"1", "'a'::text", "true", "NULL", "now()"}) {
    EXPECT_TRUE(TranslateExpression(sql, Dialect::kPostgresql, mysql).is_literal) << sql;
  }
  for (absl::string_view sql : {"1 + 1", "lower('A')", "CURRENT_DATE"}) {
    EXPECT_FALSE(TranslateExpression(sql, Dialect::kPostgresql, mysql).is_literal) << sql;
  }
}

TEST(ExpressionTest, Queries) {
  const FakeSchemaDriver sqlite(Dialect::kSqlite);
  auto translate = [&sqlite](absl::string_view sql) {
    const TranslatedSql result = TranslateQuery(sql, Dialect::kPostgresql, sqlite);
    return result.ok() ? result.sql : "? " + result.problem;
  };
  EXPECT_EQ(
      translate(" SELECT u.id,\n    (count(*))::integer AS n\n   FROM (users u\n     LEFT JOIN "
                "posts p ON ((p.user_id = u.id)))\n  WHERE ((u.state)::text = 'x'::text)\n  "
                "GROUP BY u.id\n HAVING (count(*) > 1)\n  ORDER BY u.id DESC\n LIMIT 3;"),
      "SELECT u.id, CAST(count(*) AS INTEGER) AS n FROM users AS u LEFT JOIN posts AS p ON "
      "p.user_id = u.id WHERE u.state = 'x' GROUP BY u.id HAVING count(*) > 1 ORDER BY u.id "
      "DESC LIMIT 3");
  EXPECT_EQ(translate("SELECT DISTINCT a FROM t UNION ALL SELECT b FROM (SELECT b FROM s) x"),
            "SELECT DISTINCT a FROM t UNION ALL SELECT b FROM (SELECT b FROM s) AS x");
  EXPECT_EQ(translate("SELECT a FROM t WHERE EXISTS (SELECT 1 FROM s) AND a IN (SELECT b FROM s)"),
            "SELECT a FROM t WHERE EXISTS (SELECT 1 FROM s) AND a IN (SELECT b FROM s)");
  EXPECT_EQ(translate("SELECT DISTINCT ON (a) a FROM t"), "? DISTINCT ON");
  EXPECT_EQ(translate("SELECT a FROM other.t"), "? a table of another schema");
  EXPECT_EQ(TranslateQuery("select `u`.`id` AS `id` from `users` `u`", Dialect::kMysql, sqlite).sql,
            "SELECT u.id AS id FROM users AS u");
}

TEST(ExpressionTest, DeepNesting) {
  std::string sql = "a";
  std::string expected = "a";
  for (int i = 0; i < 100; ++i) {
    sql = absl::StrCat("(", sql, " + 1)");
    expected = i == 0 ? "a + 1" : absl::StrCat("(", expected, ") + 1");
  }
  EXPECT_EQ(Translate(sql, Dialect::kPostgresql, Dialect::kSqlite), expected);
}

}  // namespace
}  // namespace brant
