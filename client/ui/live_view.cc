#include "client/ui/live_view.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/base/error.h"
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
      if (waiting_.empty()) waiting_since_ = now_();
      waiting_ = DescribeWaiting(event.run_waiting());
      break;
    case v1::RunEvent::kRunStarted:
      waiting_.clear();
      steps_total_ = event.run_started().steps_total();
      break;
    case v1::RunEvent::kStepStarted:
      waiting_.clear();
      step_ = event.step_started();
      step_since_ = now_();
      statement_.clear();
      statement_number_ = 0;
      break;
    case v1::RunEvent::kStatementStarted:
      statement_ = FirstLine(event.statement_started().text());
      statement_number_ = event.statement_started().statement();
      break;
    case v1::RunEvent::kStepFinished:
      FinishStep(event.step_finished());
      return;
    case v1::RunEvent::kRunNotice:
      Leave(absl::StrCat("  ", console_.Paint(Color::kYellow, "!"), " ",
                         FitWidth(EscapeControl(event.run_notice().text()), console_.Width() - 4)));
      return;
    case v1::RunEvent::kRunFinished:
      if (!step_.revision().empty() && event.run_finished().run().has_error()) {
        Leave(absl::StrCat("  ", console_.Paint(Color::kRed, "✗"), " ",
                           FitWidth(EscapeControl(absl::StrCat(step_.revision(), "  ",
                                                               FirstLine(step_.message()))),
                                    console_.Width() - 4)));
      }
      Close();
      return;
    default:
      return;
  }
  Draw();
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
  if (!statement_.empty()) absl::StrAppend(&line, "  ", statement_);
  return absl::StrCat(FitWidth(line, width - DisplayWidth(tail) - 2), "  ", tail);
}

void LiveView::Draw() {
  // The last column stays free: some terminals wrap when it is written.
  const int width = console_.Width() - 1;
  std::string line;
  if (!waiting_.empty()) {
    const std::string tail = Elapsed(now_() - waiting_since_);
    line = absl::StrCat(FitWidth(absl::StrCat("  ", waiting_), width - DisplayWidth(tail) - 2),
                        "  ", tail);
  } else if (!step_.revision().empty()) {
    line = StepLine(width);
  } else {
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
