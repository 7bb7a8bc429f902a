#include "agent/schema/scratch_database.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/database/database_test.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::string_view kUser = "brant_scratch_test";

// The databases that have a server.
class ScratchDatabaseTest : public DatabaseTest {
 protected:
  std::unique_ptr<ScratchDatabase> Make() {
    auto scratch = ScratchDatabase::Create(*database_);
    EXPECT_TRUE(scratch.ok()) << DescribeError(scratch.status());
    return scratch.ok() ? *std::move(scratch) : nullptr;
  }

  std::string NameOf(ScratchDatabase& scratch) {
    auto session = scratch.database().Connect({});
    EXPECT_TRUE(session.ok()) << session.status();
    return One(**session, IsMysql() ? "SELECT DATABASE()" : "SELECT current_database()");
  }

  bool IsThere(const std::string& name) {
    return One(IsMysql() ? "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?"
                         : "SELECT COUNT(*) FROM pg_database WHERE datname = ?",
               {name}) == "1";
  }
};

TEST_P(ScratchDatabaseTest, IsLikeTheOneBesideAndGoesAway) {
  const std::string own = test_database_->parsed().database;
  if (IsMysql()) Execute(absl::StrCat("ALTER DATABASE ", own, " COLLATE latin1_german2_ci"));
  const std::string properties =
      IsMysql() ? "SELECT CONCAT(@@character_set_database, ' ', @@collation_database)"
                : "SELECT concat(encoding, datcollate, datctype) FROM pg_database WHERE "
                  "datname = current_database()";
  session_ = Connect();
  const std::string expected = One(properties);
  auto scratch = Make();
  ASSERT_NE(scratch, nullptr);
  const std::string name = NameOf(*scratch);
  EXPECT_THAT(name, StartsWith("brant_scratch_"));
  {
    auto session = scratch->database().Connect({});
    ASSERT_TRUE(session.ok()) << session.status();
    EXPECT_EQ(One(**session, properties), expected);
    Execute(**session, "CREATE TABLE t (a INTEGER)");
  }
  EXPECT_FALSE(Exists("t"));
  scratch.reset();
  EXPECT_FALSE(IsThere(name));
}

TEST_P(ScratchDatabaseTest, WhatADeadAgentLeftIsDroppedAndNoLivingOnes) {
  auto living = Make();
  ASSERT_NE(living, nullptr);
  const std::string name = NameOf(*living);
  // All but its last digits says where it belongs.
  const std::string left = absl::StrCat(name.substr(0, name.size() - 16), "0000000000000000");
  Execute(absl::StrCat("CREATE DATABASE ", left));
  // Somebody's own that begins like it.
  const std::string main = absl::StrCat(name.substr(0, name.size() - 16), "main");
  Execute(absl::StrCat("CREATE DATABASE ", main));
  auto next = Make();
  EXPECT_TRUE(IsThere(main));
  Execute(absl::StrCat("DROP DATABASE ", main));
  EXPECT_FALSE(IsThere(left));
  EXPECT_TRUE(IsThere(name));
}

TEST_P(ScratchDatabaseTest, GoesAwayAfterItsSessionWasEnded) {
  auto scratch = Make();
  ASSERT_NE(scratch, nullptr);
  const std::string name = NameOf(*scratch);
  auto rows = session_->Query(
      IsMysql() ? absl::StrCat("SELECT IS_USED_LOCK('", name, "')")
                : "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid "
                  "FROM pg_database WHERE datname = current_database())");
  ASSERT_TRUE(rows.ok() && rows->size() == 1) << rows.status();
  Execute(IsMysql() ? absl::StrCat("KILL ", (*rows)[0][0].value())
                    : absl::StrCat("SELECT pg_terminate_backend(", (*rows)[0][0].value(), ")"));
  scratch.reset();
  EXPECT_FALSE(IsThere(name));
}

TEST_P(ScratchDatabaseTest, ThoseWhoMayNotMakeDatabasesAreTold) {
  const std::string own = test_database_->parsed().database;
  const std::string user = absl::StrCat(kUser, own.substr(own.find("test") + 4));
  if (IsMysql()) {
    Execute(absl::StrCat("CREATE USER ", user, " IDENTIFIED BY 'secret'"));
    Execute(absl::StrCat("GRANT ALL ON ", own, ".* TO ", user));
  } else {
    Execute(absl::StrCat("CREATE ROLE ", user, " LOGIN PASSWORD 'secret'"));
  }
  DatabaseUrl url = test_database_->parsed();
  url.user = user;
  url.password = "secret";
  const auto database = OpenDatabase(url);
  ASSERT_TRUE(database.ok()) << database.status();
  const absl::Status status = ScratchDatabase::Create(**database).status();
  Execute(absl::StrCat(IsMysql() ? "DROP USER " : "DROP ROLE ", user));
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_PERMISSION_DENIED) << status;
  EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("scratch-url"));
}

TEST_P(ScratchDatabaseTest, UnqualifiedNamesLeadWhereTheyLeadBeside) {
  if (!IsPostgresql()) return;
  const std::string own = test_database_->parsed().database;
  Execute("CREATE SCHEMA app");
  Execute(absl::StrCat("ALTER DATABASE ", own, " SET search_path = app"));
  auto scratch = Make();
  ASSERT_NE(scratch, nullptr);
  auto session = scratch->database().Connect({});
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_EQ(One(**session, "SELECT current_schema()"), "app");
}

INSTANTIATE_TEST_SUITE_P(Every, ScratchDatabaseTest,
                         ::testing::Values(Dialect::kPostgresql, Dialect::kMysql), DialectOfTest);

}  // namespace
}  // namespace brant
