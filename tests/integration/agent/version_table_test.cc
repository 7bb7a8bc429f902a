// Where the version rows live.

#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/integration/agent/migration_test.h"

namespace brant {
namespace {

class VersionTableTest : public MigrationTest {
 protected:
  const std::vector<TestMigration> migrations_ = {
      {.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);", .downgrade = "DROP TABLE t;"},
      {.id = "b",
       .revises = "a",
       .upgrade = "CREATE TABLE u (x INTEGER);",
       .downgrade = "DROP TABLE u;"}};
};

// The table as Alembic 1.8 makes it on each database.
TEST_P(VersionTableTest, AlembicsTableIsTakenUp) {
  Sql(IsMysql() ? "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
                  "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
                : "CREATE TABLE alembic_version (\n\tversion_num VARCHAR(32) NOT NULL, \n\t"
                  "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n)");
  Sql("INSERT INTO alembic_version (version_num) VALUES ('a')");
  Sql("CREATE TABLE t (x INTEGER)");
  options_.version_table = "alembic_version";
  Outcome outcome = Upgrade(migrations_);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(outcome.run.steps_total(), 1);
  EXPECT_EQ(Rows("alembic_version"), "b");
  EXPECT_FALSE(Exists("brant_version"));
  // What Alembic does in turn is seen.
  Sql("UPDATE alembic_version SET version_num = 'a' WHERE alembic_version.version_num = 'b'");
  Sql("DROP TABLE u");
  ASSERT_TRUE(Upgrade(migrations_).status.ok());
  EXPECT_EQ(Rows("alembic_version"), "b");
}

TEST_P(VersionTableTest, ItsNameMayBeAnyName) {
  options_.version_table = Choose("Odd \"name", "Odd \"name", "Odd `name");
  ASSERT_TRUE(Upgrade(migrations_).status.ok());
  EXPECT_EQ(Rows(Choose("\"Odd \"\"name\"", "\"Odd \"\"name\"", "`Odd ``name`")), "b");
  ASSERT_TRUE(Downgrade(migrations_, "base").status.ok());
}

TEST_P(VersionTableTest, TwoInOneSchemaHaveStatesOfTheirOwn) {
  ASSERT_TRUE(Upgrade(migrations_).status.ok());
  const std::vector<TestMigration> others = {
      {.id = "x", .upgrade = "CREATE TABLE v (x INTEGER);"},
      {.id = "y",
       .revises = "x",
       .upgrade = "CREATE TABLE w (x INTEGER);\nSELECT nothing;",
       .upgrade_options = "transaction:off"}};
  options_.version_table = "other_version";
  Outcome other = Upgrade(others);
  EXPECT_EQ(ReasonOf(other.status), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_EQ(Rows("other_version"), "x");
  EXPECT_EQ(Rows(), "b");
  EXPECT_EQ(other.run.epoch(), 1);
  // Half a step of the one does not bother the other.
  options_.version_table = "brant_version";
  Outcome down = Downgrade(migrations_, "a");
  ASSERT_TRUE(down.status.ok()) << down.status;
  EXPECT_EQ(down.run.epoch(), 2);
  options_.version_table = "other_version";
  EXPECT_EQ(ReasonOf(Downgrade(others, "base").status), v1::ERROR_REASON_STEP_INCOMPLETE);
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_journal"), "2");
}

// One database may hold many projects, whose agents all come with the first
// deployment.
TEST_P(VersionTableTest, SeveralOnesAreMadeAtTheSameTime) {
  constexpr int kProjects = 6;
  std::vector<Outcome> outcomes(kProjects);
  std::vector<std::thread> agents;
  for (int i = 0; i < kProjects; ++i) {
    agents.emplace_back([&, i] {
      MigratorOptions options = options_;
      options.version_table = absl::StrCat("versions_", i);
      RunRequest request;
      request.goal.targets = {"heads"};
      request.bundle = MakeTestBundle(
          {{.id = "a", .upgrade = absl::StrCat("CREATE TABLE t", i, " (x INTEGER);")}});
      outcomes[i].run.set_id(absl::StrCat("run-", i));
      outcomes[i].run.mutable_create_time()->set_seconds(1);
      RecordingObserver observer;
      CancelToken cancel;
      outcomes[i].status =
          Migrator(database_.get(), options).Execute(request, outcomes[i].run, observer, cancel);
    });
  }
  for (std::thread& agent : agents) agent.join();
  for (int i = 0; i < kProjects; ++i) {
    EXPECT_TRUE(outcomes[i].status.ok()) << i << ": " << outcomes[i].status;
    EXPECT_EQ(outcomes[i].run.epoch(), 1);
    EXPECT_EQ(Rows(absl::StrCat("versions_", i)), "a");
    EXPECT_TRUE(Exists(absl::StrCat("t", i)));
  }
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_journal"), absl::StrCat(kProjects));
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_runs WHERE state = 'succeeded'"),
            absl::StrCat(kProjects));
}

INSTANTIATE_TEST_SUITE_P(Databases, VersionTableTest, EveryDatabase(), DialectOfTest);

class VersionTableSchemaTest : public VersionTableTest {};

TEST_P(VersionTableSchemaTest, TheSchemaCanBeNamed) {
  Sql("CREATE SCHEMA ops");
  options_.version_table_schema = "ops";
  ASSERT_TRUE(Upgrade(migrations_).status.ok());
  EXPECT_EQ(Rows("ops.brant_version"), "b");
  EXPECT_TRUE(Exists("brant_runs", "ops"));
  EXPECT_FALSE(Exists("brant_version", "public"));
  EXPECT_TRUE(Exists("t", "public"));
}

TEST_P(VersionTableSchemaTest, AMissingSchemaIsAnError) {
  options_.version_table_schema = "nowhere";
  Outcome outcome = Upgrade(migrations_);
  EXPECT_FALSE(outcome.status.ok());
  EXPECT_THAT(std::string(outcome.status.message()), ::testing::HasSubstr("nowhere"));
  EXPECT_FALSE(Exists("t"));
}

TEST_P(VersionTableSchemaTest, WithoutItTheUsersSearchPathDecides) {
  Sql("CREATE SCHEMA app");
  Sql(absl::StrCat("ALTER DATABASE ", test_database_->parsed().database, " SET search_path = app"));
  session_ = Connect();
  ASSERT_TRUE(Upgrade(migrations_).status.ok());
  EXPECT_TRUE(Exists("brant_version", "app"));
  EXPECT_TRUE(Exists("t", "app"));
  Sql(absl::StrCat("ALTER DATABASE ", test_database_->parsed().database,
                   " SET search_path = none"));
  Outcome outcome = Upgrade(migrations_);
  EXPECT_EQ(ReasonOf(outcome.status), v1::ERROR_REASON_INVALID_REQUEST);
  EXPECT_NE(ErrorDetail(outcome.status, "hint"), "");
}

INSTANTIATE_TEST_SUITE_P(Databases, VersionTableSchemaTest, ::testing::Values(Dialect::kPostgresql),
                         DialectOfTest);

}  // namespace
}  // namespace brant
