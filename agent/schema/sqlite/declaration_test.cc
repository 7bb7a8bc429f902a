#include "agent/schema/sqlite/declaration.h"

#include "agent/base/error.h"
#include "agent/schema/sqlite/declare.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Table Read(absl::string_view sql) {
  auto table = ReadSqliteTable(sql);
  EXPECT_TRUE(table.ok()) << table.status();
  return table.ok() ? *std::move(table) : Table();
}

TEST(SqliteDeclarationTest, ColumnsAreReadWithAllThatIsSaidOfThem) {
  const Table table = Read(R"sql(CREATE TABLE [my table] (
    "id" integer PRIMARY KEY AUTOINCREMENT, -- the key
    a VarChar ( 20 ) NOT NULL DEFAULT 'it''s' COLLATE nocase /* not
    b here */, b DECIMAL(10, 2) DEFAULT -1.5 CHECK (b>0),
    c DEFAULT (1+2), d GENERATED ALWAYS AS (a||b) STORED, e TEXT DEFAULT "words", f
  ))sql");
  EXPECT_EQ(table.name.name, "my table");
  ASSERT_EQ(table.columns.size(), 7);
  EXPECT_EQ(table.columns[0].identity, Identity::kAutoIncrement);
  EXPECT_FALSE(table.columns[0].nullable);
  EXPECT_EQ(table.columns[1].type.native, "VARCHAR(20)");
  EXPECT_EQ(table.columns[1].type.length, 20);
  EXPECT_EQ(table.columns[1].default_value, "'it''s'");
  EXPECT_EQ(table.columns[1].collation, "NOCASE");
  EXPECT_EQ(table.columns[2].type.native, "DECIMAL(10,2)");
  EXPECT_EQ(table.columns[2].default_value, "-1.5");
  EXPECT_EQ(table.columns[3].type.native, "");
  EXPECT_EQ(table.columns[3].default_value, "1 + 2");
  EXPECT_EQ(table.columns[4].generated, "a || b");
  EXPECT_TRUE(table.columns[4].generated_stored);
  EXPECT_EQ(table.columns[5].default_value, "'words'");
  ASSERT_EQ(table.checks.size(), 1);
  EXPECT_EQ(table.checks[0].expression, "b > 0");
}

TEST(SqliteDeclarationTest, ConstraintsNeedNoCommasBetweenThem) {
  const Table table = Read(
      "CREATE TABLE t(a, b, CONSTRAINT k PRIMARY KEY (a, b) CONSTRAINT u UNIQUE (b)"
      " CHECK ((a IN (1, 2))) FOREIGN KEY (a) REFERENCES p ON DELETE SET NULL ON UPDATE CASCADE"
      " DEFERRABLE INITIALLY DEFERRED) WITHOUT ROWID, STRICT");
  ASSERT_TRUE(table.primary_key.has_value());
  EXPECT_EQ(table.primary_key->name, "k");
  EXPECT_THAT(table.primary_key->columns, ElementsAre("a", "b"));
  ASSERT_EQ(table.uniques.size(), 1);
  EXPECT_EQ(table.uniques[0].name, "u");
  EXPECT_EQ(table.checks[0].expression, "a IN (1, 2)");
  ASSERT_EQ(table.foreign_keys.size(), 1);
  EXPECT_EQ(table.foreign_keys[0].on_delete, "SET NULL");
  EXPECT_EQ(table.foreign_keys[0].on_update, "CASCADE");
  EXPECT_TRUE(table.foreign_keys[0].initially_deferred);
  EXPECT_TRUE(table.options.contains("without rowid"));
  EXPECT_TRUE(table.options.contains("strict"));
  // Of a table without row ids, no column of the key can be NULL.
  EXPECT_FALSE(table.columns[0].nullable);
}

TEST(SqliteDeclarationTest, OnlyAnIntegerPrimaryKeyNumbersRows) {
  EXPECT_EQ(Read("CREATE TABLE t(a INTEGER, PRIMARY KEY (a))").columns[0].identity,
            Identity::kByDefault);
  EXPECT_EQ(Read("CREATE TABLE t(a INT PRIMARY KEY)").columns[0].identity, Identity::kNone);
  EXPECT_EQ(Read("CREATE TABLE t(a INTEGER PRIMARY KEY DESC)").columns[0].identity,
            Identity::kNone);
  EXPECT_EQ(Read("CREATE TABLE t(a INTEGER PRIMARY KEY) WITHOUT ROWID").columns[0].identity,
            Identity::kNone);
}

// Text in double quotes that names no column is a string there.
TEST(SqliteDeclarationTest, QuotedTextIsANameOrAString) {
  const Table table = Read("CREATE TABLE t(a TEXT, CHECK (\"a\" IN (\"b\", 'c')))");
  EXPECT_EQ(table.checks[0].expression, "a IN ('b', 'c')");
}

TEST(SqliteDeclarationTest, WhatIsDeclaredReadsAsItWas) {
  for (absl::string_view sql : {
           "CREATE TABLE t(id INTEGER PRIMARY KEY, \"a b\" TEXT NOT NULL DEFAULT 'x;y')",
           "CREATE TABLE t(a, b, PRIMARY KEY (b, a), CHECK (a <> b AND a NOT LIKE '%''%'))",
           "CREATE TABLE \"order\"(\"group\" INT REFERENCES \"order\" (\"group\") ON DELETE "
           "CASCADE)",
           "CREATE TABLE t(a DEFAULT CURRENT_TIMESTAMP, b DEFAULT (datetime('now')), c DEFAULT "
           "X'00')",
       }) {
    const Table table = Read(sql);
    EXPECT_EQ(Read(DeclareSqliteTable(table, table.name.name)), table) << sql;
  }
}

TEST(SqliteDeclarationTest, IndexesAreRead) {
  const Table table = Read("CREATE TABLE t(a TEXT, b INT)");
  const auto index = ReadSqliteIndex(
      "CREATE UNIQUE INDEX IF NOT EXISTS i ON t(a COLLATE nocase DESC, lower( a ), b) "
      "WHERE (b IS NOT NULL)",
      table);
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_EQ(index->name, "i");
  EXPECT_TRUE(index->unique);
  ASSERT_EQ(index->parts.size(), 3);
  EXPECT_EQ(index->parts[0].column, "a");
  EXPECT_EQ(index->parts[0].collation, "NOCASE");
  EXPECT_TRUE(index->parts[0].descending);
  EXPECT_EQ(index->parts[1].expression, "lower(a)");
  EXPECT_EQ(index->parts[2].column, "b");
  EXPECT_EQ(index->predicate, "b IS NOT NULL");
}

TEST(SqliteDeclarationTest, WhatIsNoTableIsAnError) {
  EXPECT_EQ(ReasonOf(ReadSqliteTable("CREATE VIEW v AS SELECT 1").status()),
            v1::ERROR_REASON_INTERNAL);
}

}  // namespace
}  // namespace brant
