// Revisions up, down and up again in scratch space, on every database.

#include "agent/schema/verify.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/migrate/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/database/database_test.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr absl::string_view kUsers = "CREATE TABLE users (id INTEGER PRIMARY KEY, age INTEGER);";

TestMigration Users() {
  return {.id = "a", .upgrade = std::string(kUsers), .downgrade = "DROP TABLE users;"};
}

class VerifyTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    before_ = ScratchDatabases();
  }

  // Nothing of a verification stays, however it ended.
  void TearDown() override {
    EXPECT_EQ(ScratchDatabases(), before_);
    EXPECT_FALSE(Exists("users"));
  }

  // Verifies all that is not applied; "a ok", "b irreversible", "c + index t.i".
  absl::Status Verify(const std::vector<TestMigration>& migrations,
                      const std::vector<std::string>& applied = {}, const std::string& range = "") {
    VerifyRequest request;
    request.bundle = MakeTestBundle(migrations);
    const RevisionGraph& graph = request.bundle->graph;
    request.applied.resize(graph.size());
    for (const std::string& id : applied) request.applied[*graph.FindId(id)] = true;
    BRANT_ASSIGN_OR_RETURN(request.chosen, ChooseRevisions(graph, range, request.applied));
    return VerifyRevisions(*database_, request, cancel_, [this](const Verification& done) {
      Note(done);
      if (on_done_) on_done_();
    });
  }

  // Those whose maker is gone: tests at the same time make theirs.
  std::vector<std::string> ScratchDatabases() {
    std::vector<std::string> names;
    if (IsSqlite()) return names;
    auto rows = session_->Query(
        IsPostgresql()
            ? absl::StrCat(
                  "SELECT datname FROM pg_database WHERE datname LIKE 'brant\\_scratch\\_' "
                  "|| left(encode(sha256(convert_to(current_database(), 'UTF8')), 'hex'), "
                  "8) || '%'")
            : "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME REGEXP "
              "'^brant_scratch_[0-9a-f]{16}$' AND IS_FREE_LOCK(SCHEMA_NAME) = 1");
    EXPECT_TRUE(rows.ok()) << rows.status();
    for (const auto& row : *rows) names.push_back(row[0].value_or(""));
    return names;
  }

  std::vector<std::string> before_;
  CancelToken cancel_;
  std::function<void()> on_done_;
  std::vector<std::string> words_;

 private:
  void Note(const Verification& done) {
    std::string word = done.revision->id;
    if (done.irreversible) absl::StrAppend(&word, " irreversible");
    if (!done.irreversible && done.differences.empty() && done.second_upgrade_differences.empty()) {
      absl::StrAppend(&word, " ok");
    }
    for (const v1::SchemaChange& change : done.differences) {
      absl::StrAppend(&word, " ", v1::SchemaChange::Action_Name(change.action()).substr(7), " ",
                      change.kind(), " ", change.name());
    }
    for (const v1::SchemaChange& change : done.second_upgrade_differences) {
      absl::StrAppend(&word, " again ", change.kind(), " ", change.name());
    }
    words_.push_back(std::move(word));
  }
};

TEST_P(VerifyTest, WhatRestoresTheSchemaIsFine) {
  const absl::Status status =
      Verify({Users(),
              {.id = "b",
               .revises = "a",
               .upgrade = "ALTER TABLE users ADD COLUMN name VARCHAR(20); CREATE INDEX i ON "
                          "users (name);",
               .downgrade = IsMysql() ? "DROP INDEX i ON users; ALTER TABLE users DROP COLUMN name;"
                                      : "DROP INDEX i; ALTER TABLE users DROP COLUMN name;"}});
  ASSERT_TRUE(status.ok()) << DescribeError(status);
  EXPECT_THAT(words_, ElementsAre("a ok", "b ok"));
}

TEST_P(VerifyTest, AForgottenIndexIsFoundAndTheNextRevisionIsTriedAllTheSame) {
  const absl::Status status =
      Verify({Users(),
              {.id = "b", .revises = "a", .upgrade = "CREATE INDEX i ON users (age);"},
              {.id = "c",
               .revises = "b",
               .upgrade = IsMysql() ? "DROP INDEX i ON users;" : "DROP INDEX i;",
               .downgrade = "CREATE INDEX i ON users (age);"}});
  ASSERT_TRUE(status.ok()) << DescribeError(status);
  EXPECT_THAT(words_, ElementsAre("a ok", "b CREATE index users.i", "c ok"));
}

TEST_P(VerifyTest, AColumnThatComesBackOtherwiseIsFound) {
  const std::string drop = "ALTER TABLE users DROP COLUMN age;";
  const absl::Status status =
      Verify({Users(),
              {.id = "b",
               .revises = "a",
               .upgrade = drop,
               .downgrade = "ALTER TABLE users ADD COLUMN age INTEGER NOT NULL DEFAULT 7;"}});
  ASSERT_TRUE(status.ok()) << DescribeError(status);
  EXPECT_THAT(words_, ElementsAre("a ok", "b ALTER column users.age"));
}

TEST_P(VerifyTest, AForgottenTriggerIsFound) {
  if (IsPostgresql()) return;  // It needs a function, which is no part of a catalog.
  const std::string body = "CREATE TRIGGER old BEFORE INSERT ON users FOR EACH ROW ";
  const absl::Status status =
      Verify({Users(),
              {.id = "b",
               .revises = "a",
               .upgrade = body + (IsMysql() ? "SET NEW.age = 1;" : "BEGIN SELECT 1; END;")}});
  ASSERT_TRUE(status.ok()) << DescribeError(status);
  EXPECT_THAT(words_, ElementsAre("a ok", "b CREATE trigger users.old"));
}

TEST_P(VerifyTest, ADowngradeThatFailsIsNamedByFileAndLine) {
  const absl::Status status = Verify(
      {Users(), {.id = "b", .revises = "a", .upgrade = "", .downgrade = "\nDROP TABLE nothing;"}});
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_STATEMENT_FAILED) << status;
  EXPECT_EQ(ErrorDetail(status, "file"), "20240101_0002_b.sql");
  EXPECT_EQ(ErrorDetail(status, "line"), "11");
  EXPECT_THAT(ErrorDetail(status, "hint"),
              HasSubstr("the downgrade of revision b in scratch space"));
  EXPECT_THAT(words_, ElementsAre("a ok"));
}

TEST_P(VerifyTest, ASecondUpgradeThatFailsIsToldFromTheFirst) {
  absl::Status status =
      Verify({Users(), {.id = "b", .revises = "a", .upgrade = "INSERT INTO users VALUES (1, 1);"}});
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_STATEMENT_FAILED) << status;
  EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("the second upgrade, after the downgrade"));
  status = Verify({Users(), {.id = "b", .revises = "a", .upgrade = "DROP TABLE nothing;"}});
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_STATEMENT_FAILED) << status;
  EXPECT_THAT(ErrorDetail(status, "hint"), Not(HasSubstr("second")));
}

TEST_P(VerifyTest, IrreversibleRevisionsAreOnlyRunUp) {
  TestMigration irreversible = Users();
  irreversible.has_downgrade = false;
  const absl::Status status = Verify({irreversible,
                                      {.id = "b",
                                       .revises = "a",
                                       .upgrade = "ALTER TABLE users ADD COLUMN name VARCHAR(20);",
                                       .downgrade = "ALTER TABLE users DROP COLUMN name;"}});
  ASSERT_TRUE(status.ok()) << DescribeError(status);
  EXPECT_THAT(words_, ElementsAre("a irreversible", "b ok"));
}

TEST_P(VerifyTest, SectionsWithoutATransaction) {
  TestMigration off = {.id = "b",
                       .revises = "a",
                       .upgrade = "CREATE INDEX i ON users (age);",
                       .downgrade = IsMysql() ? "DROP INDEX i ON users;" : "DROP INDEX i;",
                       .upgrade_options = "transaction:off",
                       .downgrade_options = "transaction:off"};
  if (IsPostgresql()) off.upgrade = "CREATE INDEX CONCURRENTLY i ON users (age);";
  if (IsSqlite()) off.upgrade += "\nVACUUM;";
  const absl::Status status = Verify({Users(), off});
  ASSERT_TRUE(status.ok()) << DescribeError(status);
  EXPECT_THAT(words_, ElementsAre("a ok", "b ok"));
}

TEST_P(VerifyTest, TheRangeIsTriedOnTopOfWhatItNeedsAndWhatIsApplied) {
  const TestMigration other = {
      .id = "o", .upgrade = "CREATE TABLE o (x INTEGER);", .downgrade = "DROP TABLE o;"};
  // Needs o without saying so, as one that was written where o was applied may.
  const TestMigration b = {.id = "b",
                           .revises = "a",
                           .upgrade = "INSERT INTO o VALUES (1); INSERT INTO users VALUES (1, 1);",
                           .downgrade = "DELETE FROM users; DELETE FROM o;"};
  absl::Status status = Verify({Users(), b, other}, {"a", "o"});
  ASSERT_TRUE(status.ok()) << DescribeError(status);
  EXPECT_THAT(words_, ElementsAre("b ok"));
  words_.clear();
  status = Verify({Users(), b, other}, {"a", "b", "o"});
  ASSERT_TRUE(status.ok()) << DescribeError(status);
  EXPECT_THAT(words_, IsEmpty());
  status = Verify({Users(), b, other}, {"a", "b", "o"}, "b");
  ASSERT_TRUE(status.ok()) << DescribeError(status);
  EXPECT_THAT(words_, ElementsAre("b ok"));
  words_.clear();
  status = Verify({Users(), b, other}, {"a", "o"}, "current:current");
  ASSERT_TRUE(status.ok()) << DescribeError(status);
  EXPECT_THAT(words_, ElementsAre("a ok", "o ok"));
}

TEST_P(VerifyTest, WhatReachesBeyondTheScratchDatabaseIsRefused) {
  std::vector<std::string> statements = {
      "CREATE ROLE somebody;", "DROP OWNED BY CURRENT_USER;",
      "DO $$ BEGIN IF false THEN CREATE ROLE somebody; END IF; END $$;"};
  if (IsSqlite()) statements = {"ATTACH 'file.db' AS other;"};
  if (IsMysql()) {
    const std::string own = test_database_->parsed().database;
    statements = {absl::StrCat("CREATE TABLE ", own, ".users (x INT);"),
                  absl::StrCat("CREATE OR REPLACE DATABASE ", own, ";"),
                  absl::StrCat("EXECUTE IMMEDIATE 'DROP DATABASE ", own, "';"),
                  "SET @a = 1, GLOBAL max_connections = @@max_connections;"};
  }
  Execute("CREATE TABLE kept (a INT)");
  for (const std::string& statement : statements) {
    const absl::Status status = Verify({{.id = "a", .upgrade = statement}});
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_UNSUPPORTED_STATEMENT) << statement << status;
    EXPECT_EQ(ErrorDetail(status, "line"), "7");
    EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("out of the range"));
  }
  EXPECT_TRUE(Exists("kept"));
}

TEST_P(VerifyTest, ACancelledOneEnds) {
  on_done_ = [this] { cancel_.Cancel(Error(v1::ERROR_REASON_CANCELLED, "enough")); };
  const absl::Status status =
      Verify({Users(), {.id = "b", .revises = "a", .upgrade = "SELECT 1;"}});
  EXPECT_EQ(status.message(), "enough");
  EXPECT_THAT(words_, ElementsAre("a ok"));
}

INSTANTIATE_TEST_SUITE_P(Every, VerifyTest, EveryDatabase(), DialectOfTest);

}  // namespace
}  // namespace brant
