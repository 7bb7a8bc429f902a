#include "client/ui/run_view.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "client/ui/event_lines.h"
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
  bool ShowsEveryNumber() const override { return true; }
  void Note(absl::string_view text) override {}

 private:
  Console& console_;
};

// How far a statement is, is told this often at most.
constexpr absl::Duration kProgressInterval = absl::Seconds(10);

// One line per step, in the words that Alembic's users know.
class PlainView : public RunView {
 public:
  explicit PlainView(Console& console) : console_(console) {}

  void Show(const v1::RunEvent& event) override {
    switch (event.event_case()) {
      case v1::RunEvent::kRunWaiting:
        ShowWaiting(event.run_waiting());
        break;
      case v1::RunEvent::kStepStarted:
        ShowStep(event.step_started());
        break;
      case v1::RunEvent::kRunNotice:
        console_.Print(EscapeControl(event.run_notice().text()));
        break;
      case v1::RunEvent::kStatementBlocked:
        PrintOnce(DescribeBlocked(event.statement_blocked()), BlockedKey(event.statement_blocked()),
                  blocked_);
        break;
      case v1::RunEvent::kStatementProgress:
        ShowProgress(event);
        break;
      case v1::RunEvent::kAttemptFailed:
        console_.Print(DescribeAttempt(event.attempt_failed()));
        break;
      case v1::RunEvent::kRelayed:
        ShowRelayed(event.relayed());
        break;
      default:
        break;
    }
  }

  void Note(absl::string_view text) override { console_.Note(text); }

 private:
  void ShowWaiting(const v1::RunWaiting& waiting) {
    if (!waiting_.has_value() || !IsSameWait(*waiting_, waiting)) {
      console_.Print(DescribeWaiting(waiting));
    }
    waiting_ = waiting;
  }

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

  void ShowRelayed(const v1::RelayedEvent& relayed) {
    PrintOnce(DescribeFollowing(relayed), DescribeFollowing(relayed), followed_);
    if (relayed.event().has_run_finished()) {
      console_.Print(DescribeRelayedEnd(relayed));
    } else if (!relayed.event().has_run_waiting()) {
      Show(relayed.event());
    }
  }

  void ShowProgress(const v1::RunEvent& event) {
    const absl::Time time =
        absl::FromUnixNanos(TimeUtil::TimestampToNanoseconds(event.event_time()));
    if (time < last_progress_ + kProgressInterval) return;
    last_progress_ = time;
    console_.Print(absl::StrCat("  ", DescribeProgress(event.statement_progress())));
  }

  // `last` keeps the key of the line before.
  void PrintOnce(const std::string& line, std::string key, std::string& last) {
    if (key != last) console_.Print(line);
    last = std::move(key);
  }

  Console& console_;
  std::optional<v1::RunWaiting> waiting_;
  std::string blocked_;
  std::string followed_;
  absl::Time last_progress_ = absl::InfinitePast();
};

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

std::string DescribeRevisions(const google::protobuf::RepeatedPtrField<std::string>& revisions) {
  return revisions.empty() ? "base" : absl::StrJoin(revisions, ", ");
}

std::string DescribeSuccess(const v1::Run& run, const v1::Run& predecessor) {
  std::string revisions = DescribeRevisions(run.to_revisions());
  if (run.kind() == v1::RUN_KIND_STAMP) {
    return EscapeControl(absl::StrCat("Stamped ", revisions));
  }
  if (run.kind() == v1::RUN_KIND_REPAIR) {
    if (run.id().empty()) return "Nothing to repair";
    return EscapeControl(absl::StrCat("Repaired", run.target().empty() ? "" : " ", run.target()));
  }
  const bool idle = run.steps_done() == 0;
  if (idle && predecessor.id().empty()) {
    return EscapeControl(absl::StrCat("Already at ", run.target(), ": nothing to do"));
  }
  if (run.kind() == v1::RUN_KIND_UPGRADE && IsHeadTarget(run.target())) {
    absl::StrAppend(&revisions, run.to_revisions_size() > 1 ? " (heads)" : " (head)");
  }
  std::string line = absl::StrCat(
      run.kind() == v1::RUN_KIND_DOWNGRADE ? "Downgraded to " : "Upgraded to ", revisions);
  if (idle) {
    absl::StrAppend(&line, " by run ", predecessor.id());
    if (!predecessor.agent().empty()) absl::StrAppend(&line, " of agent ", predecessor.agent());
    return EscapeControl(line);
  }
  absl::Duration duration;
  if (run.has_start_time() && run.has_end_time()) {
    duration =
        absl::Nanoseconds(TimeUtil::DurationToNanoseconds(run.end_time() - run.start_time()));
  }
  return EscapeControl(absl::StrCat(line, ": ", Plural(run.steps_done(), "revision"), " in ",
                                    DescribeDuration(duration)));
}

std::string DescribeState(const v1::Run& run) {
  // A run that never began does not know where the database is.
  if (run.epoch() == 0 && run.steps_total() == 0 && run.to_revisions().empty()) {
    return "It had not begun: nothing was done";
  }
  return EscapeControl(absl::StrCat("The database is at ", DescribeRevisions(run.to_revisions()),
                                    "; ", run.steps_done(), " of ",
                                    Plural(run.steps_total(), "step"), " took effect"));
}

}  // namespace brant
