// Statements that fail, and what the next run makes of it.

#include "absl/strings/str_cat.h"
#include "tests/integration/agent/migration_test.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// a is applied; the third of b's four statements fails, unless it was mended.
std::vector<TestMigration> FailingAtTheThird(
    const std::string& options, const std::string& third = "INSERT INTO nowhere VALUES (1);") {
  return {{.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);", .downgrade = "DROP TABLE t;"},
          {.id = "b",
           .revises = "a",
           .upgrade = absl::StrCat("CREATE TABLE u (x INTEGER);\n"
                                   "INSERT INTO t VALUES (1);\n",
                                   third, "\nCREATE TABLE v (x INTEGER);"),
           .downgrade = "DROP TABLE u;\nDROP TABLE v;\nDELETE FROM t;",
           .upgrade_options = options}};
}

class FailureTest : public MigrationTest {
 protected:
  // Leaves b unfinished after two of its statements.
  void FailInTheMiddle() {
    Outcome failed = Upgrade(FailingAtTheThird("transaction:off"));
    ASSERT_EQ(ReasonOf(failed.status), v1::ERROR_REASON_STATEMENT_FAILED) << failed.status;
    ASSERT_EQ(StepRow("run-1", 2), "b upgrade failed 2/2/4");
    ASSERT_EQ(Rows(), "a");
  }
};

TEST_P(FailureTest, ATransactionalStepIsRolledBackWhole) {
  Outcome outcome = Upgrade(FailingAtTheThird(""));
  EXPECT_EQ(ReasonOf(outcome.status), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_EQ(outcome.run.state(), v1::RUN_STATE_FAILED);
  EXPECT_EQ(outcome.run.steps_done(), 1);
  EXPECT_THAT(outcome.run.to_revisions(), ElementsAre("a"));
  EXPECT_EQ(Rows(), "a");
  EXPECT_TRUE(Exists("t"));
  EXPECT_EQ(ErrorDetail(outcome.status, "file"), "20240101_0002_b.sql");
  EXPECT_EQ(ErrorDetail(outcome.status, "line"), "9");
  EXPECT_EQ(ErrorDetail(outcome.status, "statement"), "INSERT INTO nowhere VALUES (1)");
  EXPECT_NE(ErrorDetail(outcome.status, "database_code"), "");
  EXPECT_THAT(ErrorDetail(outcome.status, "database_message"), HasSubstr("nowhere"));
  EXPECT_EQ(One("SELECT state FROM brant_runs"), "failed");
  EXPECT_THAT(One("SELECT error FROM brant_runs"), HasSubstr("STATEMENT_FAILED"));
  if (IsMysql()) {
    EXPECT_TRUE(Exists("u"));
    EXPECT_EQ(StepRow("run-1", 2), "b upgrade failed 2/2/4");
    EXPECT_EQ(ErrorDetail(outcome.status, "hint"),
              "statements 1 to 2 of 4 took effect and stay; the next run goes on with statement 3; "
              "mend the statement or the data, and run 'brant upgrade' again");
  } else {
    EXPECT_EQ(ErrorDetail(outcome.status, "hint"),
              "revision b was rolled back; mend the statement or the data, and run 'brant upgrade' "
              "again");
    EXPECT_FALSE(Exists("u"));
    EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "0");
    EXPECT_EQ(StepRow("run-1", 2), "nothing");
  }
  // Mended, it goes to its end.
  Outcome mended = Upgrade(FailingAtTheThird("", "INSERT INTO t VALUES (2);"));
  ASSERT_TRUE(mended.status.ok()) << mended.status;
  EXPECT_EQ(Rows(), "b");
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "2");
  EXPECT_TRUE(Exists("v"));
}

TEST_P(FailureTest, WithoutATransactionTheJournalSaysHowFarItCame) {
  FailInTheMiddle();
  EXPECT_TRUE(Exists("u"));
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "1");
  EXPECT_FALSE(Exists("v"));
}

TEST_P(FailureTest, TheNextRunGoesOnAfterWhatIsDone) {
  FailInTheMiddle();
  // Once more, with the same error.
  Outcome again = Upgrade(FailingAtTheThird("transaction:off"));
  EXPECT_EQ(ReasonOf(again.status), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_EQ(StepRow("run-2"), "b upgrade failed 2/2/4");
  observer_ = std::make_unique<HookObserver>();
  Outcome mended = Upgrade(FailingAtTheThird("transaction:off", "INSERT INTO t VALUES (2);"));
  ASSERT_TRUE(mended.status.ok()) << mended.status;
  EXPECT_THAT(observer_->words(), ElementsAre("started 1", "step 1 b after 2", "1.3", "1.3 done",
                                              "1.4", "1.4 done", "done 1"));
  EXPECT_EQ(StepRow("run-3"), "b upgrade done 4/4/4");
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "2");
  EXPECT_TRUE(Exists("v"));
  EXPECT_EQ(Rows(), "b");
}

TEST_P(FailureTest, TheFailedStatementMayBeDropped) {
  FailInTheMiddle();
  ASSERT_TRUE(Upgrade(FailingAtTheThird("transaction:off", "")).status.ok());
  EXPECT_EQ(Rows(), "b");
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "1");
}

TEST_P(FailureTest, TheStepMayHaveBecomeTransactional) {
  FailInTheMiddle();
  Outcome mended = Upgrade(FailingAtTheThird("", "INSERT INTO t VALUES (2);"));
  ASSERT_TRUE(mended.status.ok()) << mended.status;
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "2");
}

TEST_P(FailureTest, EditedStatementsThatWereDoneAreRefused) {
  FailInTheMiddle();
  std::vector<TestMigration> edited = FailingAtTheThird("transaction:off", "");
  edited[1].upgrade = absl::StrCat("CREATE TABLE u (x INTEGER, y INTEGER);", edited[1].upgrade);
  Outcome refused = Upgrade(edited);
  EXPECT_EQ(ReasonOf(refused.status), v1::ERROR_REASON_STEP_INCOMPLETE);
  EXPECT_EQ(ErrorDetail(refused.status, "file"), "20240101_0002_b.sql");
  EXPECT_THAT(std::string(refused.status.message()), HasSubstr("run-1"));
  EXPECT_EQ(refused.run.epoch(), 0);
  // Also if fewer are left than were done.
  edited[1].upgrade = "CREATE TABLE u (x INTEGER);";
  EXPECT_EQ(ReasonOf(Upgrade(edited).status), v1::ERROR_REASON_STEP_INCOMPLETE);
  // A comment is no statement.
  std::vector<TestMigration> commented = FailingAtTheThird("transaction:off", "-- dropped");
  EXPECT_TRUE(Upgrade(commented).status.ok());
}

TEST_P(FailureTest, WhatLeadsElsewhereIsRefused) {
  FailInTheMiddle();
  Outcome down = Downgrade(FailingAtTheThird("transaction:off"), "base");
  EXPECT_EQ(ReasonOf(down.status), v1::ERROR_REASON_STEP_INCOMPLETE);
  EXPECT_NE(ErrorDetail(down.status, "hint"), "");
  EXPECT_TRUE(Exists("t"));
  // Whoever needs no more than what was reached before has it.
  Outcome nothing = Upgrade(FailingAtTheThird("transaction:off"), "a");
  EXPECT_TRUE(nothing.status.ok()) << nothing.status;
  EXPECT_EQ(nothing.run.id(), "");
  std::vector<TestMigration> branch = FailingAtTheThird("transaction:off");
  branch.push_back({.id = "c", .revises = "a", .upgrade = "CREATE TABLE w (x INTEGER);"});
  EXPECT_EQ(ReasonOf(Upgrade(branch, "c").status), v1::ERROR_REASON_STEP_INCOMPLETE);
  EXPECT_FALSE(Exists("w"));
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_runs"), "1");
}

TEST_P(FailureTest, AStampSettlesIt) {
  FailInTheMiddle();
  Sql("CREATE TABLE v (x INTEGER)");
  Outcome stamp = Stamp(FailingAtTheThird("transaction:off"), {"b"});
  ASSERT_TRUE(stamp.status.ok()) << stamp.status;
  EXPECT_EQ(Rows(), "b");
  Outcome down = Downgrade(FailingAtTheThird("transaction:off"), "a");
  ASSERT_TRUE(down.status.ok()) << down.status;
  EXPECT_FALSE(Exists("u"));
  EXPECT_EQ(Rows(), "a");
}

// It was undone by hand: the rows are right already.
TEST_P(FailureTest, AStampThatChangesNoRowSettlesItToo) {
  FailInTheMiddle();
  Sql("DROP TABLE u");
  Sql("DELETE FROM t");
  Outcome stamp = Stamp(FailingAtTheThird("transaction:off"), {"a"});
  ASSERT_TRUE(stamp.status.ok()) << stamp.status;
  Outcome up = Upgrade(FailingAtTheThird("transaction:off", ""));
  ASSERT_TRUE(up.status.ok()) << up.status;
  EXPECT_EQ(StepRow(up.run.id()), "b upgrade done 3/3/3");
}

// A run that ended before its first step, or a stamp that failed, says nothing
// of the step that an earlier one left.
TEST_P(FailureTest, ALaterRunWithoutStepsHidesNothing) {
  FailInTheMiddle();
  Sql("INSERT INTO brant_runs SELECT 'crashed', version_table, 2, 'request', kind, target, "
      "bundle_digest, actor, agent, 'running', 1, 0, from_revisions, to_revisions, create_time, "
      "start_time, NULL, NULL FROM brant_runs WHERE epoch = 1");
  Sql("UPDATE brant_journal SET epoch = 2");
  EXPECT_EQ(ReasonOf(Downgrade(FailingAtTheThird("transaction:off"), "base").status),
            v1::ERROR_REASON_STEP_INCOMPLETE);
  Sql("UPDATE brant_runs SET kind = 'stamp', state = 'failed' WHERE id = 'crashed'");
  Outcome mended = Upgrade(FailingAtTheThird("transaction:off", "INSERT INTO t VALUES (2);"));
  ASSERT_TRUE(mended.status.ok()) << mended.status;
  EXPECT_EQ(mended.run.epoch(), 3);
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "2");
}

TEST_P(FailureTest, AFirstStatementThatFailsLeavesNothingToGoOnWith) {
  const std::vector<TestMigration> migrations = {
      {.id = "a", .upgrade = "SELECT nothing;", .upgrade_options = "transaction:off"}};
  Outcome failed = Upgrade(migrations);
  EXPECT_EQ(ReasonOf(failed.status), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_THAT(ErrorDetail(failed.status, "hint"), HasSubstr("no statement"));
  EXPECT_EQ(StepRow("run-1"), "a upgrade failed 0/0/1");
  // So it may be replaced altogether.
  ASSERT_TRUE(Upgrade({{.id = "z", .upgrade = "CREATE TABLE t (x INTEGER);"}}).status.ok());
  EXPECT_EQ(Rows(), "z");
}

TEST_P(FailureTest, TheNoticeSaysNoMoreThanIsKnownOfAnInterruptedRun) {
  const std::string repeatable =
      Choose("ANALYZE t;", "PRAGMA cache_size = 10;", "ANALYZE TABLE t;");
  for (const auto& [third, notice] : std::vector<std::pair<std::string, std::string>>{
           {repeatable,
            "run run-1 was interrupted at statement 3 of 4 of 20240101_0002_b.sql, "
            "which is run again"},
           // The fourth one may have been under way.
           {"COMMIT;",
            "run run-1 was interrupted after statement 3 of 4 of 20240101_0002_b.sql "
            "took effect; this run goes on after it"}}) {
    MakeDatabase(GetParam());
    runs_ = 0;
    FailInTheMiddle();
    Sql("UPDATE brant_steps SET state = 'running', statements_started = 3 WHERE revision = 'b'");
    observer_ = std::make_unique<HookObserver>();
    Outcome resumed = Upgrade(FailingAtTheThird("transaction:off", third));
    EXPECT_TRUE(resumed.status.ok()) << resumed.status;
    EXPECT_THAT(observer_->words(), ::testing::Contains(notice));
  }
}

TEST_P(FailureTest, ADowngradeGoesOnToo) {
  std::vector<TestMigration> migrations = {
      {.id = "a",
       .upgrade = "CREATE TABLE t (x INTEGER);\nCREATE TABLE u (x INTEGER);",
       .downgrade = "DROP TABLE t;\nDROP TABLE nowhere;\nDROP TABLE u;",
       .downgrade_options = "transaction:off"}};
  ASSERT_TRUE(Upgrade(migrations).status.ok());
  EXPECT_FALSE(Downgrade(migrations, "base").status.ok());
  EXPECT_FALSE(Exists("t"));
  EXPECT_EQ(Rows(), "a");
  // Up again is not the way out, whether or not there is something to do.
  EXPECT_EQ(ReasonOf(Upgrade(migrations).status), v1::ERROR_REASON_STEP_INCOMPLETE);
  migrations[0].downgrade = "DROP TABLE t;\nDROP TABLE u;";
  EXPECT_EQ(ReasonOf(Downgrade(migrations, "base").status), v1::ERROR_REASON_CHECKSUM_MISMATCH);
  allow_edited_files_ = true;
  Outcome down = Downgrade(migrations, "base");
  ASSERT_TRUE(down.status.ok()) << down.status;
  EXPECT_EQ(Rows(), "");
  EXPECT_FALSE(Exists("u"));
}

TEST_P(FailureTest, WhatNothingTellsOfIsInDoubtAndSettledByHand) {
  for (bool took_effect : {true, false}) {
    FailInTheMiddle();
    Sql("UPDATE brant_steps SET state = 'running', statements_started = 3 WHERE revision = 'b'");
    for (bool up : {true, false}) {
      Outcome refused = up ? Upgrade(FailingAtTheThird("transaction:off"))
                           : Downgrade(FailingAtTheThird("transaction:off"), "base");
      if (!up) {
        EXPECT_EQ(ReasonOf(refused.status), v1::ERROR_REASON_STEP_INCOMPLETE);
        continue;
      }
      EXPECT_EQ(ReasonOf(refused.status), v1::ERROR_REASON_STATEMENT_IN_DOUBT);
      EXPECT_THAT(std::string(refused.status.message()), HasSubstr("not known"));
      EXPECT_THAT(ErrorDetail(refused.status, "hint"), HasSubstr("brant repair b --took-effect"));
    }
    Goal goal;
    goal.kind = v1::RUN_KIND_REPAIR;
    goal.settlement = Settlement{"b", took_effect};
    Outcome repaired = Execute(goal, MakeTestBundle(FailingAtTheThird("transaction:off")));
    ASSERT_TRUE(repaired.status.ok()) << repaired.status;
    EXPECT_EQ(One("SELECT state FROM brant_runs WHERE kind = 'repair'"), "succeeded");
    Outcome last = Upgrade(FailingAtTheThird("transaction:off"));
    if (took_effect) {
      ASSERT_TRUE(last.status.ok()) << last.status;
      EXPECT_TRUE(Exists("v"));
    } else {
      EXPECT_EQ(ReasonOf(last.status), v1::ERROR_REASON_STATEMENT_FAILED);
      EXPECT_EQ(ErrorDetail(last.status, "line"), "9");
    }
    for (const char* table : {"t", "u", "v"}) {
      if (Exists(table)) Sql(absl::StrCat("DROP TABLE ", table));
    }
    for (const char* table : {"brant_version", "brant_journal", "brant_runs", "brant_steps",
                              "brant_scripts", "brant_progress", "brant_events"}) {
      Sql(absl::StrCat("DROP TABLE ", table));
    }
    runs_ = 0;
  }
}

// A file has no session that dies alone.
class ServerFailureTest : public FailureTest {};

TEST_P(ServerFailureTest, ASessionThatDiesInATransactionalStepLeavesNothing) {
  const std::vector<TestMigration> migrations = {
      {.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);"},
      {.id = "b",
       .revises = "a",
       .upgrade = "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);"}};
  observer_->on_statement = [this](int position, int number) {
    if (position == 2 && number == 2) Kill(ServerIdOfRun());
  };
  options_.reconnect_limit = absl::ZeroDuration();
  Outcome died = Upgrade(migrations);
  EXPECT_EQ(ReasonOf(died.status), v1::ERROR_REASON_DATABASE_UNREACHABLE) << died.status;
  EXPECT_EQ(died.run.state(), v1::RUN_STATE_INTERRUPTED);
  EXPECT_EQ(ErrorDetail(died.status, "line"), "8");
  observer_->on_statement = nullptr;
  EXPECT_EQ(Rows(), "a");
  Outcome again = Upgrade(migrations);
  ASSERT_TRUE(again.status.ok()) << again.status;
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "2");
}

TEST_P(ServerFailureTest, ARunGoesOnInANewSessionAfterItsOwnDied) {
  for (const char* options : {"", "transaction:off"}) {
    int kills = 0;
    observer_->on_statement = [&](int position, int) {
      if (position == 2 && ++kills % 2 == 1 && kills < 6) Kill(ServerIdOfRun());
    };
    const std::vector<TestMigration> migrations = {
        {.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);", .downgrade = "DROP TABLE t;"},
        {.id = "b",
         .revises = "a",
         .upgrade = "CREATE TABLE u (x INTEGER);\nINSERT INTO t VALUES (1);\n"
                    "ALTER TABLE u ADD y INTEGER;\nINSERT INTO t VALUES (2);\nDROP TABLE u;",
         .downgrade = "",
         .upgrade_options = options}};
    Outcome outcome = Upgrade(migrations);
    ASSERT_TRUE(outcome.status.ok()) << outcome.status;
    EXPECT_EQ(outcome.run.steps_done(), 2);
    EXPECT_GT(kills, 1);
    EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "2");
    EXPECT_FALSE(Exists("u"));
    observer_->on_statement = nullptr;
    EXPECT_EQ(One(absl::StrCat("SELECT state FROM brant_runs WHERE id = '", outcome.run.id(), "'")),
              "succeeded");
    ASSERT_TRUE(Downgrade(migrations, "base").status.ok());
  }
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_runs"), "4");
}

INSTANTIATE_TEST_SUITE_P(Databases, FailureTest, EveryDatabase(), DialectOfTest);
INSTANTIATE_TEST_SUITE_P(Databases, ServerFailureTest, EveryServer(), DialectOfTest);

}  // namespace
}  // namespace brant
