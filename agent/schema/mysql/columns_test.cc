// What MySQL writes.

#include "agent/schema/mysql/columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brant::mysql {
namespace {

const Server& Mysql() {
  static const Server server{false, 80036, "app", "utf8mb4", "utf8mb4_0900_ai_ci"};
  return server;
}

Column Read(const std::string& type, const std::string& value, const std::string& extra = "") {
  ColumnRow row{"c", type, true, value, extra};
  return ReadColumn(Mysql(), row, "utf8mb4_0900_ai_ci");
}

TEST(ColumnsTest, DefaultsOfMysqlAreValues) {
  EXPECT_EQ(Read("varchar(20)", "it's \\ so").default_value, "'it''s \\\\ so'");
  EXPECT_EQ(Read("varchar(20)", "").default_value, "''");
  EXPECT_EQ(Read("varchar(20)", "NULL").default_value, "'NULL'");
  EXPECT_EQ(Read("int", "5").default_value, "5");
  EXPECT_EQ(Read("decimal(10,2)", "1.50").default_value, "1.50");
  EXPECT_EQ(Read("bit(3)", "b'101'").default_value, "b'101'");
  EXPECT_EQ(Read("enum('a')", "a").default_value, "'a'");
  EXPECT_EQ(Read("date", "2020-01-01").default_value, "'2020-01-01'");
  EXPECT_EQ(Read("binary(3)", "0x414200").default_value, "0x414200");
}

TEST(ColumnsTest, DefaultsOfMysqlAreExpressions) {
  EXPECT_EQ(Read("char(36)", "uuid()", "DEFAULT_GENERATED").default_value, "(uuid())");
  EXPECT_EQ(Read("varchar(9)", "concat(_utf8mb4\\'a\\',1)", "DEFAULT_GENERATED").default_value,
            "(concat('a',1))");
  EXPECT_EQ(Read("text", R"(_utf8mb4\'it\\\'s \\\\ \\n\')", "DEFAULT_GENERATED").default_value,
            R"(('it\'s \\ \n'))");
  EXPECT_EQ(
      Read("text", "concat(_latin1\\'a\\',_utf8mb4\\'ä\\',_binary\\'b\\')", "DEFAULT_GENERATED")
          .default_value,
      "(concat('a',_utf8mb4'ä',_binary'b'))");
  EXPECT_EQ(Read("text", "_latin1\\'a\\' collate latin1_bin", "DEFAULT_GENERATED").default_value,
            "(_latin1'a' collate latin1_bin)");
  const Column at = Read("datetime(6)", "CURRENT_TIMESTAMP(6)",
                         "DEFAULT_GENERATED on update CURRENT_TIMESTAMP(6)");
  EXPECT_EQ(at.default_value, "CURRENT_TIMESTAMP(6)");
  EXPECT_EQ(at.on_update, "CURRENT_TIMESTAMP(6)");
  // Before version 8.
  EXPECT_EQ(Read("timestamp", "CURRENT_TIMESTAMP", "on update CURRENT_TIMESTAMP").on_update,
            "CURRENT_TIMESTAMP");
}

TEST(ColumnsTest, GeneratedColumnsOfMysql) {
  ColumnRow row{"c",
                "varchar(9)",
                true,
                std::nullopt,
                "STORED GENERATED",
                "utf8mb4_bin",
                "concat(`a`,_utf8mb4\\'x\\')"};
  const Column column = ReadColumn(Mysql(), row, "utf8mb4_0900_ai_ci");
  EXPECT_EQ(column.generated, "concat(`a`,'x')");
  EXPECT_TRUE(column.generated_stored);
  EXPECT_EQ(column.collation, "utf8mb4_bin");
}

// MariaDB keeps the name of a column's check where only the column's was changed.
TEST(ColumnsTest, FindsTheColumnOfACheck) {
  Table table;
  for (const char* name : {"id", "aa"}) {
    Column column;
    column.name = name;
    table.columns.push_back(column);
  }
  CheckConstraint check;
  check.name = "a";
  check.expression = "`aa` > 0";
  check.of_column = true;
  AddCheck(table, "utf8mb4_bin", check);
  ASSERT_EQ(table.checks.size(), 1u);
  EXPECT_EQ(table.checks[0].name, "aa");
}

}  // namespace
}  // namespace brant::mysql
