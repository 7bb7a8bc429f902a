#include "agent/migrate/plan.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "agent/migrate/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::StatusOr<Plan> Upgrade(const std::vector<TestMigration>& migrations, Dialect dialect,
                             v1::TransactionMode mode = v1::TRANSACTION_MODE_PER_STEP) {
  Goal goal;
  goal.targets = {"heads"};
  goal.transaction_mode = mode;
  return MakePlan(MakeTestBundle(migrations), dialect, {}, goal);
}

// The only step of an upgrade.
Step OneStep(const std::string& upgrade, Dialect dialect, const std::string& options = "") {
  // Steps point into their bundle.
  static std::vector<Plan>* plans = new std::vector<Plan>();
  auto plan = Upgrade({{.id = "a", .upgrade = upgrade, .upgrade_options = options}}, dialect);
  EXPECT_TRUE(plan.ok()) << plan.status();
  plans->push_back(*std::move(plan));
  return plans->back().steps.at(0);
}

TEST(PlanTest, StepsCarryStatementsLinesAndRows) {
  auto plan = Upgrade({{.id = "a", .upgrade = "CREATE TABLE a (x INTEGER);"},
                       {.id = "b",
                        .revises = "a",
                        .upgrade = "\n-- first\nCREATE TABLE b (\n  x INTEGER\n);\n\nDROP TABLE a; "
                                   "SELECT 1"}},
                      Dialect::kPostgresql);
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->steps.size(), 2u);
  const Step& step = plan->steps[1];
  EXPECT_EQ(step.revision->id, "b");
  EXPECT_THAT(step.rows_removed, ElementsAre("a"));
  EXPECT_THAT(step.rows_added, ElementsAre("b"));
  ASSERT_EQ(step.statements.size(), 3u);
  EXPECT_EQ(step.statements[0].text, "CREATE TABLE b (\n  x INTEGER\n)");
  EXPECT_EQ(step.statements[2].text, "SELECT 1");
  // The body begins behind five lines of header and the marker.
  ASSERT_EQ(step.section->line, 7);
  EXPECT_EQ(LineOf(step, step.statements[0]), 9);
  EXPECT_EQ(LineOf(step, step.statements[1]), 13);
  EXPECT_EQ(LineOf(step, step.statements[2]), 13);
}

TEST(PlanTest, LinesOfManyStatementsAreCountedOnce) {
  std::string upgrade;
  for (int i = 0; i < 20'000; ++i) absl::StrAppend(&upgrade, "INSERT INTO t VALUES (1);\n");
  const Step step = OneStep(upgrade, Dialect::kSqlite);
  ASSERT_EQ(step.statements.size(), 20'000u);
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_EQ(LineOf(step, step.statements[i]), step.section->line + i);
  }
}

TEST(PlanTest, NothingToDoIsAnEmptyPlan) {
  Goal goal;
  goal.targets = {"head"};
  auto plan = MakePlan(MakeTestBundle({{.id = "a"}}), Dialect::kSqlite,
                       std::vector<std::string>{"a"}, goal);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_TRUE(plan->empty());
  EXPECT_THAT(plan->from_rows, ElementsAre("a"));
}

TEST(PlanTest, OrdinarySectionsAreTransactional) {
  for (Dialect dialect : {Dialect::kPostgresql, Dialect::kSqlite}) {
    const Step step = OneStep("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1);", dialect);
    EXPECT_TRUE(step.transactional);
    EXPECT_FALSE(step.controls_transactions);
  }
}

TEST(PlanTest, OnMysqlOnlyDataChangesAreTransactional) {
  EXPECT_FALSE(OneStep("CREATE TABLE t (a INTEGER);", Dialect::kMysql).transactional);
  EXPECT_FALSE(OneStep("INSERT INTO t VALUES (1); DROP TABLE u;", Dialect::kMysql).transactional);
  EXPECT_TRUE(
      OneStep("INSERT INTO t VALUES (1); UPDATE t SET a = 2;", Dialect::kMysql).transactional);
  EXPECT_TRUE(OneStep("-- nothing", Dialect::kMysql).transactional);
}

TEST(PlanTest, TransactionOffIsNotTransactional) {
  for (Dialect dialect : kAllDialects) {
    const Step step = OneStep("SELECT 1;", dialect, "transaction:off");
    EXPECT_FALSE(step.transactional);
    EXPECT_FALSE(step.controls_transactions);
  }
}

TEST(PlanTest, SectionsThatMindTransactionsThemselvesAreNotTransactional) {
  for (Dialect dialect : kAllDialects) {
    const Step step = OneStep("BEGIN; INSERT INTO t VALUES (1); COMMIT;", dialect);
    EXPECT_FALSE(step.transactional);
    EXPECT_TRUE(step.controls_transactions);
  }
  EXPECT_TRUE(OneStep("SET autocommit = 0;", Dialect::kMysql).controls_transactions);
  EXPECT_TRUE(
      OneStep("LOCK TABLES t WRITE; UNLOCK TABLES;", Dialect::kMysql).controls_transactions);
  EXPECT_FALSE(
      OneStep("DO $$ BEGIN PERFORM 1; END $$;", Dialect::kPostgresql).controls_transactions);
}

TEST(PlanTest, ASectionWithoutStatementsIsAStep) {
  for (const char* upgrade : {"", "-- only a comment", "/* another */;;"}) {
    const Step step = OneStep(upgrade, Dialect::kPostgresql);
    EXPECT_THAT(step.statements, IsEmpty()) << upgrade;
    EXPECT_TRUE(step.transactional);
  }
}

TEST(PlanTest, SectionsOfTheDialectComeFirst) {
  const TestMigration migration = {.id = "a",
                                   .upgrade = "SELECT 'any';",
                                   .more = "\n-- brant:upgrade mysql,sqlite\nSELECT 'special';\n"};
  EXPECT_EQ(Upgrade({migration}, Dialect::kPostgresql)->steps[0].statements[0].text,
            "SELECT 'any'");
  EXPECT_EQ(Upgrade({migration}, Dialect::kMysql)->steps[0].statements[0].text, "SELECT 'special'");
}

TEST(PlanTest, AMissingUpgradeSectionIsAnErrorThatNamesTheFile) {
  absl::Status status =
      Upgrade({{.id = "a", .upgrade_options = "mysql"}}, Dialect::kSqlite).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_NO_SECTION);
  EXPECT_EQ(ErrorDetail(status, "file"), "20240101_0001_a.sql");
  EXPECT_EQ(ErrorDetail(status, "revision"), "a");
  EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("-- brant:upgrade sqlite"));
}

TEST(PlanTest, AMissingDowngradeSectionMakesItIrreversible) {
  Goal goal;
  goal.kind = v1::RUN_KIND_DOWNGRADE;
  goal.targets = {"base"};
  auto bundle = MakeTestBundle({{.id = "a", .has_downgrade = false}, {.id = "b", .revises = "a"}});
  absl::Status status =
      MakePlan(bundle, Dialect::kSqlite, std::vector<std::string>{"b"}, goal).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_IRREVERSIBLE);
  EXPECT_EQ(ErrorDetail(status, "revision"), "a");
  EXPECT_NE(ErrorDetail(status, "hint"), "");
}

TEST(PlanTest, AStatementThatIsNotSqlIsAnErrorWithItsLine) {
  absl::Status status = Upgrade({{.id = "a", .upgrade = "SELECT 1;\n\n\\connect other\nSELECT 2;"}},
                                Dialect::kPostgresql)
                            .status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_UNSUPPORTED_STATEMENT);
  EXPECT_EQ(ErrorDetail(status, "file"), "20240101_0001_a.sql");
  EXPECT_EQ(ErrorDetail(status, "line"), "9");
  EXPECT_NE(ErrorDetail(status, "hint"), "");
}

TEST(PlanTest, NoTargetOrTooManyAreRefused) {
  auto bundle = MakeTestBundle({{.id = "a"}});
  for (const std::vector<std::string>& targets :
       {std::vector<std::string>{}, std::vector<std::string>{"a", "a"}}) {
    Goal goal;
    goal.targets = targets;
    EXPECT_EQ(ReasonOf(MakePlan(bundle, Dialect::kSqlite, {}, goal).status()),
              v1::ERROR_REASON_INVALID_REQUEST);
  }
  Goal stamp;
  stamp.kind = v1::RUN_KIND_STAMP;
  EXPECT_EQ(ReasonOf(MakePlan(bundle, Dialect::kSqlite, {}, stamp).status()),
            v1::ERROR_REASON_INVALID_REQUEST);
}

TEST(PlanTest, AStampHasNoSteps) {
  Goal goal;
  goal.kind = v1::RUN_KIND_STAMP;
  goal.targets = {"b"};
  auto plan = MakePlan(MakeTestBundle({{.id = "a"}, {.id = "b", .revises = "a"}}), Dialect::kSqlite,
                       std::vector<std::string>{"a"}, goal);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->steps, IsEmpty());
  EXPECT_FALSE(plan->empty());
  EXPECT_THAT(plan->stamp.removed, ElementsAre("a"));
  EXPECT_THAT(plan->stamp.added, ElementsAre("b"));
}

// --transaction all

absl::Status RefusalOf(const std::string& upgrade, Dialect dialect,
                       const std::string& options = "") {
  return Upgrade({{.id = "a", .upgrade = upgrade, .upgrade_options = options}}, dialect,
                 v1::TRANSACTION_MODE_SINGLE)
      .status();
}

TEST(PlanInOneTransactionTest, TakesOrdinarySections) {
  EXPECT_TRUE(RefusalOf("CREATE TABLE t (a INTEGER);", Dialect::kPostgresql).ok());
  EXPECT_TRUE(RefusalOf("CREATE TABLE t (a INTEGER);", Dialect::kSqlite).ok());
}

TEST(PlanInOneTransactionTest, IsRefusedOnMysql) {
  absl::Status status = RefusalOf("INSERT INTO t VALUES (1);", Dialect::kMysql);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_REQUEST);
  EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("--transaction"));
}

TEST(PlanInOneTransactionTest, TransactionOffIsRefusedAtItsMarker) {
  absl::Status status = RefusalOf("SELECT 1;", Dialect::kPostgresql, "transaction:off");
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_UNSUPPORTED_STATEMENT);
  EXPECT_THAT(status.message(), HasSubstr("transaction:off"));
  EXPECT_EQ(ErrorDetail(status, "line"), "6");
}

TEST(PlanInOneTransactionTest, ASectionsOwnTransactionIsRefusedAtItsLine) {
  for (Dialect dialect : {Dialect::kPostgresql, Dialect::kSqlite}) {
    absl::Status status = RefusalOf("SELECT 1;\nBEGIN;\nSELECT 2;\nCOMMIT;", dialect);
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_UNSUPPORTED_STATEMENT);
    EXPECT_EQ(ErrorDetail(status, "line"), "8");
    EXPECT_EQ(ErrorDetail(status, "file"), "20240101_0001_a.sql");
    EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("--transaction all"));
  }
}

TEST(ApplyRowChangeTest, RemovesAddsAndSorts) {
  EXPECT_THAT(ApplyRowChange({"b", "a"}, {"a"}, {"c", "b"}), ElementsAre("b", "c"));
  EXPECT_THAT(ApplyRowChange({}, {"x"}, {}), IsEmpty());
}

}  // namespace
}  // namespace brant
