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
  EXPECT_EQ(DescribeWaiting(waiting), "Waiting for 2 runs");
  waiting.mutable_active_run()->set_id("run9");
  waiting.mutable_active_run()->set_kind(v1::RUN_KIND_REPAIR);
  EXPECT_EQ(DescribeWaiting(waiting), "Waiting for run run9 (repair) and 1 run more");
  waiting.set_queue_position(1);
  waiting.set_holder("pid 12 (brant run run9 b) from 10.0.0.7");
  EXPECT_EQ(DescribeWaiting(waiting), "Waiting for run run9 (repair)");
  waiting.clear_active_run();
  EXPECT_EQ(DescribeWaiting(waiting),
            "Waiting for the migration lock, held by pid 12 (brant run run9 b) from 10.0.0.7");
}

TEST(IsSameWaitTest, ASessionAndTheRunThatItExecutesAreOneState) {
  v1::RunWaiting before;
  before.set_queue_position(1);
  before.set_holder("pid 12 (brant run run9 b)");
  v1::RunWaiting now = before;
  EXPECT_TRUE(IsSameWait(before, now));
  now.mutable_active_run()->set_id("run9");
  EXPECT_TRUE(IsSameWait(before, now));
  EXPECT_TRUE(IsSameWait(now, before));
  // The lock was free for a moment.
  before = now;
  now.clear_holder();
  EXPECT_TRUE(IsSameWait(before, now));
  now.mutable_active_run()->set_id("run10");
  EXPECT_FALSE(IsSameWait(before, now));
  now = before;
  now.set_queue_position(2);
  EXPECT_FALSE(IsSameWait(before, now));
  before.clear_active_run();
  now = before;
  now.set_holder("pid 13 (psql)");
  EXPECT_FALSE(IsSameWait(before, now));
}

TEST(DescribeTakeoverTest, NamesBothAgents) {
  EXPECT_EQ(DescribeTakeover("a:1", "b:2"), "agent a:1 went away; going on at b:2");
}

TEST(DescribeDurationTest, UnitsGrow) {
  EXPECT_EQ(DescribeDuration(absl::Milliseconds(420)), "0.42 s");
  EXPECT_EQ(DescribeDuration(absl::Seconds(185)), "3 min 5 s");
  EXPECT_EQ(DescribeDuration(absl::Seconds(3725)), "1 h 2 min");
}

}  // namespace
}  // namespace brant
