#include "client/ui/event_lines.h"

#include "gtest/gtest.h"

namespace brant {
namespace {

TEST(DescribeBlockedTest, IsOneLineWhateverTheServerTells) {
  v1::StatementBlocked blocked;
  blocked.set_position(3);
  blocked.set_statement(1);
  EXPECT_EQ(DescribeBlocked(blocked), "Statement 1 of step 3 waits for locks");
  EXPECT_EQ(DescribeBlockers(blocked), "waits for locks");
  blocked.add_blockers()->set_session_id("7");
  blocked.add_blockers()->set_session_id("8");
  blocked.mutable_blockers(1)->set_session("app\x1b[2J");
  blocked.mutable_blockers(1)->set_statement("SELECT 1,\n  2");
  EXPECT_EQ(DescribeBlocked(blocked),
            "Statement 1 of step 3 waits for locks of session 7; session 8 (app\\x1b[2J): SELECT "
            "1, 2");
  EXPECT_EQ(DescribeBlockers(blocked), "waits for sessions 7, 8 (app\\x1b[2J)");
}

TEST(DescribeProgressTest, ShareMayBeUnknown) {
  v1::StatementProgress progress;
  progress.set_phase("waiting for writers before build");
  EXPECT_EQ(DescribeProgress(progress), "waiting for writers before build");
  progress.set_share(0.426);
  EXPECT_EQ(DescribeProgress(progress), "43% waiting for writers before build");
}

TEST(DescribeWaitingTest, SaysWhatIsKnown) {
  v1::RunWaiting waiting;
  EXPECT_EQ(DescribeWaiting(waiting), "Waiting for the migration lock");
  waiting.set_queue_position(2);
  EXPECT_EQ(DescribeWaiting(waiting), "Waiting behind 2 runs");
  waiting.mutable_active_run()->set_id("run9");
  waiting.mutable_active_run()->set_kind(v1::RUN_KIND_REPAIR);
  EXPECT_EQ(DescribeWaiting(waiting), "Waiting behind 2 runs for run run9 (repair)");
}

TEST(DescribeDurationTest, UnitsGrow) {
  EXPECT_EQ(DescribeDuration(absl::Milliseconds(420)), "0.42 s");
  EXPECT_EQ(DescribeDuration(absl::Seconds(185)), "3 min 5 s");
  EXPECT_EQ(DescribeDuration(absl::Seconds(3725)), "1 h 2 min");
}

}  // namespace
}  // namespace brant
