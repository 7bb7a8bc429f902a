#include "agent/schema/mysql/table_statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace brant::mysql {
namespace {

using ::testing::ElementsAre;

TEST(TableStatementTest, TakesForeignKeysOut) {
  const auto table = ReadCreateTable(
      "CREATE TABLE `a b` (id INT, -- , FOREIGN KEY\n"
      "  CONSTRAINT f FOREIGN KEY (`id`, x) REFERENCES p (a, `b`) ON DELETE CASCADE ON UPDATE SET "
      "NULL,\n"
      "  x INT DEFAULT 1 COMMENT ', FOREIGN KEY (x) REFERENCES p (a)', FOREIGN KEY (x)\n"
      "  REFERENCES q(id) ON UPDATE NO ACTION) ENGINE=InnoDB");
  ASSERT_TRUE(table.has_value());
  EXPECT_EQ(table->name, "a b");
  EXPECT_EQ(table->without_keys,
            "TABLE `a b` (id INT,\n"
            "  x INT DEFAULT 1 COMMENT ', FOREIGN KEY (x) REFERENCES p (a)') ENGINE=InnoDB");
  ASSERT_EQ(table->keys.size(), 2u);
  EXPECT_EQ(table->keys[0].name, "f");
  EXPECT_THAT(table->keys[0].columns, ElementsAre("id", "x"));
  EXPECT_EQ(table->keys[0].referenced_table.name, "p");
  EXPECT_THAT(table->keys[0].referenced_columns, ElementsAre("a", "b"));
  EXPECT_EQ(table->keys[0].on_delete, "CASCADE");
  EXPECT_EQ(table->keys[0].on_update, "SET NULL");
  EXPECT_EQ(table->keys[1].name, "");
  EXPECT_EQ(table->keys[1].referenced_table.name, "q");
  EXPECT_EQ(table->keys[1].on_update, "");
}

TEST(TableStatementTest, LeavesTheRestAsItIs) {
  for (const char* rest : {
           "TABLE IF NOT EXISTS t (a INT, CHECK (a > 1), KEY k (a)) DEFAULT CHARSET=latin1",
           "TABLE t (a INT COMMENT 'x;y') CHARACTER SET utf8mb4, COLLATE = utf8mb4_bin",
           "TABLE t (`references` INT, b ENUM('like','x)'))",
       }) {
    const auto table = ReadCreateTable(absl::StrCat("CREATE ", rest));
    ASSERT_TRUE(table.has_value()) << rest;
    EXPECT_EQ(table->without_keys, rest);
    EXPECT_TRUE(table->keys.empty());
  }
}

TEST(TableStatementTest, KnowsWhatIsNotKnown) {
  for (const char* statement : {
           "CREATE TABLE t LIKE u",
           "CREATE TABLE t (LIKE u)",
           "CREATE TABLE t AS SELECT 1",
           "CREATE TABLE t (a INT) SELECT 1 AS a",
           "CREATE TABLE t (a INT) AS TABLE u",
           "CREATE TEMPORARY TABLE t (a INT)",
           "CREATE OR REPLACE TABLE t (a INT)",
           "CREATE TABLE d.t (a INT)",
           "CREATE TABLE t (a INT REFERENCES u (a))",
           "CREATE TABLE t (a INT, FULLTEXT KEY (a))",
           "CREATE TABLE t (a INT) PARTITION BY HASH (a)",
           "CREATE TABLE t (a INT) ROW_FORMAT=COMPRESSED",
           "CREATE TABLE t (a INT) ENGINE=Aria",
           "CREATE TABLE t (SELECT 1 AS a)",
           "CREATE TABLE t (a INT, FOREIGN KEY (order) REFERENCES u (a))",
           "CREATE TABLE t (a INT, CONSTRAINT `é` FOREIGN KEY (a) REFERENCES u (a))",
           "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u (a) ON UPDATE CASCADE ON UPDATE "
           "CASCADE)",
           "CREATE TABLE t (a INT) WITH SYSTEM VERSIONING",
           "CREATE TABLE t (a INT /*!50000 NOT NULL */)",
           "CREATE TABLE t (FOREIGN KEY (a) REFERENCES u (a), a INT)",
           "CREATE TABLE t (a INT, FOREIGN KEY x (a) REFERENCES u (a))",
           "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES d.u (a))",
           "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u)",
           "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u (a) MATCH FULL)",
           "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u (a) ON DELETE SET DEFAULT)",
           "CREATE TABLE t (a INT",
           "CREATE VIEW t AS SELECT 1",
       }) {
    EXPECT_FALSE(ReadCreateTable(statement).has_value()) << statement;
  }
}

TEST(TableStatementTest, ReadsForeignKeysThatAreAdded) {
  const auto table = ReadAddForeignKeys(
      "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (b), "
      "ADD FOREIGN KEY (c) REFERENCES v (d)");
  ASSERT_TRUE(table.has_value());
  EXPECT_EQ(table->name, "t");
  EXPECT_EQ(table->without_keys, "");
  ASSERT_EQ(table->keys.size(), 2u);
  EXPECT_EQ(table->keys[0].name, "f");
  EXPECT_EQ(table->keys[1].referenced_table.name, "v");
  for (const char* statement : {
           "ALTER TABLE t ADD COLUMN a INT",
           "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (b), ADD COLUMN a INT",
           "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (b), ALGORITHM=COPY",
           "ALTER TABLE t DROP FOREIGN KEY f",
       }) {
    EXPECT_FALSE(ReadAddForeignKeys(statement).has_value()) << statement;
  }
}

}  // namespace
}  // namespace brant::mysql
