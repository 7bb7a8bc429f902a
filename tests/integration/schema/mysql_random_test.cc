// Random pairs of schemas: there, nothing left to do, and back, with the rows of
// columns that nobody touched.

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "tests/integration/schema/mysql_catalog.h"
#include "tests/integration/schema/mysql_random_schema.h"
#include "tests/integration/schema/round_trip.h"

namespace brant {
namespace {

// Columns that two schemas have in common, as queries on the one and the other.
struct Common {
  std::vector<std::string> in_from;
  std::vector<std::string> in_to;
};

class MysqlRandomTest : public ::testing::Test {
 protected:
  std::string Quote(const std::string& name) { return world_->driver().Quote(name); }

  // In the server's normal form.
  Catalog Evaluated(const Catalog& catalog) {
    const Catalog nothing{Dialect::kMysql};
    const auto diff = Diff(nothing, catalog);
    return world_->Evaluate(ToText(world_->driver().Render(*diff)));
  }

  void Fill(const Catalog& catalog) {
    for (const Table& table : catalog.tables) {
      std::vector<std::string> names;
      std::vector<std::string> values;
      for (const Column& column : table.columns) {
        if (!column.generated.empty()) continue;
        names.push_back(Quote(column.name));
        values.push_back(MysqlRandomSchema::Value(column.name));
      }
      world_->Execute(absl::StrCat("INSERT INTO ", Quote(table.name.name), " (",
                                   absl::StrJoin(names, ", "), ") VALUES (",
                                   absl::StrJoin(values, ", "), ")"));
    }
  }

  Common CommonColumns(const Catalog& from, const Catalog& to, const std::vector<Rename>& renames) {
    Common common;
    for (const Table& table : from.tables) {
      std::string name = table.name.name;
      std::map<std::string, std::string> columns;
      for (const Rename& rename : renames) {
        if (rename.table != table.name) continue;
        (rename.column.empty() ? name : columns[rename.column]) = rename.to;
      }
      const Table* other = FindTable(to, {"", name});
      if (other == nullptr) continue;
      std::vector<std::string> left;
      std::vector<std::string> right;
      for (const Column& column : table.columns) {
        const auto renamed = columns.find(column.name);
        const Column* same =
            FindColumn(*other, renamed == columns.end() ? column.name : renamed->second);
        if (same == nullptr || same->type.native != column.type.native) continue;
        if (!column.generated.empty() || !same->generated.empty()) continue;
        left.push_back(Quote(column.name));
        right.push_back(Quote(same->name));
      }
      common.in_from.push_back(Select(left, table.name.name));
      common.in_to.push_back(Select(right, name));
    }
    return common;
  }

  std::string Select(const std::vector<std::string>& columns, const std::string& table) {
    const std::string list = columns.empty() ? "1" : absl::StrJoin(columns, ", ");
    return absl::StrCat("SELECT ", list, " FROM ", Quote(table));
  }

  std::vector<Rows> Ask(const std::vector<std::string>& queries) {
    std::vector<Rows> results;
    for (const std::string& query : queries) {
      auto rows = world_->session().Query(query);
      EXPECT_TRUE(rows.ok()) << query << ": " << rows.status();
      results.push_back(rows.ok() ? *rows : Rows());
      EXPECT_EQ(results.back().size(), 1u) << query;
    }
    return results;
  }

  void ThereAndBack(uint64_t seed) {
    MysqlRandomSchema random(seed, world_->database().IsMariaDb());
    const Catalog a = Evaluated(random.Make());
    const Catalog b = Evaluated(random.Make());
    const std::vector<Rename> renames = random.Renames(a, b);
    world_->Migrate(a);
    Fill(a);
    const Common common = CommonColumns(a, b, renames);
    const std::vector<Rows> before = Ask(common.in_from);
    world_->Migrate(b, renames);
    EXPECT_EQ(Ask(common.in_to), before);
    world_->Migrate(a, Reverse(renames));
    EXPECT_EQ(Ask(common.in_from), before);
    world_->Migrate(Catalog{Dialect::kMysql});
  }

  std::unique_ptr<MysqlCatalog> world_;
};

TEST_F(MysqlRandomTest, ThereAndBack) {
  const int pairs = PairCount(15);
  const absl::Time begin = absl::Now();
  std::cerr << pairs << " pairs from BRANT_SCHEMA_SEED=" << FirstSeed() << "\n";
  world_ = std::make_unique<MysqlCatalog>();
  for (uint64_t seed = FirstSeed(); seed < FirstSeed() + pairs; ++seed) {
    SCOPED_TRACE(absl::StrCat("BRANT_SCHEMA_SEED=", seed));
    ThereAndBack(seed);
    if (HasFailure()) return;
  }
  std::cerr << pairs << " pairs in " << absl::Now() - begin << "\n";
}

}  // namespace
}  // namespace brant
