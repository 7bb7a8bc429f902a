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
  EXPECT_EQ(Written(), "Waiting for run 7 of agent b\n");
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
}

TEST(DescribeDurationTest, UnitsGrow) {
  EXPECT_EQ(DescribeDuration(absl::Milliseconds(420)), "0.42 s");
  EXPECT_EQ(DescribeDuration(absl::Seconds(185)), "3 min 5 s");
  EXPECT_EQ(DescribeDuration(absl::Seconds(3725)), "1 h 2 min");
}

}  // namespace
}  // namespace brant
