// What introspection sees, what it leaves out, and how long it takes.

#include <gmock/gmock.h>

#include <iostream>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/integration/schema/postgresql_schema_test.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class IntrospectTest : public PostgresqlSchemaTest {};

TEST_F(IntrospectTest, SeesTheTable) {
  ASSERT_TRUE(
      Run("CREATE TYPE mood AS ENUM ('b', 'a'); "
          "CREATE TABLE a (id bigserial, m mood[] NOT NULL, v varchar(9) COLLATE \"C\" DEFAULT "
          "'x', "
          "g int GENERATED ALWAYS AS (length('x')) STORED, "
          "k int GENERATED ALWAYS AS IDENTITY (START 5 CACHE 4)); "
          "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
          "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f(); "
          "CREATE VIEW v AS SELECT id FROM a")
          .ok());
  const auto catalog = Introspect();
  ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
  ASSERT_THAT(catalog->tables, SizeIs(1));
  const Table& table = catalog->tables[0];
  const Column& id = *FindColumn(table, "id");
  EXPECT_EQ(id.identity, Identity::kSerial);
  EXPECT_EQ(id.default_value, std::nullopt);
  EXPECT_EQ(id.sequence, SequenceOptions());
  const Column& m = *FindColumn(table, "m");
  EXPECT_EQ(m.type.native, "mood[]");
  EXPECT_EQ(m.type.kind, TypeKind::kEnum);
  EXPECT_EQ(m.type.dimensions, 1);
  EXPECT_EQ(m.type.enum_name, "mood");
  EXPECT_THAT(m.type.labels, ElementsAre("b", "a"));
  const Column& v = *FindColumn(table, "v");
  EXPECT_EQ(v.type.length, 9);
  EXPECT_EQ(v.collation, "C");
  EXPECT_EQ(v.default_value, "'x'::character varying");
  EXPECT_TRUE(FindColumn(table, "g")->generated_stored);
  const Column& k = *FindColumn(table, "k");
  EXPECT_EQ(k.identity, Identity::kAlways);
  EXPECT_EQ(k.sequence.start, 5);
  EXPECT_EQ(k.sequence.cache, 4);
  EXPECT_EQ(k.sequence.increment, std::nullopt);
  EXPECT_THAT(table.triggers, SizeIs(1));
  EXPECT_THAT(catalog->sequences, IsEmpty());
  ASSERT_THAT(catalog->views, SizeIs(1));
  EXPECT_THAT(catalog->views[0].reads, ElementsAre(ObjectName{"", "a"}));
}

TEST_F(IntrospectTest, LeavesOutWhatIsNotTheApplications) {
  ASSERT_TRUE(
      Run("CREATE EXTENSION IF NOT EXISTS pg_stat_statements; CREATE TEMP TABLE t (id int); "
          "CREATE TABLE brant_version (id int); CREATE TABLE old_a (id int); "
          "CREATE TABLE p (id int) PARTITION BY LIST (id); "
          "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)")
          .ok());
  selection_.own_tables = {"brant_version"};
  selection_.exclude = {"old_*"};
  const auto catalog = Introspect();
  ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
  ASSERT_THAT(catalog->tables, SizeIs(1));
  EXPECT_EQ(catalog->tables[0].name.name, "p");
  EXPECT_EQ(catalog->tables[0].options.at("partition by"), "LIST (id)");
  EXPECT_THAT(catalog->views, IsEmpty());
}

TEST_F(IntrospectTest, KnowsTheViewsThatAreExcluded) {
  ASSERT_TRUE(
      Run("CREATE SCHEMA app; CREATE TABLE a (id int); CREATE TABLE old_t (id int); "
          "CREATE VIEW old_v AS SELECT id FROM a; CREATE VIEW old_w AS SELECT id FROM old_t; "
          "CREATE MATERIALIZED VIEW app.m AS SELECT id FROM a; CREATE VIEW v AS SELECT 1")
          .ok());
  selection_.exclude = {"old_*"};
  const auto catalog = Introspect();
  ASSERT_TRUE(Run("DROP SCHEMA app CASCADE").ok());
  ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
  ASSERT_THAT(catalog->views, SizeIs(1));
  ASSERT_THAT(catalog->excluded_views, SizeIs(2));
  for (const View& view : catalog->excluded_views) {
    EXPECT_THAT(Describe(view.name), ::testing::AnyOf("old_v", "app.m"));
    EXPECT_THAT(view.reads, ElementsAre(ObjectName{"", "a"}));
  }
}

TEST_F(IntrospectTest, LeavesOutAnInvalidIndex) {
  ASSERT_TRUE(Run("CREATE TABLE a (id int); INSERT INTO a VALUES (1), (1)").ok());
  ASSERT_FALSE(Run("CREATE UNIQUE INDEX CONCURRENTLY i ON a (id)").ok());
  // The session removes what such an index leaves behind; here it stays.
  ASSERT_TRUE(Run("CREATE INDEX j ON a (id); "
                  "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'j'::regclass")
                  .ok());
  const auto catalog = Introspect();
  ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
  EXPECT_THAT(catalog->tables[0].indexes, IsEmpty());
}

TEST_F(IntrospectTest, LeavesTheTransactionAndItsSettings) {
  ASSERT_TRUE(session_->Begin().ok());
  ASSERT_TRUE(Run("SET LOCAL search_path = public, pg_temp; CREATE TABLE a (id int)").ok());
  const auto catalog = Introspect();
  ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
  EXPECT_THAT(catalog->tables, SizeIs(1));
  EXPECT_EQ((*session_->Query("SHOW search_path"))[0][0], "public, pg_temp");
  ASSERT_TRUE(session_->Rollback().ok());
}

TEST_F(IntrospectTest, QuotesAsTheServerDoes) {
  const auto rows = session_->Query(
      "SELECT w, quote_ident(w) FROM (SELECT word FROM pg_get_keywords() UNION "
      "SELECT unnest(ARRAY['a', 'A', 'a b', '1a', 'a1', '_a', 'a$', 'a\"b', 'ä', ''])) t (w)");
  ASSERT_TRUE(rows.ok()) << rows.status();
  for (const auto& row : *rows) {
    // Words that a later version reserves are quoted for all.
    if (driver_.Quote(*row[0]) == absl::StrCat("\"", *row[0], "\"")) continue;
    EXPECT_EQ(driver_.Quote(*row[0]), *row[1]);
  }
  EXPECT_EQ(driver_.Quote("user"), "\"user\"");
  EXPECT_EQ(driver_.Quote("name"), "name");
}

TEST_F(IntrospectTest, WritesTypesAsTheServerDoes) {
  for (const char* type : {"boolean",
                           "int2",
                           "int",
                           "bigint",
                           "numeric",
                           "numeric(7)",
                           "numeric(7,2)",
                           "real",
                           "float8",
                           "char(3)",
                           "varchar",
                           "varchar(20)",
                           "text",
                           "bytea",
                           "date",
                           "time",
                           "time(2)",
                           "timestamp",
                           "timestamp(3)",
                           "timestamptz",
                           "timestamptz(0)",
                           "interval",
                           "interval(3)",
                           "uuid",
                           "json",
                           "jsonb",
                           "inet",
                           "bit varying(5)",
                           "int[]",
                           "varchar(20)[]",
                           "timestamptz(3)[]",
                           "interval day to second(3)",
                           "point",
                           "\"char\"",
                           "name",
                           "int4range",
                           "tsvector",
                           "xml"}) {
    ASSERT_TRUE(Run(absl::StrCat("DROP TABLE IF EXISTS a; CREATE TABLE a (x ", type, ")")).ok());
    const auto catalog = Introspect();
    ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
    const DataType& read = catalog->tables[0].columns[0].type;
    EXPECT_EQ(driver_.WriteType(read), read.native) << type;
  }
}

// With a database of its own: dropped in one statement, the tables would take more
// locks than there is room for.
class LargeTest : public PostgresqlSchemaTest {};

TEST_F(LargeTest, ReadsAThousandTables) {
  ASSERT_TRUE(
      Run("DO $$ BEGIN FOR i IN 1..1000 LOOP EXECUTE format('CREATE TABLE t%s (id bigint "
          "GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, a text NOT NULL DEFAULT ''x'', "
          "b varchar(200) UNIQUE, c int CHECK (c > 0), d timestamptz DEFAULT now(), "
          "e numeric(10,2), ref bigint REFERENCES t%s)', i, greatest(i - 1, 1)); "
          "EXECUTE format('CREATE INDEX ON t%s (lower(a), c DESC) WHERE c IS NOT NULL', i); "
          "IF i % 200 = 0 THEN COMMIT; END IF; END LOOP; END $$")
          .ok());
  const absl::Time begin = absl::Now();
  const auto catalog = Introspect();
  const absl::Duration took = absl::Now() - begin;
  ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
  EXPECT_THAT(catalog->tables, SizeIs(1000));
  std::cout << "1000 tables read in " << absl::FormatDuration(took) << "\n";
  const Catalog nothing;
  const absl::Time written = absl::Now();
  const auto again = Evaluate(ToText(driver_.Render(*Diff(nothing, *catalog))));
  ASSERT_TRUE(again.ok()) << Explain(again.status());
  EXPECT_TRUE(Diff(*catalog, *again)->empty());
  std::cout << "and evaluated in " << absl::FormatDuration(absl::Now() - written) << "\n";
}

}  // namespace
}  // namespace brant
