#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/base/error.h"
#include "agent/database/statement.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

absl::Status Check(absl::string_view script, int done) {
  auto statements = SplitStatements(Dialect::kPostgresql, script);
  EXPECT_TRUE(statements.ok()) << statements.status();
  return CheckResumable(Dialect::kPostgresql, *statements, done);
}

TEST(PostgresqlResumable, WhatOnlyTheOldSessionHadIsNamedWithBothStatements) {
  const struct {
    absl::string_view script;
    absl::string_view object;
  } cases[] = {
      {"CREATE TEMP TABLE x (a int); INSERT INTO y SELECT * FROM X", "temporary table x"},
      {"CREATE LOCAL TEMPORARY TABLE IF NOT EXISTS \"X y\" AS SELECT 1; TABLE \"X y\"",
       "temporary table X y"},
      {"CREATE OR REPLACE TEMP VIEW x AS SELECT 1; SELECT 1 FROM pg_temp.x", "temporary table x"},
      {"CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
       "UPDATE t SET a = pg_temp.f()",
       "temporary table f"},
      {"SELECT 1 AS a INTO TEMP TABLE x; DO $$ BEGIN PERFORM a FROM x; END $$",
       "temporary table x"},
      {"WITH w AS (SELECT 1 AS a) SELECT a INTO TEMPORARY x FROM w; DROP TABLE x",
       "temporary table x"},
      {"DECLARE c NO SCROLL CURSOR WITH HOLD FOR SELECT 1; FETCH NEXT FROM c", "cursor c"},
  };
  for (const auto& tried : cases) {
    absl::Status status = Check(tried.script, 1);
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_STEP_INCOMPLETE) << tried.script << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(tried.object)));
    EXPECT_THAT(std::string(status.message()), HasSubstr("statement 1"));
    EXPECT_THAT(std::string(status.message()), HasSubstr("statement 2"));
    EXPECT_NE(ErrorDetail(status, "hint"), "");
    // While nothing is done, and once all is.
    EXPECT_TRUE(Check(tried.script, 0).ok()) << tried.script;
    EXPECT_TRUE(Check(tried.script, 2).ok()) << tried.script;
  }
}

TEST(PostgresqlResumable, SettingsThatWereDoneAreRunAgain) {
  constexpr absl::string_view kScript =
      "CREATE TEMP TABLE x (a int); PREPARE p AS SELECT * FROM x; SELECT 1";
  EXPECT_EQ(ReasonOf(Check(kScript, 2)), v1::ERROR_REASON_STEP_INCOMPLETE);
  EXPECT_TRUE(Check("SET search_path = x; PREPARE p AS SELECT 1; EXECUTE p", 2).ok());
}

TEST(PostgresqlResumable, WhatEndedBeforeIsNotMissed) {
  for (absl::string_view script :
       {"CREATE TEMP TABLE x (a int); DROP TABLE x; CREATE TABLE x (a int)",
        "CREATE TEMP TABLE x (a int) ON COMMIT DROP; SELECT 1; SELECT * FROM x",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1; CLOSE c; FETCH c",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1; CLOSE ALL; FETCH c",
        "DECLARE c CURSOR FOR SELECT 1; SELECT 1; FETCH c",
        "CREATE TEMP TABLE x (a int); DISCARD TEMP; CREATE TABLE x (a int)",
        "CREATE TABLE x (a int); SELECT 1; SELECT * FROM x",
        "CREATE TEMP TABLE x (a int); SELECT 1; INSERT INTO t VALUES ('x')",
        "INSERT INTO temp SELECT 1; SELECT 1; SELECT * FROM temp",
        "WITH w AS (SELECT 1) INSERT INTO temp SELECT * FROM w; SELECT 1; SELECT 1"}) {
    EXPECT_TRUE(Check(script, 2).ok()) << script << ": " << Check(script, 2);
  }
}

TEST(PostgresqlResumable, WhatIsMadeLaterIsThereAgain) {
  EXPECT_TRUE(Check("SELECT 1; CREATE TEMP TABLE x (a int); SELECT * FROM x", 1).ok());
}

}  // namespace
}  // namespace brant
