#include "agent/schema/compare/patch.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Column MakeColumn(const std::string& name, const std::string& type) {
  Column column;
  column.name = name;
  column.type.native = type;
  return column;
}

Catalog MakeCatalog(Table table) {
  Catalog catalog;
  catalog.tables.push_back(std::move(table));
  return catalog;
}

Table MakeTable(std::vector<Column> columns) {
  Table table;
  table.name.name = "t";
  table.columns = std::move(columns);
  return table;
}

std::vector<std::string> ColumnsOf(const Catalog& catalog) {
  std::vector<std::string> columns;
  for (const Column& column : catalog.tables[0].columns) {
    columns.push_back(column.name + " " + column.type.native +
                      (column.nullable ? "" : " NOT NULL"));
  }
  return columns;
}

// The base, as it is after the changes from `from` to `to`.
Patched Apply(const Catalog& from, const Catalog& to, const Catalog& base) {
  const auto diff = Diff(from, to);
  EXPECT_TRUE(diff.ok()) << diff.status();
  return Patch(*diff, base);
}

TEST(PatchTest, OnlyWhatDiffersOfAColumnIsChanged) {
  Column required = MakeColumn("a", "integer");
  required.nullable = false;
  const Patched patched = Apply(
      MakeCatalog(MakeTable({MakeColumn("a", "integer")})), MakeCatalog(MakeTable({required})),
      MakeCatalog(MakeTable({MakeColumn("a", "bigint"), MakeColumn("b", "jsonb")})));
  EXPECT_THAT(ColumnsOf(patched.catalog), ElementsAre("a bigint NOT NULL", "b jsonb"));
  EXPECT_THAT(patched.missing, IsEmpty());
}

TEST(PatchTest, ColumnsComeAndGo) {
  const Patched patched =
      Apply(MakeCatalog(MakeTable({MakeColumn("a", "integer"), MakeColumn("b", "text")})),
            MakeCatalog(MakeTable({MakeColumn("a", "integer"), MakeColumn("c", "date")})),
            MakeCatalog(MakeTable({MakeColumn("a", "bigint"), MakeColumn("b", "jsonb")})));
  EXPECT_THAT(ColumnsOf(patched.catalog), ElementsAre("a bigint", "c date"));
}

TEST(PatchTest, WhatIsThereAlreadyStays) {
  const Patched patched =
      Apply(MakeCatalog(MakeTable({MakeColumn("a", "integer")})),
            MakeCatalog(MakeTable({MakeColumn("a", "integer"), MakeColumn("b", "text")})),
            MakeCatalog(MakeTable({MakeColumn("b", "jsonb")})));
  EXPECT_THAT(ColumnsOf(patched.catalog), ElementsAre("b jsonb"));
}

TEST(PatchTest, WhatIsToBeAlteredAndIsMissingIsTold) {
  const auto with_check = [](const std::string& expression) {
    Table table = MakeTable({MakeColumn("a", "text")});
    table.checks.push_back({"t_a_check", expression});
    return MakeCatalog(table);
  };
  const Patched patched = Apply(with_check("a IN ('x')"), with_check("a IN ('x', 'y')"),
                                MakeCatalog(MakeTable({MakeColumn("a", "t_a_enum")})));
  ASSERT_EQ(patched.missing.size(), 1u);
  EXPECT_EQ(patched.missing[0].kind, "check");
  EXPECT_EQ(patched.missing[0].object.name, "t");
  EXPECT_EQ(patched.missing[0].name, "t_a_check");
  EXPECT_THAT(patched.catalog.tables[0].checks, IsEmpty());
}

TEST(PatchTest, TablesComeAndGo) {
  Table other = MakeTable({MakeColumn("a", "text")});
  other.name.name = "u";
  Table kept = other;
  kept.name.name = "v";
  Catalog base = MakeCatalog(MakeTable({MakeColumn("a", "text")}));
  base.tables.push_back(kept);
  const Patched patched =
      Apply(MakeCatalog(MakeTable({MakeColumn("a", "text")})), MakeCatalog(other), base);
  ASSERT_EQ(patched.catalog.tables.size(), 2u);
  EXPECT_EQ(patched.catalog.tables[0].name.name, "u");
  EXPECT_EQ(patched.catalog.tables[1].name.name, "v");
}

}  // namespace
}  // namespace brant
