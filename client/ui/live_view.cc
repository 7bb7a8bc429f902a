#include "client/ui/live_view.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/base/error.h"
#include "client/ui/event_lines.h"
#include "client/ui/utf8.h"
#include "google/protobuf/util/time_util.h"

namespace brant {
namespace {

constexpr char kHideCursor[] = "\x1b[?25l";
constexpr char kEraseLine[] = "\r\x1b[2K";
constexpr int kBarWidth = 16;
constexpr int kMaxTitleWidth = 40;

// Filled by eighths of a column, so that it moves on long plans too.
std::string Bar(double share) {
  constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = std::clamp(static_cast<int>(share * kBarWidth * 8), 0, kBarWidth * 8);
  std::string bar;
  int columns = eighths / 8;
  for (int i = 0; i < columns; ++i) bar += "█";
  if (eighths % 8 != 0) {
    bar += kEighths[eighths % 8];
    ++columns;
  }
  return bar + std::string(kBarWidth - columns, ' ');
}

std::string Elapsed(absl::Duration duration) {
  return absl::StrFormat("%.1f s", std::max(0.0, absl::ToDoubleSeconds(duration)));
}

}  // namespace

LiveView::LiveView(Console& console, std::function<absl::Time()> now)
    : console_(console), now_(std::move(now)) {}

LiveView::~LiveView() { Close(); }

void LiveView::Show(const v1::RunEvent& event) {
  switch (event.event_case()) {
    case v1::RunEvent::kRunWaiting:
      ShowWaiting(event.run_waiting());
      break;
    case v1::RunEvent::kRunStarted:
      waiting_.clear();
      step_.Clear();
      steps_done_ = 0;
      steps_total_ = event.run_started().steps_total();
      break;
    case v1::RunEvent::kStepStarted:
      step_ = event.step_started();
      step_since_ = now_();
      statement_.clear();
      detail_.clear();
      statement_number_ = 0;
      break;
    case v1::RunEvent::kStatementStarted:
      statement_ = FirstLine(event.statement_started().text());
      statement_number_ = event.statement_started().statement();
      detail_.clear();
      break;
    case v1::RunEvent::kStatementFinished:
      detail_.clear();
      return;
    case v1::RunEvent::kStatementBlocked:
      ShowBlocked(event.statement_blocked());
      break;
    case v1::RunEvent::kStatementProgress:
      detail_ = DescribeProgress(event.statement_progress());
      break;
    case v1::RunEvent::kAttemptFailed:
      detail_.clear();
      LeaveMarked(Color::kYellow, "!", DescribeAttempt(event.attempt_failed()));
      return;
    case v1::RunEvent::kStepFinished:
      FinishStep(event.step_finished());
      return;
    case v1::RunEvent::kRunNotice:
      LeaveMarked(Color::kYellow, "!", EscapeControl(event.run_notice().text()));
      return;
    case v1::RunEvent::kRelayed:
      ShowRelayed(event.relayed());
      return;
    case v1::RunEvent::kRunFinished:
      if (event.run_finished().run().has_error()) FailStep();
      Close();
      return;
    default:
      return;
  }
  Draw();
}

void LiveView::ShowWaiting(const v1::RunWaiting& waiting) {
  if (waiting_.empty()) waiting_since_ = now_();
  waiting_ = DescribeWaiting(waiting);
  // What is relayed of that run need not begin with its first event.
  if (waiting.active_run().steps_total() > 0) {
    steps_total_ = waiting.active_run().steps_total();
    steps_done_ = waiting.active_run().steps_done();
  }
}

void LiveView::ShowBlocked(const v1::StatementBlocked& blocked) {
  detail_ = DescribeBlockers(blocked);
  if (std::string key = BlockedKey(blocked); key != blocked_) {
    LeaveMarked(Color::kYellow, "!", DescribeBlocked(blocked));
    blocked_ = std::move(key);
  }
}

void LiveView::ShowRelayed(const v1::RelayedEvent& relayed) {
  if (std::string following = DescribeFollowing(relayed); following != followed_) {
    step_.Clear();
    Leave(absl::StrCat("  ", FitWidth(following, console_.Width() - 2)));
    followed_ = std::move(following);
  }
  if (relayed.event().has_run_waiting()) return;
  if (!relayed.event().has_run_finished()) {
    Show(relayed.event());
    return;
  }
  const std::string end = DescribeRelayedEnd(relayed);
  if (!end.empty()) {
    FailStep();
    LeaveMarked(Color::kYellow, "!", end);
  }
  step_.Clear();
  Draw();
}

void LiveView::FailStep() {
  if (step_.revision().empty()) return;
  LeaveMarked(Color::kRed, "✗",
              EscapeControl(absl::StrCat(step_.revision(), "  ", FirstLine(step_.message()))));
}

void LiveView::FinishStep(const v1::StepFinished& finished) {
  using google::protobuf::util::TimeUtil;
  const absl::Duration duration =
      absl::Nanoseconds(TimeUtil::DurationToNanoseconds(finished.duration()));
  const bool down = step_.direction() == v1::DIRECTION_DOWNGRADE;
  const std::string time =
      absl::StrCat("  (", down ? "undone, " : "", DescribeDuration(duration), ")");
  const std::string title =
      FitWidth(EscapeControl(absl::StrCat(step_.revision(), "  ", FirstLine(step_.message()))),
               std::max(20, console_.Width() - 4 - DisplayWidth(time)));
  steps_done_ = finished.position();
  // Of a run that is relayed, the beginning may not have been seen.
  if (step_.revision().empty()) return;
  step_.Clear();
  Leave(absl::StrCat("  ", console_.Paint(Color::kGreen, "✓"), " ", title,
                     console_.Paint(Color::kDim, time)));
}

void LiveView::Tick() {
  if (!waiting_.empty() || !step_.revision().empty()) Draw();
}

void LiveView::Note(absl::string_view text) {
  Leave(absl::StrCat("  ", FitWidth(EscapeControl(text), console_.Width() - 2)));
}

void LiveView::Leave(absl::string_view line) {
  Erase();
  console_.Write(absl::StrCat(line, "\n"));
}

void LiveView::LeaveMarked(Color color, absl::string_view mark, absl::string_view text) {
  Leave(absl::StrCat("  ", console_.Paint(color, mark), " ", FitWidth(text, console_.Width() - 4)));
}

void LiveView::Erase() {
  if (drawn_) console_.Write(kEraseLine);
}

std::string LiveView::StepLine(int width) const {
  // Half a statement counts as half done: the bar moves within a step too.
  const double part = step_.statements_total() > 0
                          ? std::max(0.0, statement_number_ - 0.5) / step_.statements_total()
                          : 0.0;
  const int total = std::max(1, steps_total_);
  const std::string tail = Elapsed(now_() - step_since_);
  std::string line = absl::StrCat("  ", Bar((steps_done_ + part) / total), " ", step_.position(),
                                  "/", total, "  ", EscapeControl(step_.revision()), "  ",
                                  FitWidth(FirstLine(step_.message()), kMaxTitleWidth));
  // The end is what is cut off: who is in the way comes before the statement.
  if (!detail_.empty()) absl::StrAppend(&line, "  ", detail_);
  if (!statement_.empty()) absl::StrAppend(&line, "  ", statement_);
  return absl::StrCat(FitWidth(line, width - DisplayWidth(tail) - 2), "  ", tail);
}

void LiveView::Draw() {
  // The last column stays free: some terminals wrap when it is written.
  const int width = console_.Width() - 1;
  std::string line;
  // While this run waits, another one's steps are worth more than that it does.
  if (!step_.revision().empty()) {
    line = StepLine(width);
  } else if (!waiting_.empty()) {
    const std::string tail = Elapsed(now_() - waiting_since_);
    line = absl::StrCat(FitWidth(absl::StrCat("  ", waiting_), width - DisplayWidth(tail) - 2),
                        "  ", tail);
  } else {
    Erase();
    return;
  }
  console_.Write(absl::StrCat(drawn_ ? "" : kHideCursor, kEraseLine, line));
  drawn_ = true;
}

void LiveView::Close() {
  if (!drawn_) return;
  console_.Write(absl::StrCat(kEraseLine, kShowCursor));
  drawn_ = false;
  waiting_.clear();
  step_.Clear();
}

}  // namespace brant
