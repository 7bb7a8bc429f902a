// Where a database is, compared to a bundle; and what reads need.

#include "absl/strings/str_cat.h"
#include "agent/database/open.h"
#include "agent/migrate/comparison.h"
#include "agent/migrate/state_reader.h"
#include "tests/integration/agent/migration_test.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StatusTest : public MigrationTest {
 protected:
  v1::Status Compare(const std::vector<TestMigration>& migrations) {
    if (reader_ == nullptr) reader_ = std::make_unique<StateReader>(database_.get(), options_);
    auto status = CompareWithBundle(*reader_, MakeTestBundle(migrations)->graph);
    EXPECT_TRUE(status.ok()) << status.status();
    return status.ok() ? *status : v1::Status();
  }

  const std::vector<TestMigration> small_ = {{.id = "a"}, {.id = "b", .revises = "a"}};
  const std::vector<TestMigration> large_ = {{.id = "a"},
                                             {.id = "b", .revises = "a"},
                                             {.id = "c", .revises = "b"},
                                             {.id = "d", .revises = "c"}};
  std::unique_ptr<StateReader> reader_;
};

TEST_P(StatusTest, AnEmptyDatabaseIsBehindAndStaysEmpty) {
  const v1::Status status = Compare(small_);
  EXPECT_EQ(status.state(), v1::STATUS_STATE_BEHIND);
  EXPECT_EQ(status.pending_count(), 2);
  EXPECT_THAT(status.current_revisions(), IsEmpty());
  EXPECT_THAT(status.head_revisions(), ElementsAre("b"));
  EXPECT_FALSE(Exists("brant_version"));
}

TEST_P(StatusTest, BehindThenUpToDate) {
  ASSERT_TRUE(Upgrade(small_, "a").status.ok());
  EXPECT_EQ(Compare(small_).state(), v1::STATUS_STATE_BEHIND);
  EXPECT_EQ(Compare(small_).pending_count(), 1);
  ASSERT_TRUE(Upgrade(small_).status.ok());
  const v1::Status status = Compare(small_);
  EXPECT_EQ(status.state(), v1::STATUS_STATE_UP_TO_DATE);
  EXPECT_EQ(status.pending_count(), 0);
  EXPECT_THAT(status.current_revisions(), ElementsAre("b"));
}

TEST_P(StatusTest, AheadIfWhatIsUnknownBuildsOnTheHeads) {
  ASSERT_TRUE(Upgrade(large_).status.ok());
  const v1::Status status = Compare(small_);
  EXPECT_EQ(status.state(), v1::STATUS_STATE_AHEAD);
  EXPECT_EQ(status.pending_count(), 0);
  EXPECT_THAT(status.unknown_revisions(), ElementsAre("d"));
  EXPECT_THAT(status.beyond_revisions(), ElementsAre("c", "d"));
  EXPECT_THAT(status.applied_heads(), ElementsAre("b"));
}

TEST_P(StatusTest, AheadThroughADependency) {
  std::vector<TestMigration> with_dependency = small_;
  with_dependency.push_back({.id = "x", .depends_on = "b"});
  ASSERT_TRUE(Upgrade(with_dependency).status.ok());
  EXPECT_EQ(Rows(), "x");
  EXPECT_EQ(Compare(small_).state(), v1::STATUS_STATE_AHEAD);
}

TEST_P(StatusTest, DivergedIfWhatIsUnknownBuildsOnSomethingElse) {
  ASSERT_TRUE(Upgrade({{.id = "a"}, {.id = "z", .revises = "a"}}).status.ok());
  const v1::Status status = Compare(small_);
  EXPECT_EQ(status.state(), v1::STATUS_STATE_DIVERGED);
  EXPECT_EQ(status.pending_count(), 1);
  EXPECT_THAT(status.unknown_revisions(), ElementsAre("z"));
  EXPECT_THAT(status.applied_heads(), ElementsAre("a"));
}

TEST_P(StatusTest, DivergedIfNobodyKnowsWhatItIs) {
  ASSERT_TRUE(Upgrade(small_).status.ok());
  Sql("UPDATE brant_version SET version_num = 'nobody'");
  EXPECT_EQ(Compare(small_).state(), v1::STATUS_STATE_DIVERGED);
}

TEST_P(StatusTest, ADatabaseThatWasEmptiedIsSeenAsEmpty) {
  ASSERT_TRUE(Upgrade(small_).status.ok());
  ASSERT_EQ(Compare(small_).state(), v1::STATUS_STATE_UP_TO_DATE);
  EXPECT_EQ(reader_->ReadRuns(0, 10)->size(), 1u);
  for (const char* table :
       {"brant_version", "brant_journal", "brant_runs", "brant_steps", "brant_scripts"}) {
    Sql(absl::StrCat("DROP TABLE ", table));
  }
  EXPECT_EQ(Compare(small_).pending_count(), 2);
  auto runs = reader_->ReadRuns(0, 10);
  ASSERT_TRUE(runs.ok()) << runs.status();
  EXPECT_THAT(*runs, IsEmpty());
}

TEST_P(StatusTest, RunsAreListedTheLatestFirstPageByPage) {
  for (const char* target : {"a", "b", "c", "d"}) {
    ASSERT_TRUE(Upgrade(large_, target).status.ok());
  }
  StateReader reader(database_.get(), options_);
  auto runs = reader.ReadRuns(0, 3);
  ASSERT_TRUE(runs.ok()) << runs.status();
  ASSERT_EQ(runs->size(), 3u);
  EXPECT_EQ((*runs)[0].id(), "run-4");
  EXPECT_EQ((*runs)[0].kind(), v1::RUN_KIND_UPGRADE);
  EXPECT_EQ((*runs)[0].state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_EQ((*runs)[0].target(), "d");
  EXPECT_EQ((*runs)[0].actor(), "tester");
  EXPECT_THAT((*runs)[0].from_revisions(), ElementsAre("c"));
  EXPECT_THAT((*runs)[0].to_revisions(), ElementsAre("d"));
  EXPECT_GT((*runs)[0].end_time().seconds(), 1'600'000'000);
  EXPECT_EQ(reader.ReadRuns((*runs)[2].epoch(), 3)->size(), 1u);
  EXPECT_EQ(reader.ReadRun("run-2").value()->epoch(), 2);
  EXPECT_FALSE(reader.ReadRun("run-9").value().has_value());
}

TEST_P(StatusTest, AFailedRunIsReadBackWithItsError) {
  Outcome failed = Upgrade({{.id = "a", .upgrade = "INSERT INTO \"no where\" VALUES ('é');"}});
  StateReader reader(database_.get(), options_);
  auto run = reader.ReadRun("run-1");
  ASSERT_TRUE(run.ok()) << run.status();
  ASSERT_TRUE(run->has_value());
  const absl::Status error = FromRpcStatus((*run)->error());
  EXPECT_EQ(error.message(), failed.status.message());
  EXPECT_EQ(ReasonOf(error), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_EQ(ErrorDetail(error, "line"), "7");
}

TEST_P(StatusTest, ReadsAreAnsweredWhileAMigrationWorks) {
  StateReader reader(database_.get(), options_);
  ASSERT_TRUE(Upgrade(small_, "a").status.ok());
  int reads = 0;
  observer_->on_statement = [&](int, int) {
    auto status = CompareWithBundle(reader, MakeTestBundle(small_)->graph);
    EXPECT_TRUE(status.ok()) << status.status();
    EXPECT_EQ(status->pending_count(), 1);
    EXPECT_TRUE(reader.ReadRuns(0, 10).ok());
    ++reads;
  };
  ASSERT_TRUE(Upgrade({{.id = "a"},
                       {.id = "b",
                        .revises = "a",
                        .upgrade = "CREATE TABLE t (x INTEGER);\nINSERT INTO t VALUES (1);\n"
                                   "INSERT INTO t VALUES (2);"}})
                  .status.ok());
  EXPECT_EQ(reads, 3);
}

INSTANTIATE_TEST_SUITE_P(Databases, StatusTest, EveryDatabase(), DialectOfTest);

class ReadOnlyUserTest : public StatusTest {
 protected:
  // The database as a user sees it who may do what `grants` say.
  std::unique_ptr<Database> OpenAs(const std::string& user,
                                   const std::vector<std::string>& grants) {
    name_ = absl::StrCat(user, "_", test_database_->parsed().database);
    if (IsPostgresql()) {
      Sql(absl::StrCat("CREATE ROLE ", name_, " LOGIN PASSWORD 'secret'"));
    } else {
      Sql(absl::StrCat("CREATE USER ", name_, " IDENTIFIED BY 'secret'"));
    }
    for (const std::string& grant : grants) Sql(absl::StrCat(grant, " TO ", name_));
    DatabaseUrl url = test_database_->parsed();
    url.user = name_;
    url.password = "secret";
    auto opened = OpenDatabase(url);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  }
  void TearDown() override {
    if (name_.empty()) return;
    if (IsPostgresql()) Sql(absl::StrCat("DROP OWNED BY ", name_));
    Sql(absl::StrCat(IsPostgresql() ? "DROP ROLE " : "DROP USER ", name_));
  }

  std::string name_;
};

TEST_P(ReadOnlyUserTest, ReadsNeedNothingButSelect) {
  ASSERT_TRUE(Upgrade(large_).status.ok());
  auto database = OpenAs(
      "reader",
      {IsPostgresql() ? "GRANT SELECT ON ALL TABLES IN SCHEMA public"
                      : absl::StrCat("GRANT SELECT ON ", test_database_->parsed().database, ".*")});
  {
    StateReader reader(database.get(), options_);
    auto status = CompareWithBundle(reader, MakeTestBundle(small_)->graph);
    ASSERT_TRUE(status.ok()) << status.status();
    EXPECT_EQ(status->state(), v1::STATUS_STATE_AHEAD);
    EXPECT_EQ(reader.ReadRuns(0, 10)->size(), 1u);
    EXPECT_TRUE(reader.ServerVersion().ok());
    EXPECT_TRUE(reader.Ping().ok());
  }
}

// After the first use, the right to make tables is not needed any more.
TEST_P(ReadOnlyUserTest, DataMigrationsNeedNoRightToMakeTables) {
  ASSERT_TRUE(Upgrade({{.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);"}}).status.ok());
  const std::string rights = "GRANT SELECT, INSERT, UPDATE, DELETE ON ";
  auto database =
      OpenAs("writer",
             {absl::StrCat(rights, IsPostgresql()
                                       ? "ALL TABLES IN SCHEMA public"
                                       : absl::StrCat(test_database_->parsed().database, ".*"))});
  std::swap(database, database_);
  Outcome outcome = Upgrade({{.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);"},
                             {.id = "b", .revises = "a", .upgrade = "INSERT INTO t VALUES (1);"}});
  std::swap(database, database_);
  EXPECT_TRUE(outcome.status.ok()) << DescribeError(outcome.status);
  EXPECT_EQ(Rows(), "b");
}

TEST_P(ReadOnlyUserTest, WhoMayNotWriteIsToldSo) {
  auto database = OpenAs(
      "nobody",
      {IsPostgresql() ? "GRANT USAGE ON SCHEMA public"
                      : absl::StrCat("GRANT SELECT ON ", test_database_->parsed().database, ".*")});
  std::swap(database, database_);
  Outcome outcome = Upgrade(small_);
  std::swap(database, database_);
  EXPECT_EQ(ReasonOf(outcome.status), v1::ERROR_REASON_DATABASE_PERMISSION_DENIED)
      << outcome.status;
  EXPECT_FALSE(Exists("brant_version"));
}

INSTANTIATE_TEST_SUITE_P(Databases, ReadOnlyUserTest, EveryServer(), DialectOfTest);

}  // namespace
}  // namespace brant
