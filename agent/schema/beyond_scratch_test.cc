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

TEST(BeyondScratchTest, PostgresqlRefusesWhatChangesTheServer) {
  for (const char* sql :
       {"DROP OWNED BY app", "REASSIGN OWNED BY a TO b", "CREATE ROLE r", "ALTER SYSTEM SET a = 1",
        "DO $$ BEGIN IF true THEN CREATE ROLE r; END IF; END $$",
        "DO $$ BEGIN EXECUTE 'DROP  DATABASE app'; END $$",
        "DO 'BEGIN REASSIGN OWNED BY a TO b; END'",
        "CREATE OR REPLACE FUNCTION f() RETURNS void LANGUAGE sql AS 'ALTER USER u SUPERUSER'",
        "CREATE PROCEDURE p() AS $a$ BEGIN EXECUTE 'create ' || 'tablespace x'; END $a$"}) {
    EXPECT_NE(Reason(Dialect::kPostgresql, sql), "") << sql;
  }
}

TEST(BeyondScratchTest, PostgresqlRunsWhatStaysInItsDatabase) {
  for (const char* sql :
       {"CREATE TABLE app.role (id int)", "DROP TABLE role", "CREATE USER MAPPING FOR a SERVER s",
        "CREATE SERVER s FOREIGN DATA WRAPPER w", "GRANT SELECT ON t TO r",
        "DO $$ BEGIN CREATE TABLE t (role text); DROP TABLE u; END $$",
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT role FROM users'"}) {
    EXPECT_EQ(Reason(Dialect::kPostgresql, sql), "") << sql;
  }
}

}  // namespace
}  // namespace brant
