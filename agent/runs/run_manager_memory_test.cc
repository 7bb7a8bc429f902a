// What is kept of runs that have ended.

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/runs/run_manager_fixture.h"

namespace brant {
namespace {

using RunManagerMemoryTest = RunManagerFixture;

TEST_F(RunManagerMemoryTest, OnlySoManyEndedRunsAreRemembered) {
  RunManagerLimits limits;
  limits.max_remembered = 3;
  RunManager manager(migrator_, limits);
  std::vector<RunPtr> runs;
  for (int i = 0; i < 10; ++i) {
    runs.push_back(Start(manager, absl::StrCat("r", i), Request(i % 2 == 0 ? "a" : "b")));
    End(*runs.back());
  }
  // The end of a run is told a moment before it is counted as over.
  auto last = Start(manager, "last", Request("head"));
  End(*last);
  EXPECT_EQ(manager.Find(runs[0]->id()), nullptr);
  EXPECT_EQ(manager.FindRequest("r0"), nullptr);
  EXPECT_EQ(manager.Find(last->id()), last);
  EXPECT_EQ(manager.FindRequest("r9"), runs[9]);
  EXPECT_EQ(manager.Find("latest"), last);
}

TEST_F(RunManagerMemoryTest, ARunThatHasEndedLetsGoOfItsMigrations) {
  RunManager manager(migrator_);
  auto bundle = Migrations();
  const std::weak_ptr<const Bundle> weak = bundle;
  auto run = Start(manager, "r1", Request("head", std::move(bundle)));
  EXPECT_EQ(End(*run).state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_TRUE(weak.expired());
}

TEST_F(RunManagerMemoryTest, TheOldestRunsAreForgottenWhenTheirEventsTakeTooMuch) {
  Hold();
  RunManagerLimits limits;
  limits.max_remembered_bytes = 1;
  RunManager manager(migrator_, limits);
  auto active = Start(manager, "r1", Request("a"));
  auto cancelled = Start(manager, "r2", Request("b"));
  manager.Cancel(cancelled, Error(v1::ERROR_REASON_CANCELLED, "stop"));
  auto last = Start(manager, "r3", Request("head"));
  // One that has not ended is not forgotten, however old.
  EXPECT_EQ(manager.Find(active->id()), active);
  EXPECT_EQ(manager.Find(cancelled->id()), nullptr);
  LetGo();
  EXPECT_EQ(End(*last).state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_EQ(manager.Find(active->id()), nullptr);
  EXPECT_EQ(manager.FindRequest("r1"), nullptr);
  EXPECT_EQ(manager.Find("latest"), last);
}

}  // namespace
}  // namespace brant
