#include "agent/schema/diff.h"

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/schema/describe.h"
#include "agent/schema/renames.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Column MakeColumn(const std::string& name, const std::string& type = "integer") {
  Column column;
  column.name = name;
  column.type.native = type;
  return column;
}

Table MakeTable(const std::string& name, const std::vector<Column>& columns) {
  Table table;
  table.name.name = name;
  table.columns = columns;
  return table;
}

Catalog MakeCatalog(const std::vector<Table>& tables, Dialect dialect = Dialect::kPostgresql) {
  Catalog catalog;
  catalog.dialect = dialect;
  catalog.tables = tables;
  SortByName(catalog);
  return catalog;
}

// The changes as `action kind name: detail`.
std::vector<std::string> Changes(const Catalog& from, const Catalog& to,
                                 const std::vector<Rename>& renames = {}) {
  const auto diff = Diff(from, to, renames);
  EXPECT_TRUE(diff.ok()) << diff.status();
  std::vector<std::string> lines;
  if (!diff.ok()) return lines;
  for (const v1::SchemaChange& change : ListChanges(*diff)) {
    lines.push_back(absl::StrCat(v1::SchemaChange::Action_Name(change.action()).substr(7), " ",
                                 change.kind(), " ", change.name(),
                                 change.detail().empty() ? "" : ": ", change.detail()));
  }
  return lines;
}

TEST(DiffTest, EqualCatalogsDoNotDiffer) {
  const Catalog catalog = MakeCatalog({MakeTable("t", {MakeColumn("a")})});
  EXPECT_THAT(Changes(catalog, catalog), IsEmpty());
}

TEST(DiffTest, HowATypeWasUnderstoodIsNoDifference) {
  Catalog from = MakeCatalog({MakeTable("t", {MakeColumn("a")})});
  const Catalog to = from;
  from.tables[0].columns[0].type.kind = TypeKind::kInteger;
  EXPECT_THAT(Changes(from, to), IsEmpty());
}

TEST(DiffTest, TheOrderOfColumnsIsNoDifference) {
  const Catalog from = MakeCatalog({MakeTable("t", {MakeColumn("a"), MakeColumn("b")})});
  const Catalog to = MakeCatalog({MakeTable("t", {MakeColumn("b"), MakeColumn("a")})});
  EXPECT_THAT(Changes(from, to), IsEmpty());
}

TEST(DiffTest, TablesAndColumnsComeAndGo) {
  const Catalog from = MakeCatalog({MakeTable("gone", {}), MakeTable("t", {MakeColumn("a")})});
  const Catalog to = MakeCatalog({MakeTable("new", {}), MakeTable("t", {MakeColumn("b", "text")})});
  EXPECT_THAT(Changes(from, to), ElementsAre("CREATE table new", "DROP column t.a",
                                             "CREATE column t.b", "DROP table gone"));
}

TEST(DiffTest, AColumnIsDescribedByWhatDiffers) {
  Catalog from = MakeCatalog({MakeTable("t", {MakeColumn("a")})});
  Catalog to = MakeCatalog({MakeTable("t", {MakeColumn("a", "bigint")})});
  to.tables[0].columns[0].nullable = false;
  to.tables[0].columns[0].default_value = "0";
  EXPECT_THAT(
      Changes(from, to),
      ElementsAre("ALTER column t.a: type integer -> bigint, set NOT NULL, default none -> 0"));
}

TEST(DiffTest, AConstraintWithAnotherNameAndTheSameContentIsRenamed) {
  Catalog from = MakeCatalog({MakeTable("t", {MakeColumn("a")})});
  Catalog to = from;
  from.tables[0].uniques.push_back({"t_a_key", {"a"}});
  to.tables[0].uniques.push_back({"one_a", {"a"}});
  EXPECT_THAT(Changes(from, to), ElementsAre("RENAME unique constraint t.t_a_key: to one_a"));
  from.dialect = to.dialect = Dialect::kSqlite;
  EXPECT_THAT(Changes(from, to), IsEmpty());
}

TEST(DiffTest, AConstraintWithoutANameIsKnownByItsContent) {
  Catalog from = MakeCatalog({MakeTable("t", {MakeColumn("a")})}, Dialect::kSqlite);
  Catalog to = from;
  from.tables[0].checks.push_back({"", "a > 0"});
  to.tables[0].checks.push_back({"positive", "a > 0"});
  EXPECT_THAT(Changes(from, to), IsEmpty());
  to.tables[0].checks[0].expression = "a > 1";
  EXPECT_THAT(Changes(from, to),
              ElementsAre("DROP check constraint t.(a > 0)", "CREATE check constraint t.positive"));
}

// Two that swap their names are the same constraints.
TEST(DiffTest, EqualOnesArePairedBeforeNamesAre) {
  Catalog from = MakeCatalog({MakeTable("t", {MakeColumn("a"), MakeColumn("b")})});
  Catalog to = from;
  from.tables[0].uniques = {{"x", {"a"}}, {"y", {"b"}}};
  to.tables[0].uniques = {{"x", {"b"}}, {"y", {"a"}}};
  EXPECT_THAT(Changes(from, to), ElementsAre("RENAME unique constraint t.y: to x",
                                             "RENAME unique constraint t.x: to y"));
}

TEST(DiffTest, WhatIsRenamedTakesItsReferencesAlong) {
  Table users = MakeTable("users", {MakeColumn("id"), MakeColumn("photo", "text")});
  users.checks.push_back({"c", "photo <> 'photo' AND lower(photo) <> photo"});
  users.indexes.push_back({"i", false, {{"photo"}}});
  Table posts = MakeTable("posts", {MakeColumn("user_id")});
  posts.foreign_keys.push_back({"f", {"user_id"}, {"", "users"}, {"id"}});
  const Catalog from = MakeCatalog({users, posts});

  Table people = users;
  people.name.name = "people";
  people.columns[1].name = "picture";
  people.checks[0].expression = "picture <> 'photo' AND lower(picture) <> picture";
  people.indexes[0].parts[0].column = "picture";
  posts.foreign_keys[0].referenced_table.name = "people";
  const Catalog to = MakeCatalog({people, posts});

  const std::vector<Rename> renames = {{{"", "users"}, "", "people"},
                                       {{"", "users"}, "photo", "picture"}};
  EXPECT_THAT(Changes(from, to, renames), ElementsAre("RENAME table users: to people",
                                                      "RENAME column users.photo: to picture"));
  EXPECT_THAT(
      Changes(to, from, Reverse(renames)),
      ElementsAre("RENAME table people: to users", "RENAME column people.picture: to photo"));
}

TEST(DiffTest, ARenameOfNothingIsRefused) {
  const Catalog catalog = MakeCatalog({MakeTable("t", {MakeColumn("a")})});
  for (const Rename& rename : {Rename{{"", "x"}, "", "y"}, Rename{{"", "t"}, "x", "y"}}) {
    const auto diff = Diff(catalog, catalog, {rename});
    EXPECT_EQ(ReasonOf(diff.status()), v1::ERROR_REASON_INVALID_REQUEST);
  }
}

std::vector<Rename> Suggestions(const Catalog& from, const Catalog& to) {
  const auto diff = Diff(from, to);
  EXPECT_TRUE(diff.ok()) << diff.status();
  return diff.ok() ? SuggestRenames(*diff) : std::vector<Rename>();
}

TEST(SuggestRenamesTest, AColumnOfTheSameTypeMayBeTheSame) {
  const Catalog from =
      MakeCatalog({MakeTable("t", {MakeColumn("id"), MakeColumn("photo", "text")})});
  const Catalog to = MakeCatalog({MakeTable(
      "t", {MakeColumn("id"), MakeColumn("picture", "text"), MakeColumn("bio", "text")})});
  EXPECT_THAT(Suggestions(from, to), ElementsAre(Rename{{"", "t"}, "photo", "picture"}));
}

TEST(SuggestRenamesTest, TheSameTypeCountsForMoreThanTheName) {
  const Catalog from =
      MakeCatalog({MakeTable("t", {MakeColumn("mail", "text"), MakeColumn("x", "bytea")})});
  const Catalog to = MakeCatalog(
      {MakeTable("t", {MakeColumn("email", "varchar(100)"), MakeColumn("y", "bytea")})});
  EXPECT_THAT(Suggestions(from, to),
              ElementsAre(Rename{{"", "t"}, "x", "y"}, Rename{{"", "t"}, "mail", "email"}));
}

TEST(SuggestRenamesTest, ATableWithHalfOfTheColumnsMayBeTheSame) {
  const Table before = MakeTable("users", {MakeColumn("id"), MakeColumn("a"), MakeColumn("b")});
  Table after = before;
  after.name.name = "accounts";
  after.columns.pop_back();
  EXPECT_THAT(Suggestions(MakeCatalog({before}), MakeCatalog({after})),
              ElementsAre(Rename{{"", "users"}, "", "accounts"}));
  after.columns = {MakeColumn("id"), MakeColumn("x"), MakeColumn("y")};
  EXPECT_THAT(Suggestions(MakeCatalog({before}), MakeCatalog({after})), IsEmpty());
}

}  // namespace
}  // namespace brant
