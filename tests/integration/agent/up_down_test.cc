// Runs that go well: what they leave in the schema, the version rows and the
// journal.

#include "absl/strings/str_cat.h"
#include "tests/integration/agent/migration_test.h"

namespace brant {
namespace {

using ::testing::ElementsAre;

class UpDownTest : public MigrationTest {};

const std::vector<TestMigration>& Three() {
  static const auto* migrations = new std::vector<TestMigration>{
      {.id = "a",
       .upgrade = "CREATE TABLE t (x INTEGER PRIMARY KEY, y VARCHAR(20));",
       .downgrade = "DROP TABLE t;"},
      {.id = "b",
       .revises = "a",
       .upgrade = "INSERT INTO t VALUES (1, 'one; two');\nINSERT INTO t VALUES (2, 'été 😀');",
       .downgrade = "DELETE FROM t;"},
      {.id = "c",
       .revises = "b",
       .upgrade = "CREATE TABLE u (x INTEGER);\nINSERT INTO u SELECT x FROM t",
       .downgrade = "DROP TABLE u;"}};
  return *migrations;
}

TEST_P(UpDownTest, UpDownUp) {
  Outcome up = Upgrade(Three());
  ASSERT_TRUE(up.status.ok()) << up.status;
  EXPECT_EQ(up.run.state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_EQ(up.run.epoch(), 1);
  EXPECT_EQ(up.run.steps_total(), 3);
  EXPECT_EQ(up.run.steps_done(), 3);
  EXPECT_THAT(up.run.from_revisions(), ElementsAre());
  EXPECT_THAT(up.run.to_revisions(), ElementsAre("c"));
  EXPECT_EQ(Rows(), "c");
  EXPECT_EQ(One("SELECT y FROM t WHERE x = 2"), "été 😀");
  EXPECT_EQ(One("SELECT COUNT(*) FROM u"), "2");
  EXPECT_THAT(observer_->words(),
              ElementsAre("started 3", "step 1 a", "1.1", "1.1 done", "done 1", "step 2 b", "2.1",
                          "2.1 done", "2.2", "2.2 done", "done 2", "step 3 c", "3.1", "3.1 done",
                          "3.2", "3.2 done", "done 3"));

  Outcome down = Downgrade(Three(), "base");
  ASSERT_TRUE(down.status.ok()) << down.status;
  EXPECT_EQ(down.run.epoch(), 2);
  EXPECT_THAT(down.run.from_revisions(), ElementsAre("c"));
  EXPECT_THAT(down.run.to_revisions(), ElementsAre());
  EXPECT_EQ(Rows(), "");
  EXPECT_FALSE(Exists("t"));
  EXPECT_FALSE(Exists("u"));

  ASSERT_TRUE(Upgrade(Three(), "+2").status.ok());
  EXPECT_EQ(Rows(), "b");
  ASSERT_TRUE(Upgrade(Three()).status.ok());
  EXPECT_EQ(Rows(), "c");
  EXPECT_EQ(One("SELECT COUNT(*) FROM u"), "2");
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_runs WHERE state = 'succeeded'"), "4");
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_steps WHERE state = 'done' AND "
                "statements_done = statements_total AND end_time IS NOT NULL"),
            "9");
}

TEST_P(UpDownTest, TheJournalKnowsWhatRan) {
  const auto bundle = MakeTestBundle(Three());
  ASSERT_TRUE(Upgrade(Three(), "b").status.ok());
  EXPECT_EQ(One("SELECT actor FROM brant_runs"), "tester");
  EXPECT_EQ(One("SELECT agent FROM brant_runs"), "test");
  EXPECT_EQ(One("SELECT bundle_digest FROM brant_runs"), bundle->digest);
  EXPECT_EQ(One("SELECT target FROM brant_runs"), "b");
  EXPECT_EQ(One("SELECT kind FROM brant_runs"), "upgrade");
  EXPECT_EQ(One("SELECT steps_done FROM brant_runs"), "2");
  EXPECT_EQ(One("SELECT to_revisions FROM brant_runs"), "b");
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_scripts"), "2");
  for (const char* id : {"a", "b"}) {
    const Revision& revision = bundle->graph.revision(*bundle->graph.FindId(id));
    const std::string where = absl::StrCat(" WHERE revision = '", id, "'");
    EXPECT_EQ(One(absl::StrCat("SELECT script FROM brant_scripts", where)), revision.text);
    EXPECT_EQ(One(absl::StrCat("SELECT checksum FROM brant_scripts", where)), revision.checksum);
    EXPECT_EQ(One(absl::StrCat("SELECT checksum FROM brant_steps", where)), revision.checksum);
  }
}

TEST_P(UpDownTest, WhereNothingIsToBeDoneNothingIsWritten) {
  Outcome down = Downgrade(Three(), "base");
  EXPECT_TRUE(down.status.ok()) << down.status;
  EXPECT_EQ(down.run.state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_EQ(down.run.id(), "");
  EXPECT_FALSE(Exists("brant_version"));
  EXPECT_FALSE(Exists("brant_runs"));
  ASSERT_TRUE(Upgrade(Three()).status.ok());
  Outcome again = Upgrade(Three());
  EXPECT_TRUE(again.status.ok());
  EXPECT_EQ(again.run.id(), "");
  EXPECT_THAT(again.run.to_revisions(), ElementsAre("c"));
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_runs"), "1");
}

TEST_P(UpDownTest, WhatIsRefusedLeavesTheDatabaseUntouched) {
  std::vector<std::vector<TestMigration>> refused = {
      {{.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);"},
       {.id = "b", .revises = "a", .upgrade_options = IsMysql() ? "sqlite" : "mysql"}}};
  if (IsPostgresql()) refused.push_back({{.id = "a", .upgrade = "SELECT 1;\n\\connect x\n"}});
  for (const auto& migrations : refused) {
    Outcome outcome = Upgrade(migrations);
    EXPECT_FALSE(outcome.status.ok());
    EXPECT_EQ(outcome.run.state(), v1::RUN_STATE_FAILED);
    EXPECT_EQ(outcome.run.epoch(), 0);
    EXPECT_FALSE(Exists("brant_version"));
    EXPECT_FALSE(Exists("brant_journal"));
    EXPECT_FALSE(Exists("t"));
  }
}

TEST_P(UpDownTest, BranchesMergesAndDependenciesHaveTheirRows) {
  const std::vector<TestMigration> migrations = {
      {.id = "a"},
      {.id = "b", .revises = "a", .labels = "left"},
      {.id = "c", .revises = "a", .labels = "right"},
      {.id = "m", .revises = "b, c"},
      {.id = "d", .depends_on = "c", .labels = "other"},
      {.id = "e", .revises = "d", .depends_on = "left"},
  };
  ASSERT_TRUE(Upgrade(migrations, "b").status.ok());
  EXPECT_EQ(Rows(), "b");
  ASSERT_TRUE(Upgrade(migrations, "c").status.ok());
  EXPECT_EQ(Rows(), "b,c");
  ASSERT_TRUE(Upgrade(migrations, "d").status.ok());
  EXPECT_EQ(Rows(), "b,d");  // c is implied by d
  ASSERT_TRUE(Upgrade(migrations, "e").status.ok());
  EXPECT_EQ(Rows(), "e");
  ASSERT_TRUE(Upgrade(migrations).status.ok());
  EXPECT_EQ(Rows(), "e,m");
  Outcome ambiguous = Downgrade(migrations, "-1");
  EXPECT_FALSE(ambiguous.status.ok());
  EXPECT_EQ(Rows(), "e,m");
  ASSERT_TRUE(Downgrade(migrations, "b").status.ok());
  EXPECT_EQ(Rows(), "e");  // which depends on b, and on c through d
  ASSERT_TRUE(Downgrade(migrations, "base").status.ok());
  EXPECT_EQ(Rows(), "");
}

TEST_P(UpDownTest, AStampSetsRowsAndRunsNothing) {
  Outcome stamp = Stamp(Three(), {"b"});
  ASSERT_TRUE(stamp.status.ok()) << stamp.status;
  EXPECT_EQ(Rows(), "b");
  EXPECT_FALSE(Exists("t"));
  EXPECT_EQ(One("SELECT state FROM brant_runs WHERE kind = 'stamp'"), "succeeded");
  EXPECT_THAT(stamp.run.to_revisions(), ElementsAre("b"));
  ASSERT_TRUE(Stamp(Three(), {"base"}).status.ok());
  EXPECT_EQ(Rows(), "");
  EXPECT_TRUE(Stamp(Three(), {"base"}).status.ok());
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_runs"), "2");
}

TEST_P(UpDownTest, APurgingStampForgetsRowsThatNobodyKnows) {
  ASSERT_TRUE(Stamp(Three(), {"a"}).status.ok());
  Sql("INSERT INTO brant_version VALUES ('unknown')");
  Outcome refused = Stamp(Three(), {"b"});
  EXPECT_EQ(ReasonOf(refused.status), v1::ERROR_REASON_UNKNOWN_CURRENT_REVISION);
  EXPECT_EQ(Rows(), "a,unknown");
  Outcome purged = Stamp(Three(), {"b"}, /*purge=*/true);
  ASSERT_TRUE(purged.status.ok()) << purged.status;
  EXPECT_EQ(Rows(), "b");
}

TEST_P(UpDownTest, AnUnknownRowIsRefusedAndTheDatabaseUntouched) {
  Sql("CREATE TABLE brant_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)");
  Sql("INSERT INTO brant_version VALUES ('unknown')");
  Outcome outcome = Upgrade(Three());
  EXPECT_EQ(ReasonOf(outcome.status), v1::ERROR_REASON_UNKNOWN_CURRENT_REVISION);
  EXPECT_NE(ErrorDetail(outcome.status, "hint"), "");
  EXPECT_FALSE(Exists("brant_journal"));
  EXPECT_FALSE(Exists("t"));
  EXPECT_EQ(Rows(), "unknown");
}

// Somebody emptied the version table by dropping it: the journal remembers the
// epochs that were taken.
TEST_P(UpDownTest, ADroppedVersionTableIsMadeAgain) {
  ASSERT_TRUE(Upgrade(Three()).status.ok());
  ASSERT_TRUE(Downgrade(Three(), "base").status.ok());
  Sql("DROP TABLE brant_version");
  Outcome again = Upgrade(Three(), "a");
  ASSERT_TRUE(again.status.ok()) << again.status;
  EXPECT_EQ(again.run.epoch(), 3);
  EXPECT_EQ(Rows(), "a");
  Sql("DELETE FROM brant_journal");
  ASSERT_TRUE(Upgrade(Three(), "b").status.ok());
  EXPECT_EQ(One("SELECT epoch FROM brant_journal"), "4");
}

TEST_P(UpDownTest, AJournalOfANewerBrantIsLeftAlone) {
  ASSERT_TRUE(Upgrade(Three(), "a").status.ok());
  Sql("UPDATE brant_journal SET format = 99");
  Outcome outcome = Upgrade(Three());
  EXPECT_FALSE(outcome.status.ok());
  EXPECT_THAT(std::string(outcome.status.message()), ::testing::HasSubstr("newer Brant"));
  EXPECT_EQ(Rows(), "a");
}

TEST_P(UpDownTest, EmptySectionsAreSteps) {
  ASSERT_TRUE(
      Upgrade({{.id = "a"}, {.id = "b", .revises = "a", .upgrade = "-- nothing\n;;"}}).status.ok());
  EXPECT_EQ(Rows(), "b");
  EXPECT_EQ(StepRow("run-1", 2), "b upgrade done 0/0/0");
}

TEST_P(UpDownTest, FilesOfWindowsAndWithAByteOrderMarkRun) {
  std::vector<SourceFile> files = MakeTestFiles(Three());
  for (SourceFile& file : files) {
    std::string windows = "\xEF\xBB\xBF";
    for (char c : file.content) {
      if (c == '\n') windows += '\r';
      windows += c;
    }
    file.content = windows;
  }
  auto bundle = MakeBundle(files);
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ((*bundle)->digest, MakeTestBundle(Three())->digest);
  Goal goal;
  goal.targets = {"head"};
  Outcome outcome = Execute(goal, *bundle);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(One("SELECT COUNT(*) FROM u"), "2");
}

INSTANTIATE_TEST_SUITE_P(Databases, UpDownTest, EveryDatabase(), DialectOfTest);

}  // namespace
}  // namespace brant
