// What a schema rests on and Brant does not write is said where it is needed.

#include <gmock/gmock.h>

#include <string>

#include "agent/schema/renames.h"
#include "tests/integration/schema/postgresql_schema_test.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class NeedsTest : public PostgresqlSchemaTest {
 protected:
  // The statements that make `to`, where there is what `from` says.
  std::string Render(const Catalog& from, const Catalog& to) {
    return ToText(driver_.Render(*Diff(from, to)));
  }

  // What the database has, as SQL.
  std::string Inspect() {
    const auto real = Introspect();
    EXPECT_TRUE(real.ok()) << Explain(real.status());
    return real.ok() ? Render(Catalog(), *real) : "";
  }
};

constexpr char kFunction[] =
    "CREATE FUNCTION twice(x int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT x * 2'; ";

TEST_F(NeedsTest, EachStatementSaysWhatItNeeds) {
  ASSERT_TRUE(Run(absl::StrCat(kFunction, R"(
      CREATE SCHEMA app; CREATE DOMAIN app.positive AS int;
      CREATE EXTENSION citext; CREATE EXTENSION pg_trgm;
      CREATE TYPE pair AS (x int, y int); CREATE TYPE mood AS ENUM ('ok');
      CREATE TYPE app.mood AS ENUM ('ok');
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TABLE plain (id serial PRIMARY KEY, m mood, ms mood[] DEFAULT '{}', at timestamptz
        DEFAULT now(), t text COLLATE "C" CHECK (lower(t) <> ''));
      CREATE TABLE d (a int DEFAULT twice(2), b app.positive, cs citext[]);
      CREATE TABLE g (a int, b int GENERATED ALWAYS AS (twice(a)) STORED, p pair, r plain);
      CREATE TABLE c (a int, CHECK (twice(a) > 0), m app.mood);
      CREATE TABLE i (a int, t text); CREATE INDEX i_twice ON i (twice(a));
      CREATE INDEX i_trgm ON i USING gin (t gin_trgm_ops);
      CREATE TABLE tr (a int);
      CREATE TRIGGER fires BEFORE INSERT ON tr FOR EACH ROW EXECUTE FUNCTION f();
      CREATE VIEW v AS SELECT twice(a) AS a FROM d;
      CREATE VIEW w AS SELECT id FROM plain)"))
                  .ok());
  const std::string sql = Inspect();
  for (const char* said : {
           "-- REVIEW: needs the extension citext and the function twice(integer) and the type "
           "app.positive, which are not made here\nCREATE TABLE d (",
           "-- REVIEW: needs the function twice(integer) and the type pair, which are not made "
           "here\nCREATE TABLE g (",
           "-- REVIEW: needs the function twice(integer) and the type app.mood, which are not made "
           "here\nCREATE TABLE c (",
           ";\nCREATE TABLE i (",
           "-- REVIEW: needs the function twice(integer), which is not made here\n"
           "CREATE INDEX i_twice",
           "-- REVIEW: needs the extension pg_trgm, which is not made here\nCREATE INDEX i_trgm",
           "-- REVIEW: its triggers are not made here: fires\nCREATE TABLE tr (",
           "-- REVIEW: needs the function twice(integer), which is not made here\nCREATE VIEW v",
           ";\nCREATE VIEW w",
           ";\nCREATE TABLE plain (",
       }) {
    EXPECT_THAT(sql, HasSubstr(said));
  }
  ASSERT_TRUE(Run("DROP SCHEMA app CASCADE").ok());
}

TEST_F(NeedsTest, AChangeSaysWhatIsNewToTheDatabase) {
  ASSERT_TRUE(Run(absl::StrCat(kFunction, "CREATE TABLE a (b int DEFAULT twice(2))")).ok());
  const auto from = Introspect();
  const auto to = Evaluate(absl::StrCat(
      kFunction,
      "CREATE DOMAIN small AS int; CREATE FUNCTION half(x int) RETURNS int IMMUTABLE LANGUAGE sql "
      "AS 'SELECT x / 2'; CREATE TABLE a (b int DEFAULT half(2), c small, d int DEFAULT twice(1), "
      "CONSTRAINT k CHECK (half(b) > 0)); CREATE TABLE t (b int DEFAULT twice(2))"));
  ASSERT_TRUE(from.ok()) << Explain(from.status());
  ASSERT_TRUE(to.ok()) << Explain(to.status());
  const std::string sql = Render(*from, *to);
  EXPECT_THAT(sql, HasSubstr("-- REVIEW: needs the function half(integer), which is not made "
                             "here; needs the type small, which is not made here\nALTER TABLE a"));
  EXPECT_THAT(sql, HasSubstr("; needs the function half(integer), which is not made here\n"
                             "ALTER TABLE a ADD CONSTRAINT k"));
  EXPECT_THAT(sql, Not(HasSubstr("twice(integer)")));
  // On the way back nothing is missing.
  EXPECT_THAT(Render(*to, *from), Not(HasSubstr("needs")));
}

TEST_F(NeedsTest, AnExcludedViewIsMarkedWhereItStandsInTheWay) {
  ASSERT_TRUE(Run("CREATE TABLE o (id int, c int, d int, e int); CREATE TABLE p (id int); "
                  "CREATE VIEW seen AS SELECT id FROM p; "
                  "CREATE VIEW handmade AS SELECT o.c FROM o, seen")
                  .ok());
  selection_.exclude = {"handmade"};
  const auto from = Introspect();
  const auto to = Evaluate("CREATE TABLE o (id int, new bigint)");
  const auto aside = Evaluate(
      "CREATE TABLE o (id int, c int, d bigint, f int); "
      "CREATE TABLE p (id int); CREATE VIEW seen AS SELECT id FROM p");
  ASSERT_TRUE(from.ok()) << Explain(from.status());
  ASSERT_TRUE(to.ok()) << Explain(to.status());
  ASSERT_TRUE(aside.ok()) << Explain(aside.status());
  const auto marked = [](const char* relation, const char* statement) {
    return HasSubstr(absl::StrCat("-- REVIEW: the excluded view handmade reads ", relation,
                                  ": PostgreSQL refuses this; drop it before and make it anew\n",
                                  statement));
  };
  const std::vector<Rename> renames = {{{"", "o"}, "c", "new"}};
  const std::string sql = ToText(driver_.Render(*Diff(*from, *to, renames)));
  EXPECT_THAT(sql, marked("o", "ALTER TABLE o"));
  EXPECT_THAT(sql, marked("seen", "DROP VIEW seen"));
  EXPECT_THAT(sql, Not(marked("p", "DROP TABLE p")));
  EXPECT_THAT(ToText(driver_.Render(*Diff(*to, *from, Reverse(renames)))),
              marked("o", "ALTER TABLE o"));
  EXPECT_THAT(Render(*from, *aside), Not(HasSubstr("handmade")));
  EXPECT_THAT(Render(*from, Catalog()), marked("o", "DROP TABLE o"));
}

TEST_F(NeedsTest, ATableSaysWhatOfItIsNotWritten) {
  ASSERT_TRUE(Run(R"(
      CREATE TABLE par (a int); CREATE TABLE chi (b int) INHERITS (par);
      CREATE TABLE rls (a int); ALTER TABLE rls ENABLE ROW LEVEL SECURITY;
      CREATE TABLE pol (a int); CREATE POLICY mine ON pol USING (a > 0);
      CREATE TABLE rul (a int); CREATE RULE quiet AS ON DELETE TO rul DO INSTEAD NOTHING;
      CREATE TABLE parts (a int) PARTITION BY LIST (a);
      CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
      CREATE VIEW v AS SELECT a FROM par)")
                  .ok());
  const std::string sql = Inspect();
  for (const char* said : {
           "-- REVIEW: it inherits par, which is not written here\nCREATE TABLE chi",
           "-- REVIEW: its row level security and policies are not made here\nCREATE TABLE rls",
           "-- REVIEW: its row level security and policies are not made here\nCREATE TABLE pol",
           "-- REVIEW: its rules are not made here: quiet\nCREATE TABLE rul",
           "-- REVIEW: its partitions are not made here\nCREATE TABLE parts (",
           ";\nCREATE TABLE par (",
           ";\nCREATE VIEW v",
       }) {
    EXPECT_THAT(sql, HasSubstr(said));
  }
  // One that is made anew loses what it had.
  const auto from = Introspect();
  const auto to = Evaluate("CREATE TABLE parts (a int) PARTITION BY HASH (a)");
  ASSERT_TRUE(from.ok()) << Explain(from.status());
  ASSERT_TRUE(to.ok()) << Explain(to.status());
  EXPECT_THAT(Render(*from, *to),
              HasSubstr("-- REVIEW: its partitions are not made here\nCREATE TABLE parts"));
}

}  // namespace
}  // namespace brant
