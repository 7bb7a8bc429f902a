// Agents whose migrations are older than the database, or others.

#include <string>
#include <vector>

#include "agent/service/two_agents_test_base.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A rolling deploy: nodes of the old image come up after the new one migrated.
TEST_F(TwoAgentsTest, AnOlderImageSucceedsWhereTheDatabaseIsAhead) {
  const std::string older = Share(Two()), newer = Share(Three());
  UpgradeAll(newer);
  EXPECT_EQ(StatusOfOther(older).state(), v1::STATUS_STATE_AHEAD);
  for (const char* target : {"head", "heads", "b", "a", "billing"}) {
    EXPECT_TRUE(Wait(older, target).ok()) << target;
    const v1::Run run = UpgradeByOther(UpgradeTo(older, target));
    EXPECT_EQ(run.state(), v1::RUN_STATE_SUCCEEDED) << target;
    EXPECT_EQ(run.id(), "");
    EXPECT_THAT(run.to_revisions(), ElementsAre("c"));
  }
  // What only the database has is known by its id.
  EXPECT_TRUE(Wait(older, "c").ok());
  EXPECT_EQ(One("SELECT count(*) FROM brant_runs"), "1");
}

TEST_F(TwoAgentsTest, AnOlderImagePlansWhatWouldRun) {
  const std::string older = Share(Two());
  UpgradeAll(Share(Three()));
  grpc::Status status;
  auto parts = Plan(older, v1::RUN_KIND_UPGRADE, "head", &status);
  EXPECT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].notice(),
            "the database is ahead of these migrations: it is at c, which they do not have");

  parts = Plan(older, v1::RUN_KIND_DOWNGRADE, "a", &status);
  EXPECT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].notice(),
            "c is not among these migrations; the script stored in the database runs");
  EXPECT_EQ(parts[1].step().revision().id(), "c");
  EXPECT_EQ(parts[1].step().position(), 1);
  EXPECT_EQ(parts[2].step().revision().id(), "b");

  // As the downgrade itself, without migrations at all.
  parts = Plan("", v1::RUN_KIND_DOWNGRADE, "base", &status);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(parts.size(), 4u);
  EXPECT_EQ(One("SELECT count(*) FROM brant_runs"), "1");
}

TEST_F(TwoAgentsTest, HistoriesThatDivergedAreShown) {
  UpgradeAll(Share(Three()));
  std::vector<TestMigration> diverged = Two();
  diverged.push_back({.id = "x", .revises = "b", .upgrade = "INSERT INTO t VALUES (4);"});
  const std::string digest = Share(diverged);
  EXPECT_EQ(StatusOfOther(digest).state(), v1::STATUS_STATE_DIVERGED);
  const v1::Run run = UpgradeByOther(UpgradeTo(digest));
  EXPECT_EQ(run.state(), v1::RUN_STATE_FAILED);
  const absl::Status error = FromRpcStatus(run.error());
  EXPECT_EQ(ReasonOf(error), v1::ERROR_REASON_HISTORY_DIVERGED);
  EXPECT_THAT(std::string(error.message()), HasSubstr("c"));
  EXPECT_THAT(std::string(error.message()), HasSubstr("x"));
  const absl::Status refused = Wait(digest, "head");
  EXPECT_EQ(ReasonOf(refused), v1::ERROR_REASON_HISTORY_DIVERGED);
  EXPECT_EQ(refused.message(), error.message());
  // What both have is reached all the same.
  EXPECT_EQ(UpgradeByOther(UpgradeTo(digest, "b")).state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_TRUE(Wait(digest, "b").ok());
  grpc::Status planned;
  EXPECT_THAT(Plan(digest, v1::RUN_KIND_UPGRADE, "head", &planned), IsEmpty());
  EXPECT_EQ(ErrorOf(planned), error);
}

}  // namespace
}  // namespace brant
