// Which requests share a run.

#include "absl/strings/str_cat.h"
#include "agent/runs/run_manager_fixture.h"

namespace brant {
namespace {

using RunManagerJoinTest = RunManagerFixture;

TEST_F(RunManagerJoinTest, TheSameRequestJoinsItsRunEvenAfterItsEnd) {
  RunManager manager(migrator_);
  auto run = Start(manager, "r1", Request("head"));
  EXPECT_EQ(Start(manager, "r1", Request("head")), run);
  End(*run);
  // Whatever else the repeated request says.
  EXPECT_EQ(Start(manager, "r1", Request("a")), run);
}

TEST_F(RunManagerJoinTest, TheSameGoalWithTheSameMigrationsJoins) {
  Hold();
  RunManager manager(migrator_);
  auto run = Start(manager, "r1", Request("head"));
  EXPECT_EQ(Start(manager, "r2", Request("head")), run);
  EXPECT_EQ(manager.FindRequest("r2"), run);
  EXPECT_NE(Start(manager, "r3", Request("b")), run);
  auto others = MakeTestBundle({{.id = "a", .upgrade = "CREATE TABLE other (x INTEGER);"}});
  EXPECT_NE(Start(manager, "r4", Request("head", others)), run);
  RunRequest single = Request("head");
  single.goal.transaction_mode = v1::TRANSACTION_MODE_SINGLE;
  EXPECT_NE(Start(manager, "r5", single), run);
  RunRequest downgrade = Request("head");
  downgrade.goal.kind = v1::RUN_KIND_DOWNGRADE;
  EXPECT_NE(Start(manager, "r6", downgrade), run);
  LetGo();
}

TEST_F(RunManagerJoinTest, RelativeTargetsAreNeverJoined) {
  Hold();
  RunManager manager(migrator_);
  for (const char* target : {"+1", "a+1", "-1", "left@+2", "head-1"}) {
    auto one = Start(manager, absl::StrCat("x", target), Request(target));
    auto two = Start(manager, absl::StrCat("y", target), Request(target));
    EXPECT_NE(one, two) << target;
    // But the same request is.
    EXPECT_EQ(Start(manager, absl::StrCat("x", target), Request(target)), one);
  }
  for (const char* target : {"ab-cd", "+", "v1", "12"}) {
    auto one = Start(manager, absl::StrCat("x", target), Request(target));
    EXPECT_EQ(Start(manager, absl::StrCat("y", target), Request(target)), one) << target;
  }
  LetGo();
}

// A client that repeats a failed request a moment later means a new run.
TEST_F(RunManagerJoinTest, ARunThatHasEndedIsNotJoined) {
  RunManager manager(migrator_);
  auto failing = MakeTestBundle({{.id = "a", .upgrade = "SELECT nothing;"}});
  RunPtr last;
  for (int i = 0; i < 50; ++i) {
    auto run = Start(manager, absl::StrCat("r", i), Request("head", failing));
    ASSERT_NE(run, last);
    EXPECT_EQ(ReasonOfEnd(*run), v1::ERROR_REASON_STATEMENT_FAILED);
    last = run;
  }
}

TEST_F(RunManagerJoinTest, GoalsThatDifferInTheirOptionsAreNotJoined) {
  Hold();
  RunManager manager(migrator_);
  auto run = Start(manager, "r1", Request("head"));
  RunRequest allowing = Request("head");
  allowing.goal.allow_edited_files = true;
  auto other = Start(manager, "r2", allowing);
  EXPECT_NE(other, run);
  EXPECT_EQ(manager.Join("r3", allowing.goal, allowing.bundle->digest), other);
  EXPECT_EQ(manager.FindRequest("r3"), other);
  RunRequest repair = Request("head");
  repair.goal = {.kind = v1::RUN_KIND_REPAIR, .settlement = Settlement{"a", true}};
  EXPECT_EQ(manager.Join("r4", repair.goal, repair.bundle->digest), nullptr);
  auto settles = Start(manager, "r4", repair);
  repair.goal.settlement->took_effect = false;
  EXPECT_NE(Start(manager, "r5", repair), settles);
  LetGo();
}

}  // namespace
}  // namespace brant
