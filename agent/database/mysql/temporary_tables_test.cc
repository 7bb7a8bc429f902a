#include "agent/database/mysql/temporary_tables.h"

#include "gtest/gtest.h"

namespace brant::mysql {
namespace {

TEST(TemporaryTablesTest, FindsTheName) {
  EXPECT_EQ(CreatedTemporaryTable("CREATE TEMPORARY TABLE t (a INT)"), "t");
  EXPECT_EQ(CreatedTemporaryTable("create or replace temporary table if not exists `a b`.`c` as"),
            "`a b`.`c`");
  EXPECT_EQ(CreatedTemporaryTable("CREATE /*!32302 TEMPORARY */ TABLE /* x */ `t``1`(a INT)"),
            "`t``1`");
}

TEST(TemporaryTablesTest, NothingElse) {
  for (const char* statement :
       {"", "CREATE TABLE t (a INT)", "DROP TEMPORARY TABLE t", "SELECT 'CREATE TEMPORARY TABLE t'",
        "CREATE TEMPORARY SEQUENCE s", "CREATE TEMPORARY TABLE", "CREATE 'x"}) {
    EXPECT_EQ(CreatedTemporaryTable(statement), "") << statement;
  }
}

}  // namespace
}  // namespace brant::mysql
