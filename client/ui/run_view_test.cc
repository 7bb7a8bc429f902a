#include "client/ui/run_view.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/error.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/time_util.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using google::protobuf::util::TimeUtil;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// What a terminal would show after `written`: its lines, and the cursor.
struct Screen {
  std::vector<std::string> lines = {""};
  bool cursor = true;

  explicit Screen(const std::string& written) {
    for (size_t i = 0; i < written.size(); ++i) {
      const std::string rest = written.substr(i, 6);
      if (rest == "\x1b[?25l" || rest == "\x1b[?25h") {
        cursor = rest.back() == 'h';
        i += 5;
      } else if (rest.substr(0, 4) == "\x1b[2K") {
        lines.back().clear();
        i += 3;
      } else if (written[i] == '\n') {
        lines.emplace_back();
      } else if (written[i] != '\r') {
        lines.back() += written[i];
      }
    }
  }
};

class RunViewTest : public ::testing::Test {
 protected:
  RunViewTest() : stream_(open_memstream(&buffer_, &size_)) {}
  ~RunViewTest() override {
    view_.reset();
    std::fclose(stream_);
    std::free(buffer_);
  }

  RunView& View(ConsoleOptions options) {
    console_ = std::make_unique<Console>(stream_, stream_, options);
    view_ = MakeRunView(*console_, [this] { return now_; });
    return *view_;
  }

  std::string Written() {
    std::fflush(stream_);
    return std::string(buffer_, size_);
  }

  v1::RunEvent Step(int position, const std::string& revision, const std::string& message) {
    v1::RunEvent event;
    event.mutable_step_started()->set_position(position);
    event.mutable_step_started()->set_revision(revision);
    event.mutable_step_started()->set_message(message);
    event.mutable_step_started()->set_direction(v1::DIRECTION_UPGRADE);
    event.mutable_step_started()->set_statements_total(2);
    return event;
  }

  v1::RunEvent Done(int position) {
    v1::RunEvent event;
    event.mutable_step_finished()->set_position(position);
    *event.mutable_step_finished()->mutable_duration() = TimeUtil::MillisecondsToDuration(30);
    return event;
  }

  v1::RunEvent Started(int steps) {
    v1::RunEvent event;
    event.mutable_run_started()->set_steps_total(steps);
    return event;
  }

  v1::RunEvent Statement(const std::string& text) {
    v1::RunEvent event;
    event.mutable_statement_started()->set_statement(1);
    event.mutable_statement_started()->set_text(text);
    return event;
  }

  v1::RunEvent Blocked(const std::string& session_id, int64_t age_seconds) {
    v1::RunEvent event;
    event.mutable_statement_blocked()->set_position(1);
    event.mutable_statement_blocked()->set_statement(2);
    v1::Blocker* blocker = event.mutable_statement_blocked()->add_blockers();
    blocker->set_session_id(session_id);
    blocker->set_session("psql, alice from 10.0.0.7");
    blocker->set_statement("UPDATE users\n SET name = ''");
    *blocker->mutable_age() = TimeUtil::SecondsToDuration(age_seconds);
    return event;
  }

  v1::RunEvent Progress(double share, int64_t time_seconds) {
    v1::RunEvent event;
    *event.mutable_event_time() = TimeUtil::SecondsToTimestamp(time_seconds);
    event.mutable_statement_progress()->set_phase("building index: scanning table");
    event.mutable_statement_progress()->set_share(share);
    return event;
  }

  v1::RunEvent AttemptFailed() {
    v1::RunEvent event;
    event.mutable_attempt_failed()->set_position(1);
    event.mutable_attempt_failed()->mutable_error()->set_message("lock timeout");
    *event.mutable_attempt_failed()->mutable_delay() = TimeUtil::SecondsToDuration(2);
    return event;
  }

  v1::RunEvent Relayed(const v1::RunEvent& event, const std::string& run = "run9") {
    v1::RunEvent relayed;
    relayed.mutable_relayed()->set_agent("b");
    *relayed.mutable_relayed()->mutable_event() = event;
    relayed.mutable_relayed()->mutable_event()->set_run_id(run);
    return relayed;
  }

  v1::RunEvent Finished(v1::RunState state, const std::string& error = "") {
    v1::RunEvent event;
    event.mutable_run_finished()->mutable_run()->set_state(state);
    if (!error.empty()) {
      event.mutable_run_finished()->mutable_run()->mutable_error()->set_message(error);
    }
    return event;
  }

  v1::RunEvent Waiting(const std::string& holder) {
    v1::RunEvent event;
    event.mutable_run_waiting()->set_holder(holder);
    return event;
  }

  absl::Time now_ = absl::UnixEpoch();
  char* buffer_ = nullptr;
  size_t size_ = 0;
  FILE* stream_;
  std::unique_ptr<Console> console_;
  std::unique_ptr<RunView> view_;
};

TEST_F(RunViewTest, PlainLinesReadAsAlembics) {
  RunView& view = View({});
  view.Show(Started(3));
  v1::RunEvent step = Step(1, "8a5d31c0f2b6", "Create users");
  view.Show(step);
  view.Show(Done(1));
  step = Step(2, "4f1c2a9be3d7", "Add picture");
  step.mutable_step_started()->add_parents("8a5d31c0f2b6");
  view.Show(step);
  step.mutable_step_started()->set_direction(v1::DIRECTION_DOWNGRADE);
  view.Show(step);
  EXPECT_EQ(Written(),
            "Running upgrade <base> -> 8a5d31c0f2b6, Create users\n"
            "Running upgrade 8a5d31c0f2b6 -> 4f1c2a9be3d7, Add picture\n"
            "Running downgrade 4f1c2a9be3d7 -> 8a5d31c0f2b6, Add picture\n");
}

TEST_F(RunViewTest, PlainViewSaysOnceWhatItWaitsFor) {
  RunView& view = View({});
  view.Show(Waiting("run 7 of agent b"));
  view.Show(Waiting("run 7 of agent b"));
  EXPECT_EQ(Written(), "Waiting for the migration lock, held by run 7 of agent b\n");
}

TEST_F(RunViewTest, PlainViewNamesTheRunThatExecutesAndNotEachOfItsSteps) {
  RunView& view = View({});
  v1::RunEvent event = Waiting("session 12, connected since 12:00");
  v1::Run& active = *event.mutable_run_waiting()->mutable_active_run();
  active.set_id("run9");
  active.set_agent("b");
  active.set_actor("ops@ci");
  active.set_kind(v1::RUN_KIND_UPGRADE);
  active.set_target("head");
  for (int done : {0, 1, 2}) {
    active.set_steps_done(done);
    view.Show(event);
  }
  active.set_id("run10");
  event.mutable_run_waiting()->set_holder("run10 of agent b");
  view.Show(event);
  EXPECT_EQ(Written(),
            "Waiting for run run9 of agent b (upgrade head by ops@ci)\n"
            "Waiting for run run10 of agent b (upgrade head by ops@ci)\n");
}

TEST_F(RunViewTest, PlainViewSaysOnceWhoIsInTheWay) {
  RunView& view = View({});
  view.Show(Blocked("4711", 185));
  view.Show(Blocked("4711", 190));
  view.Show(Blocked("4712", 1));
  EXPECT_EQ(Written(),
            "Statement 2 of step 1 waits for locks of session 4711 (psql, alice from 10.0.0.7, in "
            "a transaction for 3 min 5 s): UPDATE users SET name = ''\n"
            "Statement 2 of step 1 waits for locks of session 4712 (psql, alice from 10.0.0.7, in "
            "a transaction for 1.00 s): UPDATE users SET name = ''\n");
}

TEST_F(RunViewTest, PlainViewShowsProgressEveryTenSecondsOfEvents) {
  RunView& view = View({});
  for (int second = 0; second < 25; ++second) view.Show(Progress(second / 100.0, second));
  EXPECT_EQ(Written(),
            "  0% building index: scanning table\n"
            "  10% building index: scanning table\n"
            "  20% building index: scanning table\n");
}

TEST_F(RunViewTest, PlainViewSaysThatAnAttemptFailed) {
  View({}).Show(AttemptFailed());
  EXPECT_EQ(Written(), "Step 1 is tried again in 2.00 s: lock timeout\n");
}

TEST_F(RunViewTest, PlainViewShowsAnotherAgentsRunAsItsOwn) {
  RunView& view = View({});
  view.Show(Waiting("agent b"));
  view.Show(Relayed(Started(2)));
  view.Show(Relayed(Step(1, "aaaa1111", "First")));
  view.Show(Relayed(Blocked("4711", 1)));
  view.Show(Relayed(Waiting("what b waited for")));
  view.Show(Relayed(Finished(v1::RUN_STATE_FAILED, "no such table")));
  view.Show(Relayed(Step(1, "aaaa1111", "First"), "run10"));
  view.Show(Relayed(Finished(v1::RUN_STATE_SUCCEEDED), "run10"));
  EXPECT_EQ(Written(),
            "Waiting for the migration lock, held by agent b\n"
            "Following run run9 of agent b\n"
            "Running upgrade <base> -> aaaa1111, First\n"
            "Statement 2 of step 1 waits for locks of session 4711 (psql, alice from 10.0.0.7, in "
            "a transaction for 1.00 s): UPDATE users SET name = ''\n"
            "Run run9 of agent b ended as failed: no such table\n"
            "Following run run10 of agent b\n"
            "Running upgrade <base> -> aaaa1111, First\n");
}

TEST_F(RunViewTest, LiveViewShowsAnotherAgentsRunAsItsOwn) {
  RunView& view = View({.live = true});
  v1::RunEvent waiting = Waiting("agent b");
  waiting.mutable_run_waiting()->mutable_active_run()->set_id("run9");
  waiting.mutable_run_waiting()->mutable_active_run()->set_steps_total(3);
  view.Show(waiting);
  // The step's beginning was before this run began to wait.
  view.Show(Relayed(Done(1)));
  view.Show(Relayed(Step(2, "aaaa1111", "First")));
  EXPECT_THAT(Screen(Written()).lines.back(), HasSubstr("2/3  aaaa1111  First"));
  view.Show(waiting);
  EXPECT_THAT(Screen(Written()).lines.back(), HasSubstr("2/3  aaaa1111  First"));
  view.Show(Relayed(Done(2)));
  view.Show(Relayed(Step(3, "bbbb2222", "Second")));
  view.Show(Relayed(Finished(v1::RUN_STATE_FAILED, "no such table")));
  view.Show(Started(1));
  view.Show(Step(1, "bbbb2222", "Second"));
  Screen screen(Written());
  ASSERT_EQ(screen.lines.size(), 5u);
  EXPECT_EQ(screen.lines[0], "  Following run run9 of agent b");
  EXPECT_EQ(screen.lines[1], "  ✓ aaaa1111  First  (0.03 s)");
  EXPECT_EQ(screen.lines[2], "  ✗ bbbb2222  Second");
  EXPECT_EQ(screen.lines[3], "  ! Run run9 of agent b ended as failed: no such table");
  EXPECT_THAT(screen.lines[4], HasSubstr("1/1  bbbb2222  Second"));
}

TEST_F(RunViewTest, LiveLineShowsWhoIsInTheWayUntilNobodyIs) {
  RunView& view = View({.live = true});
  view.Show(Started(1));
  view.Show(Step(1, "aaaa1111", "First"));
  view.Show(Blocked("4711", 185));
  view.Show(Blocked("4711", 190));
  Screen screen(Written());
  ASSERT_EQ(screen.lines.size(), 2u);
  EXPECT_THAT(screen.lines[0],
              HasSubstr("! Statement 2 of step 1 waits for locks of session 4711"));
  EXPECT_THAT(screen.lines[1], HasSubstr("waits for session 4711"));
  view.Show(AttemptFailed());
  view.Show(Statement("SELECT 1"));
  screen = Screen(Written());
  ASSERT_EQ(screen.lines.size(), 3u);
  EXPECT_EQ(screen.lines[1], "  ! Step 1 is tried again in 2.00 s: lock timeout");
  EXPECT_THAT(screen.lines[2], Not(HasSubstr("4711")));
}

TEST_F(RunViewTest, LiveLineShowsHowFarAStatementIs) {
  RunView& view = View({.live = true});
  view.Show(Started(1));
  view.Show(Step(1, "aaaa1111", "First"));
  view.Show(Statement("CREATE INDEX i ON t (a)"));
  view.Show(Progress(0.42, 1));
  EXPECT_THAT(Screen(Written()).lines.back(), HasSubstr("First  42% building index: scanning t"));
}

TEST_F(RunViewTest, LiveLineShowsStepStatementAndTime) {
  RunView& view = View({.live = true});
  view.Show(Started(4));
  view.Show(Step(1, "4f1c2a9be3d7", "Add picture"));
  view.Show(Statement("\nALTER TABLE users\n  ADD COLUMN picture TEXT"));
  now_ += absl::Milliseconds(1200);
  view.Tick();
  Screen screen(Written());
  ASSERT_EQ(screen.lines.size(), 1u);
  EXPECT_THAT(screen.lines[0], HasSubstr("1/4  4f1c2a9be3d7  Add picture  ALTER TABLE"));
  EXPECT_THAT(screen.lines[0], HasSubstr("1.2 s"));
  EXPECT_FALSE(screen.cursor);
}

TEST_F(RunViewTest, FinishedStepsStayAndTheCursorReturns) {
  RunView& view = View({.live = true});
  view.Show(Started(2));
  view.Show(Step(1, "aaaa1111", "First"));
  view.Show(Done(1));
  view.Show(Step(2, "bbbb2222", "Second"));
  view.Show(Done(2));
  v1::RunEvent finished;
  finished.mutable_run_finished()->mutable_run()->set_state(v1::RUN_STATE_SUCCEEDED);
  view.Show(finished);
  Screen screen(Written());
  EXPECT_THAT(screen.lines,
              ElementsAre("  ✓ aaaa1111  First  (0.03 s)", "  ✓ bbbb2222  Second  (0.03 s)", ""));
  EXPECT_TRUE(screen.cursor);
}

TEST_F(RunViewTest, FailedStepIsMarked) {
  RunView& view = View({.live = true});
  view.Show(Started(1));
  view.Show(Step(1, "aaaa1111", "First"));
  v1::RunEvent finished;
  finished.mutable_run_finished()->mutable_run()->mutable_error()->set_code(9);
  view.Show(finished);
  EXPECT_THAT(Screen(Written()).lines, ElementsAre("  ✗ aaaa1111  First", ""));
}

TEST_F(RunViewTest, LinesFitTheTerminalAndHoldNoControls) {
  RunView& view = View({.live = true});
  view.Show(Started(1));
  view.Show(Step(1, "aaaa1111", std::string(300, 'x')));
  view.Show(Statement("SELECT '\x1b[2J'" + std::string(300, 'y')));
  Screen screen(Written());
  EXPECT_LT(screen.lines.back().size(), 200u);
  EXPECT_THAT(Written(), Not(HasSubstr("\x1b[2J")));
}

TEST_F(RunViewTest, DestructionRestoresTheTerminal) {
  View({.live = true}).Show(Waiting("another run"));
  EXPECT_FALSE(Screen(Written()).cursor);
  view_.reset();
  Screen screen(Written());
  EXPECT_TRUE(screen.cursor);
  EXPECT_THAT(screen.lines, ElementsAre(""));
}

TEST_F(RunViewTest, JsonIsAnObjectALineWithoutHeartbeats) {
  RunView& view = View({.json = true});
  v1::RunEvent event = Step(1, "aaaa1111", "First");
  event.set_sequence(4);
  view.Show(event);
  event.mutable_heartbeat();
  view.Show(event);
  view.Note("reconnecting");
  EXPECT_THAT(Written(), StartsWith("{\"runId\":\"\",\"sequence\":\"4\""));
  EXPECT_EQ(std::count(buffer_, buffer_ + size_, '\n'), 1);
}

TEST_F(RunViewTest, QuietShowsNothing) {
  RunView& view = View({.quiet = true, .live = true});
  view.Show(Started(1));
  view.Show(Step(1, "aaaa1111", "First"));
  view.Note("reconnecting");
  EXPECT_THAT(Written(), IsEmpty());
}

TEST(DescribeSuccessTest, SaysWhatHappened) {
  v1::Run run;
  run.set_kind(v1::RUN_KIND_UPGRADE);
  run.set_target("head");
  EXPECT_EQ(DescribeSuccess(run), "Already at head: nothing to do");
  run.add_to_revisions("4f1c2a9be3d7");
  v1::Run predecessor;
  predecessor.set_id("run9");
  EXPECT_EQ(DescribeSuccess(run, predecessor), "Upgraded to 4f1c2a9be3d7 (head) by run run9");
  predecessor.set_agent("b");
  EXPECT_EQ(DescribeSuccess(run, predecessor),
            "Upgraded to 4f1c2a9be3d7 (head) by run run9 of agent b");
  run.clear_to_revisions();
  run.set_steps_done(3);
  run.add_to_revisions("4f1c2a9be3d7");
  *run.mutable_start_time() = TimeUtil::MillisecondsToTimestamp(1000);
  *run.mutable_end_time() = TimeUtil::MillisecondsToTimestamp(1420);
  EXPECT_EQ(DescribeSuccess(run), "Upgraded to 4f1c2a9be3d7 (head): 3 revisions in 0.42 s");
  run.set_kind(v1::RUN_KIND_DOWNGRADE);
  run.set_target("base");
  run.clear_to_revisions();
  run.set_steps_done(1);
  EXPECT_EQ(DescribeSuccess(run), "Downgraded to base: 1 revision in 0.42 s");
  run.set_kind(v1::RUN_KIND_STAMP);
  run.add_to_revisions("a");
  run.add_to_revisions("b");
  EXPECT_EQ(DescribeSuccess(run), "Stamped a, b");
  run.set_kind(v1::RUN_KIND_REPAIR);
  run.clear_target();
  EXPECT_EQ(DescribeSuccess(run), "Nothing to repair");
  run.set_id("run1");
  EXPECT_EQ(DescribeSuccess(run), "Repaired");
  run.set_target("aaaa1111");
  EXPECT_EQ(DescribeSuccess(run), "Repaired aaaa1111");
}

}  // namespace
}  // namespace brant
