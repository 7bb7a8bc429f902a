#include "agent/schema/beyond_scratch.h"

#include "gtest/gtest.h"

namespace brant {
namespace {

std::string Reason(Dialect dialect, absl::string_view sql) {
  return ReachesBeyondScratch(dialect, sql, {"app"});
}

TEST(BeyondScratchTest, MysqlAllowsOnlyWhatStaysInItsDatabase) {
  for (const char* sql : {"CREATE OR REPLACE DATABASE x", "SET a=1, GLOBAL b=2", "SHUTDOWN",
                          "EXECUTE IMMEDIATE 'DROP DATABASE app'", "DROP TABLE app.t"}) {
    EXPECT_NE(Reason(Dialect::kMysql, sql), "") << sql;
  }
  for (const char* sql : {"SELECT 1", "CREATE OR REPLACE TABLE t (a INT)", "CALL p()"}) {
    EXPECT_EQ(Reason(Dialect::kMysql, sql), "") << sql;
  }
}

}  // namespace
}  // namespace brant
