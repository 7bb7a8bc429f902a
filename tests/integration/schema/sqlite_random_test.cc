// Random pairs of schemas on SQLite: there, nothing left to do, and back, with the
// rows of columns that nobody touched.

#include <map>
#include <memory>
#include <random>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/database/open.h"
#include "agent/schema/renames.h"
#include "gtest/gtest.h"
#include "tests/integration/schema/round_trip.h"

namespace brant {
namespace {

const SchemaDriver& Driver() { return DriverFor(Dialect::kSqlite); }

// Makes schemas of a small world of names, so that two of them have much in
// common.
class RandomSchema {
 public:
  explicit RandomSchema(uint64_t seed) : random_(seed) {}

  Catalog Make() {
    Catalog catalog;
    catalog.dialect = Dialect::kSqlite;
    std::vector<std::string> names;
    for (const char* name : {"users", "orders", "order", "line items", "tags"}) {
      if (Chance(0.7)) names.push_back(name);
    }
    for (const std::string& name : names) catalog.tables.push_back(MakeTable(name, names));
    for (const Table& table : catalog.tables) {
      if (!Chance(0.25)) continue;
      View view;
      view.name.name = absl::StrCat("all ", table.name.name);
      view.definition = absl::StrCat("SELECT ", Driver().Quote(table.columns[0].name), " FROM ",
                                     Driver().Quote(table.name.name));
      catalog.views.push_back(view);
    }
    SortByName(catalog);
    return catalog;
  }

 private:
  bool Chance(double share) { return std::uniform_real_distribution<>(0, 1)(random_) < share; }
  int Below(int limit) { return std::uniform_int_distribution<>(0, limit - 1)(random_); }
  template <typename T>
  T Pick(std::vector<T> choices) {
    return choices[Below(static_cast<int>(choices.size()))];
  }

  Column MakeColumn(const std::string& name) {
    Column column;
    column.name = name;
    column.type = Driver().ReadType(Pick<std::string>(
        {"INTEGER", "BIGINT", "TEXT", "VARCHAR(20)", "NUMERIC(10,2)", "BOOLEAN", "BLOB", ""}));
    if (Chance(0.4)) {
      column.default_value = Pick<std::string>(
          {"0", "'it''s'", "CURRENT_TIMESTAMP", "-1", "1 + 2", "lower('X')", "NULL", "X'00FF'"});
    }
    const bool has_value = column.default_value.has_value() && *column.default_value != "NULL";
    column.nullable = !has_value || Chance(0.5);
    if (Chance(0.15)) column.collation = "NOCASE";
    return column;
  }

  Table MakeTable(const std::string& name, const std::vector<std::string>& tables) {
    Table table;
    table.name.name = name;
    Column id = MakeColumn("id");
    id.type = Driver().ReadType("INTEGER");
    id.default_value.reset();
    id.nullable = false;
    id.collation.clear();
    id.identity = Chance(0.3) ? Identity::kAutoIncrement : Identity::kByDefault;
    table.columns.push_back(id);
    table.primary_key = PrimaryKey{Chance(0.3) ? absl::StrCat(name, "_pkey") : "", {"id"}};
    for (const char* column : {"a", "b", "c", "group", "Mixed Case"}) {
      if (Chance(0.7)) table.columns.push_back(MakeColumn(column));
    }
    if (Chance(0.2)) {
      Column generated;
      generated.name = "twice";
      generated.type = Driver().ReadType("INTEGER");
      generated.generated = "id * 2";
      generated.generated_stored = Chance(0.5);
      table.columns.push_back(generated);
    }
    const std::string last = table.columns.back().name;
    const std::string quoted = Driver().Quote(last);
    if (Chance(0.3)) table.checks.push_back({Chance(0.5) ? "positive" : "", "id > 0"});
    if (Chance(0.2)) {
      table.checks.push_back({"", absl::StrCat(quoted, " IS NOT 'x' OR id IN (1, 2)")});
    }
    if (Chance(0.2)) table.uniques.push_back({Chance(0.5) ? "u" : "", {"id", last}});
    if (Chance(0.4)) {
      ForeignKey key;
      key.name = Chance(0.5) ? "parent" : "";
      // Always NULL: the other table may be a new one.
      Column parent;
      parent.name = "parent_id";
      parent.type = Driver().ReadType("INTEGER");
      table.columns.push_back(parent);
      key.columns = {"parent_id"};
      key.referenced_table.name = Pick(tables);
      key.referenced_columns = {"id"};
      key.on_delete = Pick<std::string>({"", "CASCADE", "SET NULL", "RESTRICT"});
      key.initially_deferred = key.deferrable = Chance(0.2);
      table.foreign_keys.push_back(key);
    }
    for (int i = 0; i < 2; ++i) {
      if (!Chance(0.4)) continue;
      Index index;
      index.name = absl::StrCat(name, "_idx", i);
      index.unique = false;
      IndexPart part;
      part.column = last;
      part.descending = Chance(0.3);
      index.parts.push_back(part);
      if (Chance(0.3)) index.parts.push_back({"", "id + 1"});
      if (Chance(0.3)) index.predicate = "id > 10";
      table.indexes.push_back(index);
    }
    // Of columns that every such table has.
    if (Chance(0.3)) {
      const std::string other = Driver().Quote(Pick(tables));
      table.triggers.push_back(
          {absl::StrCat(name, "_trigger"),
           absl::StrCat("CREATE TRIGGER ", Driver().Quote(absl::StrCat(name, "_trigger")),
                        " AFTER UPDATE OF id ON ", Driver().Quote(absl::AsciiStrToUpper(name)),
                        " WHEN new.id = -1 BEGIN\n  UPDATE ", other,
                        " SET id = id WHERE id = old.id; END")});
    }
    return table;
  }

  std::mt19937_64 random_;
};

class SqliteRandomTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = OpenDatabase(DatabaseUrl());
    ASSERT_TRUE(database.ok());
    database_ = *std::move(database);
    auto session = database_->Connect({});
    ASSERT_TRUE(session.ok());
    session_ = *std::move(session);
  }

  Catalog Introspect() {
    auto catalog = Driver().Introspect(*session_, {});
    EXPECT_TRUE(catalog.ok()) << catalog.status();
    return catalog.ok() ? *std::move(catalog) : Catalog{};
  }

  void Migrate(const Catalog& from, const Catalog& to, const std::vector<Rename>& renames = {}) {
    const auto diff = Diff(from, to, renames);
    ASSERT_TRUE(diff.ok()) << diff.status();
    const absl::Status status = Apply(*session_, Dialect::kSqlite, Driver().Render(*diff));
    ASSERT_TRUE(status.ok()) << status.message();
    ASSERT_EQ(Difference(Driver(), Introspect(), to), "");
  }

  // Rows that violate nothing: they refer to each other.
  void Fill(const Catalog& catalog) {
    for (const Table& table : catalog.tables) {
      for (int id = 1; id <= 2; ++id) {
        const auto done = session_->Execute(absl::StrCat(
            "INSERT INTO ", Driver().Quote(table.name.name), " (id) VALUES (", id, ")"));
        ASSERT_TRUE(done.ok()) << done.status();
      }
    }
  }

  // What the columns that two schemas have in common hold.
  std::map<std::string, Rows> Contents(const Catalog& a, const Catalog& b) {
    std::map<std::string, Rows> contents;
    for (const Table& table : a.tables) {
      const Table* other = FindTable(b, table.name);
      if (other == nullptr) continue;
      std::vector<std::string> columns;
      for (const Column& column : table.columns) {
        const Column* same = FindColumn(*other, column.name);
        if (same != nullptr && *same == column) columns.push_back(Driver().Quote(column.name));
      }
      if (columns.empty()) continue;
      auto rows = session_->Query(absl::StrCat("SELECT ", absl::StrJoin(columns, ", "), " FROM ",
                                               Driver().Quote(table.name.name), " ORDER BY id"));
      EXPECT_TRUE(rows.ok()) << rows.status();
      contents[table.name.name] = *rows;
    }
    return contents;
  }

  // Every trigger can run: what it speaks of is there.
  void Fire(const Catalog& catalog) {
    for (const Table& table : catalog.tables) {
      const auto done =
          session_->Execute(absl::StrCat("EXPLAIN UPDATE ", Driver().Quote(table.name.name),
                                         " SET ", Driver().Quote(table.columns[0].name), " = 1"));
      ASSERT_TRUE(done.ok()) << done.status();
    }
  }

  std::unique_ptr<Database> database_;
  std::unique_ptr<Session> session_;
};

// Some tables of `a` that `b` has, too, were called otherwise, and so were their
// columns, such as the id, of which the triggers speak. What leads from the result to
// `a`. Some of the names need quotes.
std::vector<Rename> RandomRenames(uint64_t seed, const Catalog& a, const Catalog& b) {
  std::vector<Rename> renames;
  std::mt19937_64 random(seed);
  const auto old_name = [&random](const std::string& name) {
    const std::vector<std::string> beginnings = {"old_", "Old ", "it\"s ", "'"};
    return absl::StrCat(beginnings[random() % beginnings.size()], name);
  };
  for (const Table& table : a.tables) {
    const Table* other = FindTable(b, table.name);
    if (other == nullptr || random() % 2 == 0) continue;
    const std::string before =
        random() % 9 == 0 && renames.empty() ? "select" : old_name(table.name.name);
    for (const Column& column : table.columns) {
      if (FindColumn(*other, column.name) == nullptr || random() % 2 == 0) continue;
      renames.push_back({{"", before}, old_name(column.name), column.name});
    }
    renames.push_back({{"", before}, "", table.name.name});
  }
  return renames;
}

// Without the triggers that only `b` has: they come with a rebuild and stay, and on
// the way back what they speak of may be dropped.
Catalog WithoutOtherTriggers(Catalog b, const Catalog& a) {
  for (Table& table : b.tables) {
    const Table* same = FindTable(a, table.name);
    if (same != nullptr && same->triggers.empty()) table.triggers.clear();
  }
  return b;
}

TEST_F(SqliteRandomTest, ThereAndBack) {
  const int pairs = PairCount(500);
  for (uint64_t seed = FirstSeed(); seed < FirstSeed() + pairs; ++seed) {
    SCOPED_TRACE(absl::StrCat("BRANT_SCHEMA_SEED=", seed));
    const Catalog a = RandomSchema(2 * seed).Make();
    const Catalog b = RandomSchema(2 * seed + 1).Make();
    SetUp();
    ASSERT_NO_FATAL_FAILURE(Migrate(Introspect(), a));
    ASSERT_NO_FATAL_FAILURE(Fill(a));
    const Catalog real_a = Introspect();
    const auto before = Contents(a, b);
    ASSERT_NO_FATAL_FAILURE(Migrate(real_a, b));
    ASSERT_EQ(Contents(a, b), before);
    const Catalog real_b = Introspect();
    ASSERT_NO_FATAL_FAILURE(Migrate(real_b, real_a));
    ASSERT_EQ(Contents(a, b), before);
  }
}

TEST_F(SqliteRandomTest, ThereAndBackWithRenames) {
  const int pairs = PairCount(500);
  for (uint64_t seed = FirstSeed(); seed < FirstSeed() + pairs; ++seed) {
    SCOPED_TRACE(absl::StrCat("BRANT_SCHEMA_SEED=", seed));
    const Catalog a = RandomSchema(2 * seed).Make();
    const Catalog b = WithoutOtherTriggers(RandomSchema(2 * seed + 1).Make(), a);
    SetUp();
    ASSERT_NO_FATAL_FAILURE(Migrate(Introspect(), a));
    ASSERT_NO_FATAL_FAILURE(Fill(a));
    const std::vector<Rename> renames = RandomRenames(seed, a, b);
    const auto old = ApplyRenames(Introspect(), Reverse(renames));
    ASSERT_TRUE(old.ok()) << old.status();
    // Mere renames: SQLite itself sees to the triggers.
    ASSERT_NO_FATAL_FAILURE(Migrate(Introspect(), *old, Reverse(renames)));
    const Catalog real_old = Introspect();
    ASSERT_NO_FATAL_FAILURE(Fire(real_old));
    // Renames and rebuilds.
    ASSERT_NO_FATAL_FAILURE(Migrate(real_old, b, renames));
    const Catalog real_b = Introspect();
    ASSERT_NO_FATAL_FAILURE(Migrate(real_b, real_old, Reverse(renames)));
    ASSERT_NO_FATAL_FAILURE(Migrate(Introspect(), a, renames));
  }
}

}  // namespace
}  // namespace brant
