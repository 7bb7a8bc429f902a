#include "agent/schema/translate/translate.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/schema/fake_driver.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const FakeSchemaDriver& Driver(Dialect dialect) {
  static const auto* const kDrivers = new std::vector<FakeSchemaDriver>{
      FakeSchemaDriver(Dialect::kPostgresql), FakeSchemaDriver(Dialect::kSqlite),
      FakeSchemaDriver(Dialect::kMysql)};
  return (*kDrivers)[static_cast<size_t>(dialect)];
}

Column MakeColumn(Dialect dialect, const std::string& name, absl::string_view type) {
  Column column;
  column.name = name;
  column.type = Driver(dialect).ReadType(type);
  return column;
}

// One table `t` of a dialect.
Table MakeTable(std::vector<Column> columns) {
  Table table;
  table.name = {"", "t"};
  table.columns = std::move(columns);
  return table;
}

Translation TranslateTable(Table table, Dialect from, Dialect to) {
  Catalog catalog;
  catalog.dialect = from;
  catalog.tables.push_back(std::move(table));
  return Translate(catalog, Driver(from), Driver(to));
}

// The only table, and its only column.
const Table& OnlyTable(const Translation& translation) { return translation.catalog.tables.at(0); }
const Column& OnlyColumn(const Translation& translation) {
  return OnlyTable(translation).columns.at(0);
}

std::string NotesOf(const Translation& translation) {
  std::string text;
  for (const TranslationNote& note : translation.notes) {
    absl::StrAppend(&text, Describe(note.object), note.part.empty() ? "" : ", ", note.part, ": ",
                    note.text, "\n");
  }
  return text;
}

TEST(TranslateTest, TheSameDialectStaysAsItIs) {
  Table table = MakeTable({MakeColumn(Dialect::kPostgresql, "a", "tsvector")});
  const Translation translation = TranslateTable(table, Dialect::kPostgresql, Dialect::kPostgresql);
  EXPECT_EQ(OnlyTable(translation), table);
  EXPECT_THAT(translation.notes, IsEmpty());
}

TEST(TranslateTest, Types) {
  struct Case {
    Dialect from;
    absl::string_view type;
    Dialect to;
    absl::string_view expected;
    absl::string_view note;
  };
  const std::vector<Case> cases = {
      {Dialect::kPostgresql, "bigint", Dialect::kMysql, "bigint", ""},
      {Dialect::kPostgresql, "boolean", Dialect::kMysql, "tinyint(1)", ""},
      {Dialect::kPostgresql, "numeric(10,2)", Dialect::kMysql, "decimal(10,2)", ""},
      {Dialect::kPostgresql, "character varying(20)", Dialect::kSqlite, "VARCHAR(20)", ""},
      {Dialect::kPostgresql, "text[]", Dialect::kMysql, "json", "the array text[] is JSON"},
      {Dialect::kPostgresql, "text[]", Dialect::kSqlite, "JSON", "the array text[] is JSON"},
      {Dialect::kPostgresql, "tsvector", Dialect::kSqlite, "tsvector", "has no counterpart"},
      {Dialect::kPostgresql, "interval", Dialect::kMysql, "varchar", "has no counterpart"},
      {Dialect::kMysql, "longtext", Dialect::kPostgresql, "text", ""},
      {Dialect::kSqlite, "INTEGER", Dialect::kPostgresql, "bigint", ""},
      {Dialect::kSqlite, "SMALLINT", Dialect::kMysql, "smallint", ""},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.type);
    const Translation translation =
        TranslateTable(MakeTable({MakeColumn(test.from, "a", test.type)}), test.from, test.to);
    EXPECT_EQ(OnlyColumn(translation).type.native, test.expected);
    EXPECT_THAT(NotesOf(translation), HasSubstr(std::string(test.note)));
    EXPECT_EQ(translation.notes.empty(), test.note.empty());
  }
}

TEST(TranslateTest, Defaults) {
  struct Case {
    Dialect from;
    absl::string_view type;
    absl::string_view value;
    Dialect to;
    absl::string_view expected;
  };
  const std::vector<Case> cases = {
      {Dialect::kPostgresql, "text", "'new'::text", Dialect::kSqlite, "'new'"},
      {Dialect::kPostgresql, "text", "'new'::text", Dialect::kMysql, "('new')"},
      {Dialect::kPostgresql, "character varying(9)", "'new'::character varying", Dialect::kMysql,
       "'new'"},
      {Dialect::kPostgresql, "jsonb", "'{}'::jsonb", Dialect::kMysql, "('{}')"},
      {Dialect::kPostgresql, "jsonb", "NULL", Dialect::kMysql, "NULL"},
      // As the server writes it, and as people do.
      {Dialect::kPostgresql, "text[]", "'{}'::text[]", Dialect::kSqlite, "'[]'"},
      {Dialect::kPostgresql, "text[]", "'{}'", Dialect::kSqlite, "'[]'"},
      {Dialect::kPostgresql, "text[]", "'{}'", Dialect::kMysql, "('[]')"},
      {Dialect::kPostgresql, "text[]", "NULL", Dialect::kMysql, "NULL"},
      {Dialect::kPostgresql, "boolean", "true", Dialect::kSqlite, "true"},
      {Dialect::kPostgresql, "timestamp with time zone", "now()", Dialect::kMysql,
       "CURRENT_TIMESTAMP"},
      {Dialect::kPostgresql, "date", "CURRENT_DATE", Dialect::kMysql, "(CURRENT_DATE)"},
      {Dialect::kPostgresql, "integer", "(1 + 1)", Dialect::kSqlite, "(1 + 1)"},
      {Dialect::kMysql, "tinyint(1)", "1", Dialect::kPostgresql, "true"},
      {Dialect::kMysql, "tinyint(1)", "0", Dialect::kPostgresql, "false"},
      {Dialect::kMysql, "int", "1", Dialect::kPostgresql, "1"},
      {Dialect::kMysql, "timestamp", "current_timestamp()", Dialect::kPostgresql,
       "CURRENT_TIMESTAMP"},
      {Dialect::kMysql, "char(36)", "uuid()", Dialect::kPostgresql, "gen_random_uuid()"},
      {Dialect::kSqlite, "TIMESTAMP", "datetime('now')", Dialect::kMysql, "CURRENT_TIMESTAMP"},
      // What can't be said stays.
      {Dialect::kPostgresql, "text", "myfunction()", Dialect::kSqlite, "myfunction()"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(absl::StrCat(test.type, " ", test.value));
    Column column = MakeColumn(test.from, "a", test.type);
    column.default_value = std::string(test.value);
    const Translation translation = TranslateTable(MakeTable({column}), test.from, test.to);
    EXPECT_EQ(OnlyColumn(translation).default_value, std::string(test.expected));
    EXPECT_EQ(absl::StrContains(NotesOf(translation), "can't be translated"),
              absl::StrContains(test.value, "myfunction"));
  }
}

TEST(TranslateTest, GeneratedColumnsOfMysqlSayNothingOfNull) {
  Column column = MakeColumn(Dialect::kPostgresql, "a", "text");
  column.nullable = false;
  column.generated = "(b || c)";
  column.generated_stored = true;
  const Table table = MakeTable({column});
  EXPECT_TRUE(OnlyColumn(TranslateTable(table, Dialect::kPostgresql, Dialect::kMysql)).nullable);
  EXPECT_FALSE(OnlyColumn(TranslateTable(table, Dialect::kPostgresql, Dialect::kSqlite)).nullable);
}

TEST(TranslateTest, DefaultTimesOfMysqlHaveTheirColumnsPrecision) {
  class Precise final : public FakeSchemaDriver {
   public:
    Precise() : FakeSchemaDriver(Dialect::kMysql) {}
    std::string WriteType(const DataType&) const override { return "timestamp(6)"; }
  };
  Column column = MakeColumn(Dialect::kPostgresql, "a", "timestamp with time zone");
  column.default_value = "now()";
  Catalog catalog;
  catalog.tables.push_back(MakeTable({column}));
  const Translation translation = Translate(catalog, Driver(Dialect::kPostgresql), Precise());
  EXPECT_EQ(OnlyColumn(translation).default_value, "CURRENT_TIMESTAMP(6)");
}

TEST(TranslateTest, Identity) {
  struct Case {
    Dialect from;
    absl::string_view type;
    Identity identity;
    bool key;
    Dialect to;
    absl::string_view expected_type;
    Identity expected;
    bool note;
  };
  const std::vector<Case> cases = {
      {Dialect::kPostgresql, "bigint", Identity::kByDefault, true, Dialect::kMysql, "bigint",
       Identity::kAutoIncrement, false},
      {Dialect::kPostgresql, "bigint", Identity::kAlways, true, Dialect::kSqlite, "INTEGER",
       Identity::kByDefault, false},
      {Dialect::kPostgresql, "integer", Identity::kSerial, true, Dialect::kMysql, "int",
       Identity::kAutoIncrement, false},
      {Dialect::kPostgresql, "integer", Identity::kSerial, false, Dialect::kMysql, "int",
       Identity::kNone, true},
      {Dialect::kPostgresql, "integer", Identity::kSerial, false, Dialect::kSqlite, "INTEGER",
       Identity::kNone, true},
      {Dialect::kMysql, "int", Identity::kAutoIncrement, true, Dialect::kPostgresql, "integer",
       Identity::kByDefault, false},
      {Dialect::kSqlite, "INTEGER", Identity::kAutoIncrement, true, Dialect::kPostgresql, "bigint",
       Identity::kByDefault, false},
      {Dialect::kSqlite, "INTEGER", Identity::kByDefault, true, Dialect::kMysql, "bigint",
       Identity::kAutoIncrement, false},
      {Dialect::kSqlite, "INTEGER", Identity::kNone, false, Dialect::kMysql, "bigint",
       Identity::kNone, false},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(absl::StrCat(test.type, " to ", DialectName(test.to)));
    Column column = MakeColumn(test.from, "id", test.type);
    column.identity = test.identity;
    Table table = MakeTable({column});
    if (test.key) table.primary_key = PrimaryKey{.name = "", .columns = {"id"}};
    const Translation translation = TranslateTable(table, test.from, test.to);
    EXPECT_EQ(OnlyColumn(translation).type.native, test.expected_type);
    EXPECT_EQ(OnlyColumn(translation).identity, test.expected);
    EXPECT_EQ(!translation.notes.empty(), test.note);
  }
}

TEST(TranslateTest, EnumsOfPostgresql) {
  Column column = MakeColumn(Dialect::kPostgresql, "state", "text");
  column.type = {
      .native = "state", .kind = TypeKind::kEnum, .labels = {"a", "b'c"}, .enum_name = "state"};
  Catalog catalog;
  catalog.tables.push_back(MakeTable({column}));
  catalog.enums.push_back({.name = {"", "state"}, .labels = {"a", "b'c"}});
  const Translation sqlite =
      Translate(catalog, Driver(Dialect::kPostgresql), Driver(Dialect::kSqlite));
  EXPECT_EQ(OnlyColumn(sqlite).type.native, "TEXT");
  EXPECT_THAT(OnlyTable(sqlite).checks,
              ElementsAre(CheckConstraint{.name = "t_state_check",
                                          .expression = "state IN ('a', 'b''c')"}));
  EXPECT_THAT(sqlite.catalog.enums, IsEmpty());
  const Translation mysql =
      Translate(catalog, Driver(Dialect::kPostgresql), Driver(Dialect::kMysql));
  EXPECT_THAT(OnlyColumn(mysql).type.native, HasSubstr("enum('a',"));
  EXPECT_THAT(OnlyTable(mysql).checks, IsEmpty());
  EXPECT_THAT(mysql.catalog.enums, IsEmpty());
}

TEST(TranslateTest, EnumsOfMysql) {
  const Table table = MakeTable({MakeColumn(Dialect::kMysql, "state", "enum('a','b')")});
  const Translation postgresql = TranslateTable(table, Dialect::kMysql, Dialect::kPostgresql);
  EXPECT_EQ(OnlyColumn(postgresql).type.native, "t_state_enum");
  EXPECT_EQ(OnlyColumn(postgresql).type.enum_name, "t_state_enum");
  EXPECT_THAT(postgresql.catalog.enums,
              ElementsAre(EnumType{.name = {"", "t_state_enum"}, .labels = {"a", "b"}}));
  const Translation sqlite = TranslateTable(table, Dialect::kMysql, Dialect::kSqlite);
  EXPECT_THAT(
      OnlyTable(sqlite).checks,
      ElementsAre(CheckConstraint{.name = "t_state_check", .expression = "state IN ('a', 'b')"}));
}

TEST(TranslateTest, TextInKeysOfMysqlHasALength) {
  Table table = MakeTable({MakeColumn(Dialect::kPostgresql, "a", "text"),
                           MakeColumn(Dialect::kPostgresql, "b", "text"),
                           MakeColumn(Dialect::kPostgresql, "c", "text")});
  table.uniques.push_back({.name = "t_a_key", .columns = {"a"}});
  table.indexes.push_back({.name = "t_b_idx", .parts = {{.column = "b"}}});
  const Translation translation = TranslateTable(table, Dialect::kPostgresql, Dialect::kMysql);
  EXPECT_EQ(OnlyTable(translation).columns[0].type.native, "varchar(255)");
  EXPECT_EQ(OnlyTable(translation).columns[1].type.native, "varchar(255)");
  EXPECT_EQ(OnlyTable(translation).columns[2].type.native, "longtext");
  EXPECT_THAT(NotesOf(translation), HasSubstr("t, column a: has at most 255 characters on MySQL"));
}

TEST(TranslateTest, Columns) {
  Column generated = MakeColumn(Dialect::kPostgresql, "low", "text");
  generated.generated = "lower((name)::text)";
  generated.generated_stored = true;
  generated.comment = "why";
  generated.collation = "C";
  Translation translation =
      TranslateTable(MakeTable({generated}), Dialect::kPostgresql, Dialect::kSqlite);
  EXPECT_EQ(OnlyColumn(translation).generated, "lower(name)");
  EXPECT_TRUE(OnlyColumn(translation).generated_stored);
  EXPECT_EQ(OnlyColumn(translation).comment, "");
  EXPECT_EQ(NotesOf(translation), "t, column low: the collation C is left out\n");

  Column updated = MakeColumn(Dialect::kMysql, "at", "timestamp");
  updated.on_update = "current_timestamp()";
  updated.generated = "now()";
  updated.comment = "why";
  translation = TranslateTable(MakeTable({updated}), Dialect::kMysql, Dialect::kPostgresql);
  EXPECT_EQ(OnlyColumn(translation).on_update, "");
  EXPECT_EQ(OnlyColumn(translation).comment, "why");
  EXPECT_TRUE(OnlyColumn(translation).generated_stored);
  EXPECT_THAT(NotesOf(translation),
              HasSubstr("t, column at: ON UPDATE current_timestamp() is left"));
  EXPECT_THAT(NotesOf(translation), HasSubstr("t, column at: is stored on PostgreSQL"));
}

TEST(TranslateTest, Indexes) {
  struct Case {
    Index index;
    Dialect to;
    // Unset name: it is left out.
    Index expected;
    absl::string_view note;
  };
  const std::vector<Case> cases = {
      {{.name = "i", .parts = {{.column = "a", .descending = true}}},
       Dialect::kMysql,
       {.name = "i", .parts = {{.column = "a", .descending = true}}},
       ""},
      {{.name = "i", .parts = {{.column = "a"}}, .predicate = "(a > 0)"},
       Dialect::kSqlite,
       {.name = "i", .parts = {{.column = "a"}}, .predicate = "a > 0"},
       ""},
      {{.name = "i", .parts = {{.column = "a"}}, .predicate = "(a > 0)"},
       Dialect::kMysql,
       {.name = "i", .parts = {{.column = "a"}}},
       "has all rows"},
      {{.name = "i", .unique = true, .parts = {{.column = "a"}}, .predicate = "(a > 0)"},
       Dialect::kMysql,
       {},
       "is left out: it is unique only where (a > 0)"},
      {{.name = "i", .parts = {{.expression = "lower(b)"}}},
       Dialect::kSqlite,
       {.name = "i", .parts = {{.expression = "lower(b)"}}},
       ""},
      {{.name = "i", .parts = {{.expression = "lower(b)"}}},
       Dialect::kMysql,
       {},
       "is left out: MariaDB has no indexes on expressions"},
      {{.name = "i", .parts = {{.column = "a"}}, .included = {"b"}},
       Dialect::kSqlite,
       {.name = "i", .parts = {{.column = "a"}}},
       "INCLUDE (b) is left out"},
      {{.name = "i", .parts = {{.column = "b"}}, .method = "hash"},
       Dialect::kMysql,
       {.name = "i", .parts = {{.column = "b"}}},
       "is an ordered index there"},
      {{.name = "i", .parts = {{.column = "j"}}, .method = "gin"},
       Dialect::kSqlite,
       {},
       "is left out: SQLite has no index like gin"},
      {{.name = "i", .parts = {{.column = "j"}}}, Dialect::kMysql, {}, "has no index on JSON"},
      {{.name = "i",
        .parts = {{.column = "b", .nulls_first = true, .operator_class = "text_pattern_ops"}}},
       Dialect::kSqlite,
       {.name = "i", .parts = {{.column = "b"}}},
       "the operator class text_pattern_ops is left out"},
      {{.name = "i", .parts = {{.column = "a"}}, .nulls_not_distinct = true},
       Dialect::kSqlite,
       {.name = "i", .parts = {{.column = "a"}}},
       "takes any number of NULLs"},
      {{.name = "i", .parts = {{.column = "a"}}, .options = {{"fillfactor", "70"}}},
       Dialect::kSqlite,
       {.name = "i", .parts = {{.column = "a"}}},
       "storage parameters"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(absl::StrCat(test.note, " on ", DialectName(test.to)));
    Table table = MakeTable({MakeColumn(Dialect::kPostgresql, "a", "integer"),
                             MakeColumn(Dialect::kPostgresql, "b", "character varying(9)"),
                             MakeColumn(Dialect::kPostgresql, "j", "jsonb")});
    table.indexes = {test.index};
    const Translation translation = TranslateTable(table, Dialect::kPostgresql, test.to);
    if (test.expected.name.empty()) {
      EXPECT_THAT(OnlyTable(translation).indexes, IsEmpty());
    } else {
      EXPECT_THAT(OnlyTable(translation).indexes, ElementsAre(test.expected));
    }
    EXPECT_THAT(NotesOf(translation), HasSubstr(std::string(test.note)));
    EXPECT_EQ(translation.notes.empty(), test.note.empty());
  }
}

TEST(TranslateTest, IndexesOfMysqlGetNamesOfTheirOwn) {
  Catalog catalog;
  catalog.dialect = Dialect::kMysql;
  for (const char* name : {"one", "two"}) {
    Table table = MakeTable({MakeColumn(Dialect::kMysql, "a", "int")});
    table.name.name = name;
    table.indexes.push_back({.name = "by_a", .parts = {{.column = "a"}}});
    catalog.tables.push_back(table);
  }
  const Translation translation =
      Translate(catalog, Driver(Dialect::kMysql), Driver(Dialect::kPostgresql));
  EXPECT_EQ(translation.catalog.tables[0].indexes[0].name, "by_a");
  EXPECT_EQ(translation.catalog.tables[1].indexes[0].name, "two_a_idx");
}

TEST(TranslateTest, Constraints) {
  Table table = MakeTable({MakeColumn(Dialect::kPostgresql, "a", "integer"),
                           MakeColumn(Dialect::kPostgresql, "b", "integer")});
  table.primary_key = PrimaryKey{.name = "t_pkey", .columns = {"a"}, .deferrable = true};
  table.uniques.push_back({.name = "t_b_key",
                           .columns = {"b"},
                           .included = {"a"},
                           .nulls_not_distinct = true,
                           .deferrable = true});
  table.checks.push_back({.name = "t_a_check", .expression = "(a > 0)", .validated = false});
  table.foreign_keys.push_back({.name = "t_b_fkey",
                                .columns = {"b"},
                                .referenced_table = {"", "t"},
                                .referenced_columns = {"a"},
                                .on_update = "SET DEFAULT",
                                .on_delete = "CASCADE",
                                .match = "FULL",
                                .deferrable = true,
                                .validated = false});
  table.exclusions.push_back({.name = "t_excl", .definition = "EXCLUDE (a WITH =)"});
  table.triggers.push_back({.name = "t_trigger", .definition = "CREATE TRIGGER"});

  const Translation mysql = TranslateTable(table, Dialect::kPostgresql, Dialect::kMysql);
  const Table& result = OnlyTable(mysql);
  EXPECT_EQ(result.primary_key, (PrimaryKey{.name = "", .columns = {"a"}}));
  EXPECT_FALSE(result.columns[0].nullable);
  EXPECT_THAT(result.uniques, ElementsAre(UniqueConstraint{.name = "t_b_key", .columns = {"b"}}));
  EXPECT_THAT(result.checks,
              ElementsAre(CheckConstraint{.name = "t_a_check", .expression = "a > 0"}));
  EXPECT_THAT(result.foreign_keys, ElementsAre(ForeignKey{.name = "t_b_fkey",
                                                          .columns = {"b"},
                                                          .referenced_table = {"", "t"},
                                                          .referenced_columns = {"a"},
                                                          .on_delete = "CASCADE"}));
  EXPECT_THAT(result.exclusions, IsEmpty());
  EXPECT_THAT(result.triggers, IsEmpty());
  EXPECT_EQ(mysql.notes.size(), 11);

  const Translation sqlite = TranslateTable(table, Dialect::kPostgresql, Dialect::kSqlite);
  EXPECT_EQ(OnlyTable(sqlite).primary_key->name, "t_pkey");
  EXPECT_TRUE(OnlyTable(sqlite).foreign_keys[0].deferrable);
  EXPECT_EQ(OnlyTable(sqlite).foreign_keys[0].on_update, "SET DEFAULT");
}

TEST(TranslateTest, ConstraintsWithoutNamesGetConventionalOnes) {
  Table table = MakeTable({MakeColumn(Dialect::kSqlite, "a", "INT")});
  table.primary_key = PrimaryKey{.name = "", .columns = {"a"}};
  table.uniques.push_back({.name = "", .columns = {"a"}});
  table.checks.push_back({.name = "", .expression = "a > 0"});
  table.foreign_keys.push_back(
      {.name = "", .columns = {"a"}, .referenced_table = {"", "t"}, .referenced_columns = {"a"}});
  const Translation translation = TranslateTable(table, Dialect::kSqlite, Dialect::kPostgresql);
  EXPECT_EQ(OnlyTable(translation).primary_key->name, "t_pkey");
  EXPECT_EQ(OnlyTable(translation).uniques[0].name, "t_a_key");
  EXPECT_EQ(OnlyTable(translation).checks[0].name, "t_check");
  EXPECT_EQ(OnlyTable(translation).foreign_keys[0].name, "t_a_fkey");
}

TEST(TranslateTest, OtherSchemasBecomeAPartOfTheName) {
  Catalog catalog;
  Table table = MakeTable({MakeColumn(Dialect::kPostgresql, "a", "integer")});
  table.name = {"geo", "place"};
  table.foreign_keys.push_back({.name = "f",
                                .columns = {"a"},
                                .referenced_table = {"geo", "place"},
                                .referenced_columns = {"a"}});
  catalog.tables.push_back(table);
  const Translation translation =
      Translate(catalog, Driver(Dialect::kPostgresql), Driver(Dialect::kSqlite));
  EXPECT_EQ(Describe(OnlyTable(translation).name), "geo_place");
  EXPECT_EQ(Describe(OnlyTable(translation).foreign_keys[0].referenced_table), "geo_place");
  EXPECT_EQ(NotesOf(translation), "geo_place: is the table geo.place: SQLite has no schemas\n");
}

TEST(TranslateTest, SequencesAndViews) {
  Catalog catalog;
  catalog.sequences.push_back({.name = {"", "numbers"}});
  catalog.views.push_back({.name = {"", "all_of_it"},
                           .definition = " SELECT t.a\n   FROM t;",
                           .reads = {{"", "t"}},
                           .comment = "why"});
  catalog.views.push_back({.name = {"", "first"}, .definition = "SELECT DISTINCT ON (a) a FROM t"});
  catalog.views.push_back(
      {.name = {"", "kept"}, .materialized = true, .definition = "SELECT a FROM t"});
  const Translation translation =
      Translate(catalog, Driver(Dialect::kPostgresql), Driver(Dialect::kMysql));
  EXPECT_THAT(translation.catalog.views, ElementsAre(View{.name = {"", "all_of_it"},
                                                          .definition = "SELECT t.a FROM t",
                                                          .reads = {{"", "t"}}}));
  EXPECT_THAT(translation.catalog.sequences, IsEmpty());
  EXPECT_EQ(NotesOf(translation),
            "numbers: the sequence is left out: other databases have none\n"
            "first: the view is left out, because of DISTINCT ON\n"
            "kept: the view is left out, because of what is materialized\n");
}

}  // namespace
}  // namespace brant
