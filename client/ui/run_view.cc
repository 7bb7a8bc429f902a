#include "client/ui/run_view.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "agent/base/error.h"
#include "client/ui/live_view.h"
#include "client/ui/utf8.h"
#include "google/protobuf/util/time_util.h"

namespace brant {
namespace {

using google::protobuf::util::TimeUtil;

class SilentView : public RunView {
 public:
  void Show(const v1::RunEvent& event) override {}
  void Note(absl::string_view text) override {}
};

class JsonView : public RunView {
 public:
  explicit JsonView(Console& console) : console_(console) {}

  void Show(const v1::RunEvent& event) override {
    if (!event.has_heartbeat()) console_.PrintJson(event);
  }
  void Note(absl::string_view text) override {}

 private:
  Console& console_;
};

// One line per step, in the words that Alembic's users know.
class PlainView : public RunView {
 public:
  explicit PlainView(Console& console) : console_(console) {}

  void Show(const v1::RunEvent& event) override {
    switch (event.event_case()) {
      case v1::RunEvent::kRunWaiting: {
        std::string line = DescribeWaiting(event.run_waiting());
        if (line != waiting_) console_.Print(line);
        waiting_ = std::move(line);
        break;
      }
      case v1::RunEvent::kStepStarted:
        ShowStep(event.step_started());
        break;
      case v1::RunEvent::kRunNotice:
        console_.Print(EscapeControl(event.run_notice().text()));
        break;
      default:
        break;
    }
  }

  void Note(absl::string_view text) override { console_.Note(text); }

 private:
  void ShowStep(const v1::StepStarted& step) {
    const std::string parents =
        step.parents().empty() ? "<base>" : absl::StrJoin(step.parents(), ", ");
    const bool down = step.direction() == v1::DIRECTION_DOWNGRADE;
    console_.Print(EscapeControl(
        absl::StrCat("Running ", down ? "downgrade " : "upgrade ", down ? step.revision() : parents,
                     " -> ", down ? parents : step.revision(),
                     step.message().empty() ? "" : absl::StrCat(", ", step.message()))));
    if (step.statements_skipped() > 0) {
      console_.Print(absl::StrCat("  goes on after ", step.statements_skipped(), " of ",
                                  step.statements_total(),
                                  " statements, which an earlier run has executed"));
    }
  }

  Console& console_;
  std::string waiting_;
};

std::string Plural(int count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

// Whether a target stands for everything there is.
bool IsHeadTarget(absl::string_view target) {
  return target == "head" || target == "heads" || absl::EndsWith(target, "@head") ||
         absl::EndsWith(target, "@heads");
}

}  // namespace

std::unique_ptr<RunView> MakeRunView(Console& console, std::function<absl::Time()> now) {
  if (console.quiet()) return std::make_unique<SilentView>();
  if (console.json()) return std::make_unique<JsonView>(console);
  if (console.options().live) return std::make_unique<LiveView>(console, std::move(now));
  return std::make_unique<PlainView>(console);
}

std::string DescribeWaiting(const v1::RunWaiting& waiting) {
  std::string line = "Waiting";
  if (waiting.queue_position() > 0) {
    absl::StrAppend(&line, " behind ", Plural(waiting.queue_position(), "run"));
  }
  if (!waiting.holder().empty()) absl::StrAppend(&line, " for ", waiting.holder());
  return EscapeControl(line == "Waiting" ? "Waiting for the migration lock" : line);
}

std::string RunKindName(v1::RunKind kind) {
  return absl::AsciiStrToLower(absl::StripPrefix(v1::RunKind_Name(kind), "RUN_KIND_"));
}

std::string RunStateName(v1::RunState state) {
  return absl::AsciiStrToLower(absl::StripPrefix(v1::RunState_Name(state), "RUN_STATE_"));
}

std::string DescribeRevisions(const google::protobuf::RepeatedPtrField<std::string>& revisions) {
  return revisions.empty() ? "base" : absl::StrJoin(revisions, ", ");
}

std::string DescribeDuration(absl::Duration duration) {
  const double seconds = absl::ToDoubleSeconds(duration);
  if (seconds < 60) return absl::StrFormat("%.2f s", seconds);
  const int64_t whole = absl::ToInt64Seconds(duration);
  if (whole < 3600) return absl::StrFormat("%d min %d s", whole / 60, whole % 60);
  return absl::StrFormat("%d h %d min", whole / 3600, whole / 60 % 60);
}

std::string DescribeSuccess(const v1::Run& run) {
  std::string revisions = DescribeRevisions(run.to_revisions());
  if (run.kind() == v1::RUN_KIND_STAMP) {
    return EscapeControl(absl::StrCat("Stamped ", revisions));
  }
  if (run.steps_done() == 0) {
    return EscapeControl(absl::StrCat("Already at ", run.target(), ": nothing to do"));
  }
  absl::Duration duration;
  if (run.has_start_time() && run.has_end_time()) {
    duration =
        absl::Nanoseconds(TimeUtil::DurationToNanoseconds(run.end_time() - run.start_time()));
  }
  if (run.kind() == v1::RUN_KIND_UPGRADE && IsHeadTarget(run.target())) {
    absl::StrAppend(&revisions, run.to_revisions_size() > 1 ? " (heads)" : " (head)");
  }
  return EscapeControl(absl::StrCat(
      run.kind() == v1::RUN_KIND_DOWNGRADE ? "Downgraded to " : "Upgraded to ", revisions, ": ",
      Plural(run.steps_done(), "revision"), " in ", DescribeDuration(duration)));
}

std::string DescribeState(const v1::Run& run) {
  return EscapeControl(absl::StrCat("The database is at ", DescribeRevisions(run.to_revisions()),
                                    "; ", run.steps_done(), " of ",
                                    Plural(run.steps_total(), "step"), " took effect"));
}

}  // namespace brant
