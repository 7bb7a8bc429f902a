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
  EXPECT_THAT(patched.remarks, IsEmpty());
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
  ASSERT_EQ(patched.remarks.size(), 1u);
  EXPECT_EQ(patched.remarks[0].what, "check constraint");
  EXPECT_EQ(patched.remarks[0].object.name, "t");
  EXPECT_EQ(patched.remarks[0].name, "t_a_check");
  EXPECT_THAT(patched.catalog.tables[0].checks, IsEmpty());
}

Catalog WithUnique(std::vector<UniqueConstraint> uniques) {
  Table table = MakeTable({MakeColumn("a", "text"), MakeColumn("b", "text")});
  table.uniques = std::move(uniques);
  return MakeCatalog(table);
}

TEST(PatchTest, ConstraintsOfOtherNamesAreKnownByWhatTheySay) {
  const Patched patched =
      Apply(WithUnique({{"", {"a"}}, {"", {"b"}}}), WithUnique({{"", {"a", "b"}}, {"", {"b"}}}),
            WithUnique({{"t_a_key", {"a"}}, {"t_b_key", {"b"}}}));
  const auto& uniques = patched.catalog.tables[0].uniques;
  ASSERT_EQ(uniques.size(), 2u);
  EXPECT_THAT(uniques[0].columns, ElementsAre("a", "b"));
  EXPECT_EQ(uniques[1].name, "t_b_key");
  EXPECT_THAT(patched.remarks, IsEmpty());
}

TEST(PatchTest, ACheckIsTheSameHoweverItIsWritten) {
  const auto with_check = [](std::vector<CheckConstraint> checks) {
    Table table = MakeTable({MakeColumn("a", "integer")});
    table.checks = std::move(checks);
    return MakeCatalog(table);
  };
  const Patched patched = Apply(with_check({{"", "a > 0"}}), with_check({}),
                                with_check({{"t_a_check", "((`A` > 0))"}}));
  EXPECT_THAT(patched.catalog.tables[0].checks, IsEmpty());
  EXPECT_THAT(patched.remarks, IsEmpty());
}

TEST(PatchTest, WhatIsToBeDroppedAndIsMissingIsTold) {
  const Patched patched =
      Apply(WithUnique({{"u", {"a"}}}), WithUnique({}), WithUnique({{"other", {"b"}}}));
  ASSERT_EQ(patched.remarks.size(), 1u);
  EXPECT_EQ(patched.remarks[0].kind, PatchRemark::Kind::kMissing);
  EXPECT_EQ(patched.catalog.tables[0].uniques.size(), 1u);
}

Catalog WithIndex(std::vector<std::string> columns, Index index) {
  std::vector<Column> all;
  for (const std::string& name : columns) all.push_back(MakeColumn(name, "text"));
  Table table = MakeTable(all);
  index.name = "i";
  if (!index.parts.empty()) table.indexes.push_back(index);
  return MakeCatalog(table);
}

Index On(const std::string& column, bool unique = false) {
  Index index;
  index.unique = unique;
  index.parts.push_back({column});
  return index;
}

TEST(PatchTest, OnlyWhatDiffersOfAnIndexIsChanged) {
  Index particular = On("a");
  particular.predicate = "a IS NOT NULL";
  particular.parts[0].operator_class = "text_pattern_ops";
  Patched patched = Apply(WithIndex({"a"}, On("a")), WithIndex({"a"}, On("a", true)),
                          WithIndex({"a"}, particular));
  const Index& index = patched.catalog.tables[0].indexes[0];
  EXPECT_TRUE(index.unique);
  EXPECT_EQ(index.predicate, "a IS NOT NULL");
  EXPECT_EQ(index.parts[0].operator_class, "text_pattern_ops");
  EXPECT_THAT(patched.remarks, IsEmpty());
  // Other columns leave nothing of it.
  patched = Apply(WithIndex({"a", "b"}, On("a")), WithIndex({"a", "b"}, On("b")),
                  WithIndex({"a", "b"}, particular));
  ASSERT_EQ(patched.remarks.size(), 1u);
  EXPECT_EQ(patched.remarks[0].kind, PatchRemark::Kind::kReplaced);
}

TEST(PatchTest, WhatWasMadeOfAColumnGoesWithIt) {
  const Patched patched =
      Apply(WithIndex({"a", "b"}, {}), WithIndex({"a"}, {}), WithIndex({"a", "b"}, On("b")));
  EXPECT_THAT(patched.catalog.tables[0].indexes, IsEmpty());
  ASSERT_EQ(patched.remarks.size(), 1u);
  EXPECT_EQ(patched.remarks[0].kind, PatchRemark::Kind::kGoesAlong);
  EXPECT_EQ(patched.remarks[0].name, "i");
}

TEST(PatchTest, ViewsAndGeneratedColumnsGoWithAColumn) {
  Column generated = MakeColumn("g", "integer");
  generated.generated = "(b * 2)";
  Catalog base =
      MakeCatalog(MakeTable({MakeColumn("a", "integer"), MakeColumn("b", "integer"), generated}));
  const auto add_view = [&base](const std::string& name, const std::string& reads,
                                const std::string& definition) {
    View view;
    view.name.name = name;
    view.reads.push_back({"", reads});
    view.definition = definition;
    base.views.push_back(view);
  };
  add_view("of_a", "t", "SELECT a FROM t");
  add_view("of_b", "t", "SELECT t.b FROM t");
  add_view("on_top", "of_b", "SELECT 1 FROM of_b");
  const Patched patched =
      Apply(MakeCatalog(MakeTable({MakeColumn("a", "integer"), MakeColumn("b", "integer")})),
            MakeCatalog(MakeTable({MakeColumn("a", "integer")})), base);
  EXPECT_THAT(ColumnsOf(patched.catalog), ElementsAre("a integer"));
  ASSERT_EQ(patched.catalog.views.size(), 1u);
  EXPECT_EQ(patched.catalog.views[0].name.name, "of_a");
  EXPECT_EQ(patched.remarks.size(), 3u);
}

TEST(PatchTest, ViewsGoWithTheirTables) {
  Catalog base = MakeCatalog(MakeTable({MakeColumn("a", "text")}));
  View view;
  view.name.name = "v";
  view.reads.push_back({"", "t"});
  base.views.push_back(view);
  const Patched patched = Apply(MakeCatalog(MakeTable({MakeColumn("a", "text")})), Catalog(), base);
  EXPECT_THAT(patched.catalog.views, IsEmpty());
  ASSERT_EQ(patched.remarks.size(), 1u);
  EXPECT_EQ(patched.remarks[0].what, "view");
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
