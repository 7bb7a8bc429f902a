// Any schema can be turned into any other one, and back. More of them:
// bazel test --test_env=BRANT_SCHEMA_PAIRS=2000 --test_env=BRANT_SCHEMA_SEED=1000 …

#include <gtest/gtest.h>
#include <stdlib.h>

#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/renames.h"
#include "tests/integration/schema/postgresql_schema_test.h"
#include "tests/integration/schema/random_catalog.h"

namespace brant {
namespace {

constexpr int kDefaultPairs = 100;

int FromEnvironment(const char* name, int otherwise) {
  const char* text = getenv(name);
  int number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : otherwise;
}

class PropertyTest : public PostgresqlSchemaTest {
 protected:
  absl::StatusOr<Catalog> Normal(const Catalog& catalog) {
    Catalog nothing;
    BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff, Diff(nothing, catalog));
    const std::string sql = ToText(driver_.Render(diff));
    absl::StatusOr<Catalog> result = Evaluate(sql);
    if (!result.ok()) return WithDetail(result.status(), "script", sql);
    return result;
  }

  absl::Status Empty() { return Run("DROP SCHEMA public CASCADE; CREATE SCHEMA public;"); }

  absl::Status Truncate(const Catalog& catalog) {
    for (const Table& table : catalog.tables) {
      BRANT_RETURN_IF_ERROR(
          Run(absl::StrCat("TRUNCATE ", driver_.Quote(table.name.name), " CASCADE")));
    }
    return absl::OkStatus();
  }

  // What is in the columns that both catalogs have alike; by table.
  absl::StatusOr<std::map<std::string, std::string>> Contents(const Catalog& here,
                                                              const Catalog& there,
                                                              const Catalog& named) {
    std::map<std::string, std::string> contents;
    for (size_t t = 0; t < here.tables.size(); ++t) {
      const Table& table = here.tables[t];
      const Table* other = FindTable(there, table.name);
      const Table* real = FindTable(named, table.name);
      if (other == nullptr || real == nullptr ||
          table.options.contains("partition by") != other->options.contains("partition by")) {
        continue;
      }
      std::vector<std::string> columns = {"id::text"};
      for (const Column& column : table.columns) {
        const Column* same = FindColumn(*other, column.name);
        if (same != nullptr && same->type.native == column.type.native &&
            column.generated.empty() && same->generated.empty()) {
          columns.push_back(column.name);
        }
      }
      BRANT_ASSIGN_OR_RETURN(Rows rows,
                             session_->Query(absl::StrCat(
                                 "SELECT string_agg(t::text, ' ' ORDER BY t::text) "
                                 "FROM (SELECT ",
                                 absl::StrJoin(columns, ", "), " FROM ", table.name.name, ") t")));
      contents[table.name.name] = rows[0][0].value_or("");
    }
    return contents;
  }

  absl::Status Step(const Catalog& from, const Catalog& to, const std::vector<Rename>& renames) {
    BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff, Diff(from, to, renames));
    if (RowsMayObject(*diff.from, to)) {
      BRANT_RETURN_IF_ERROR(Truncate(from));
    } else {
      ++with_rows_;
    }
    std::map<std::string, std::string> before;
    if (renames.empty()) {
      BRANT_ASSIGN_OR_RETURN(before, Contents(from, to, from));
    }
    BRANT_ASSIGN_OR_RETURN(const DdlScript script, Migrate(from, to, renames));
    if (renames.empty()) {
      BRANT_ASSIGN_OR_RETURN(const auto after, Contents(from, to, to));
      for (const auto& [table, rows] : before) {
        if (after.at(table) == rows) continue;
        return Error(v1::ERROR_REASON_INTERNAL, absl::StrCat("rows of ", table, " changed from ",
                                                             rows, " to ", after.at(table)))
            .With("script", ToText(script));
      }
    }
    return absl::OkStatus();
  }

  // Those whose new name is there, and whose old one is not.
  static std::vector<Rename> StillRight(const std::vector<Rename>& renames, const Catalog& to) {
    std::vector<Rename> result;
    std::map<ObjectName, ObjectName> tables;
    for (const Rename& rename : renames) {
      const ObjectName name = {rename.table.schema, rename.to};
      if (!rename.column.empty() || FindTable(to, rename.table) != nullptr ||
          FindTable(to, name) == nullptr) {
        continue;
      }
      tables[rename.table] = name;
      result.push_back(rename);
    }
    for (const Rename& rename : renames) {
      const auto found = tables.find(rename.table);
      const Table* table = FindTable(to, found == tables.end() ? rename.table : found->second);
      if (!rename.column.empty() && table != nullptr &&
          FindColumn(*table, rename.column) == nullptr &&
          FindColumn(*table, rename.to) != nullptr) {
        result.push_back(rename);
      }
    }
    return result;
  }

  absl::Status RoundTrip(RandomCatalogs& random) {
    const Catalog raw = random.Make();
    std::vector<Rename> renames =
        random.Chance(25) ? random.MakeRenames(raw) : std::vector<Rename>();
    BRANT_RETURN_IF_ERROR(Empty());
    BRANT_ASSIGN_OR_RETURN(const Catalog a, Normal(raw));
    const bool related = !renames.empty() || random.Chance(80);
    const Catalog other = related ? random.Mutate(raw) : random.Make();
    std::erase_if(renames, [&other](const Rename& rename) {
      const Table* table = FindTable(other, rename.table);
      return table == nullptr ||
             (!rename.column.empty() && FindColumn(*table, rename.column) == nullptr);
    });
    BRANT_ASSIGN_OR_RETURN(const Catalog renamed, ApplyRenames(other, renames));
    BRANT_ASSIGN_OR_RETURN(const Catalog b, Normal(renamed));
    renames = StillRight(renames, b);
    const Catalog nothing;
    BRANT_RETURN_IF_ERROR(Migrate(nothing, a).status());
    // What was introspected is accepted as a desired schema, and means the same.
    BRANT_ASSIGN_OR_RETURN(const Catalog again, Normal(a));
    BRANT_ASSIGN_OR_RETURN(const CatalogDiff none, Diff(a, again));
    if (!none.empty()) return absl::InternalError(ToText(driver_.Render(none)));
    BRANT_RETURN_IF_ERROR(Run(absl::StrJoin(FillTables(a), ";\n")));
    BRANT_RETURN_IF_ERROR(Step(a, b, renames));
    return Step(b, a, Reverse(renames));
  }

  int with_rows_ = 0;
};

TEST_F(PropertyTest, AnySchemaBecomesAnyOtherAndBack) {
  const int pairs = FromEnvironment("BRANT_SCHEMA_PAIRS", kDefaultPairs);
  const int first = FromEnvironment("BRANT_SCHEMA_SEED", 1);
  std::cout << pairs << " pairs from seed " << first << " on (BRANT_SCHEMA_PAIRS, "
            << "BRANT_SCHEMA_SEED)\n";
  int failures = 0;
  for (int seed = first; seed < first + pairs && failures < 5; ++seed) {
    RandomCatalogs random(seed);
    const absl::Status status = RoundTrip(random);
    if (status.ok()) continue;
    ++failures;
    ADD_FAILURE() << "seed " << seed << ": " << Explain(status);
  }
  std::cout << with_rows_ << " of " << 2 * pairs << " changes with rows in the tables\n";
  EXPECT_GT(with_rows_, pairs / 2);
}

}  // namespace
}  // namespace brant
