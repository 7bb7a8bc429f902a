#include "client/ui/event_lines.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "agent/base/error.h"
#include "client/ui/utf8.h"
#include "google/protobuf/util/time_util.h"

namespace brant {
namespace {

using google::protobuf::util::TimeUtil;

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Nanoseconds(TimeUtil::DurationToNanoseconds(duration));
}

// The whole text on one line, though it may have come on several.
std::string OneLine(absl::string_view text) {
  std::string line(text);
  absl::RemoveExtraAsciiWhitespace(&line);
  return EscapeControl(line);
}

// "run 7 of agent b (upgrade head by ops@ci)".
std::string DescribeActiveRun(const v1::Run& run) {
  std::string text = absl::StrCat("run ", run.id());
  if (!run.agent().empty()) absl::StrAppend(&text, " of agent ", run.agent());
  absl::StrAppend(&text, " (", RunKindName(run.kind()));
  if (!run.target().empty()) absl::StrAppend(&text, " ", run.target());
  if (!run.actor().empty()) absl::StrAppend(&text, " by ", run.actor());
  return text + ")";
}

std::string DescribeBlocker(const v1::Blocker& blocker) {
  std::string text = absl::StrCat("session ", blocker.session_id());
  std::string details = blocker.session();
  if (blocker.has_age()) {
    absl::StrAppend(&details, details.empty() ? "" : ", ", "in a transaction for ",
                    DescribeDuration(ToDuration(blocker.age())));
  }
  if (!details.empty()) absl::StrAppend(&text, " (", details, ")");
  if (!blocker.statement().empty()) absl::StrAppend(&text, ": ", blocker.statement());
  return text;
}

}  // namespace

std::string DescribeWaiting(const v1::RunWaiting& waiting) {
  const v1::Run& active = waiting.active_run();
  // The one that executes is among those before this one.
  const int others = waiting.queue_position() - 1;
  if (!active.id().empty()) {
    return OneLine(
        absl::StrCat("Waiting for ", DescribeActiveRun(active),
                     others > 0 ? absl::StrCat(" and ", Plural(others, "run"), " more") : ""));
  }
  if (others > 0) return absl::StrCat("Waiting for ", Plural(others + 1, "run"));
  return OneLine(
      absl::StrCat("Waiting for the migration lock",
                   waiting.holder().empty() ? "" : absl::StrCat(", held by ", waiting.holder())));
}

bool IsSameWait(const v1::RunWaiting& before, const v1::RunWaiting& now) {
  const std::string& run = now.active_run().id();
  if (before.queue_position() != now.queue_position()) return false;
  if (run == before.active_run().id()) return !run.empty() || before.holder() == now.holder();
  // The session is seen a moment before the journal tells of its run, whose id is
  // in its name.
  const std::string& known = run.empty() ? before.active_run().id() : run;
  return absl::StrContains(run.empty() ? now.holder() : before.holder(), known);
}

std::string DescribeBlocked(const v1::StatementBlocked& blocked) {
  std::string line = absl::StrCat("Statement ", blocked.statement(), " of step ",
                                  blocked.position(), " waits for locks");
  if (!blocked.blockers().empty()) {
    absl::StrAppend(
        &line, " of ",
        absl::StrJoin(blocked.blockers(), "; ", [](std::string* out, const v1::Blocker& blocker) {
          absl::StrAppend(out, DescribeBlocker(blocker));
        }));
  }
  return OneLine(line);
}

std::string DescribeBlockers(const v1::StatementBlocked& blocked) {
  if (blocked.blockers().empty()) return "waits for locks";
  return OneLine(absl::StrCat(
      "waits for ", blocked.blockers_size() == 1 ? "session " : "sessions ",
      absl::StrJoin(blocked.blockers(), ", ", [](std::string* out, const v1::Blocker& blocker) {
        absl::StrAppend(out, blocker.session_id());
        if (!blocker.session().empty()) absl::StrAppend(out, " (", blocker.session(), ")");
      })));
}

std::string BlockedKey(const v1::StatementBlocked& blocked) {
  std::string key = absl::StrCat(blocked.position(), ".", blocked.statement());
  for (const v1::Blocker& blocker : blocked.blockers()) {
    absl::StrAppend(&key, "\n", blocker.session_id());
  }
  return key;
}

std::string DescribeProgress(const v1::StatementProgress& progress) {
  const std::string share =
      progress.has_share() ? absl::StrFormat("%.0f%% ", 100 * progress.share()) : "";
  return OneLine(absl::StrCat(share, progress.phase()));
}

std::string DescribeAttempt(const v1::AttemptFailed& attempt) {
  const std::string where =
      attempt.position() > 0 ? absl::StrCat("Step ", attempt.position()) : "The run";
  return OneLine(absl::StrCat(where, " is tried again in ",
                              DescribeDuration(ToDuration(attempt.delay())), ": ",
                              attempt.error().message()));
}

std::string DescribeTakeover(absl::string_view from, absl::string_view to) {
  return OneLine(absl::StrCat("agent ", from, " went away; going on at ", to));
}

std::string DescribeFollowing(const v1::RelayedEvent& relayed) {
  return OneLine(
      absl::StrCat("Following run ", relayed.event().run_id(), " of agent ", relayed.agent()));
}

std::string DescribeRelayedEnd(const v1::RelayedEvent& relayed) {
  const v1::Run& run = relayed.event().run_finished().run();
  if (run.state() == v1::RUN_STATE_SUCCEEDED) return "";
  return OneLine(absl::StrCat("Run ", relayed.event().run_id(), " of agent ", relayed.agent(),
                              " ended as ", RunStateName(run.state()), run.has_error() ? ": " : "",
                              run.error().message()));
}

std::string RunKindName(v1::RunKind kind) {
  return absl::AsciiStrToLower(absl::StripPrefix(v1::RunKind_Name(kind), "RUN_KIND_"));
}

std::string RunStateName(v1::RunState state) {
  return absl::AsciiStrToLower(absl::StripPrefix(v1::RunState_Name(state), "RUN_STATE_"));
}

std::string DescribeDuration(absl::Duration duration) {
  const double seconds = absl::ToDoubleSeconds(duration);
  if (seconds < 60) return absl::StrFormat("%.2f s", seconds);
  const int64_t whole = absl::ToInt64Seconds(duration);
  if (whole < 3600) return absl::StrFormat("%d min %d s", whole / 60, whole % 60);
  return absl::StrFormat("%d h %d min", whole / 3600, whole / 60 % 60);
}

std::string Plural(int count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

}  // namespace brant
