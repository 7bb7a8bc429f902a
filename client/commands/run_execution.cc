#include "client/commands/run_execution.h"

#include <pwd.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/base/dialect.h"
#include "agent/base/error.h"
#include "client/commands/dialects.h"
#include "client/exit_code.h"
#include "google/protobuf/util/time_util.h"

namespace brant {
namespace {

constexpr size_t kMaxActorBytes = 256;
constexpr size_t kMaxRequestIdBytes = 64;

std::string UserName() {
  for (const char* variable : {"USER", "LOGNAME"}) {
    const char* name = std::getenv(variable);
    if (name != nullptr && *name != '\0') return name;
  }
  const passwd* entry = getpwuid(getuid());
  return entry != nullptr ? entry->pw_name : absl::StrCat("uid ", getuid());
}

std::string DefaultActor() {
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  return absl::StrCat(UserName(), "@", host);
}

// A UUID of version 4.
absl::StatusOr<std::string> RandomUuid() {
  unsigned char bytes[16];
  if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes)) {
    return Error(v1::ERROR_REASON_SYSTEM_ERROR, "the system gives no random numbers");
  }
  bytes[6] = (bytes[6] & 0x0F) | 0x40;
  bytes[8] = (bytes[8] & 0x3F) | 0x80;
  std::string text;
  for (int i = 0; i < 16; ++i) {
    absl::StrAppendFormat(&text, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                          bytes[i]);
  }
  return text;
}

std::vector<std::string> DialectNames() {
  std::vector<std::string> names;
  for (Dialect dialect : kAllDialects) names.emplace_back(DialectName(dialect));
  return names;
}

constexpr char kNoRunKnown[] =
    "Left before an agent gave the run an id; if it goes on, 'brant runs' lists it";

std::string HowToGoOn(const std::string& run_id) {
  return absl::StrCat("'brant watch ", run_id, "' follows it, 'brant cancel ", run_id,
                      "' stops it");
}

// Why a run was left when the time was over.
absl::Status TimeoutError(const RunOutcome& outcome) {
  const v1::Run& run = outcome.run;
  if (run.state() == v1::RUN_STATE_CANCELLED) {
    return Error(
               v1::ERROR_REASON_CLIENT_TIMEOUT,
               "the timeout was over before the run ended, so it was cancelled: this program's own "
               "agent ends with it")
        .Hint("a running agent, named with --agent, goes on without this program");
  }
  std::string text = "the timeout was over before the run ended";
  if (!run.id().empty()) absl::StrAppend(&text, "; run ", run.id(), " goes on");
  if (!outcome.trouble.ok()) absl::StrAppend(&text, ": ", outcome.trouble.message());
  return Error(v1::ERROR_REASON_CLIENT_TIMEOUT, text)
      .Hint(run.id().empty() ? "no run is known; if one goes on, 'brant runs' lists it"
                             : HowToGoOn(run.id()));
}

}  // namespace

v1::TransactionMode ParseTransactionMode(const std::string& text) {
  if (text == "step") return v1::TRANSACTION_MODE_PER_STEP;
  if (text == "all") return v1::TRANSACTION_MODE_SINGLE;
  return v1::TRANSACTION_MODE_UNSPECIFIED;
}

void RunFlags::DeclareScript(Flags& flags) {
  flags.Switch("--sql", &sql_, "Print an SQL script instead; no database is needed");
  flags.Choice("--dialect", DialectNames(), &dialect_,
               "With --sql: the kind of database, if no database or agent says it");
  flags.Choice("--transaction", {"step", "all"}, &transaction_,
               "One transaction per step (the default), or one for all of them");
}

void RunFlags::DeclareAllowEdited(Flags& flags) {
  flags.Switch("--allow-edited", &allow_edited_,
               "Run although files were edited after they were applied");
}

void RunFlags::Declare(Flags& flags) {
  timeout_.Declare(flags);
  flags.Seconds("--lock-wait", &lock_wait_,
                "How long to wait for another run to end (default: the agent's)");
  flags.Text("--actor", "NAME", &actor_, "Who asks, for the journal (default: user@host)");
  flags.Text("--request-id", "ID", &request_id_,
             "Joins the run that the same id started before (default: a new UUID)");
}

absl::StatusOr<v1::RunOptions> RunFlags::Options() const {
  v1::RunOptions options;
  options.set_actor(actor_.empty() ? Shorten(DefaultActor(), kMaxActorBytes) : actor_);
  if (options.actor().size() > kMaxActorBytes) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 absl::StrCat("--actor is longer than ", kMaxActorBytes, " bytes"));
  }
  options.set_transaction_mode(ParseTransactionMode(transaction_));
  options.set_allow_edited_files(allow_edited_);
  if (lock_wait_ >= 0) {
    *options.mutable_lock_wait() = google::protobuf::util::TimeUtil::MillisecondsToDuration(
        static_cast<int64_t>(lock_wait_ * 1000));
  }
  return options;
}

absl::StatusOr<std::string> RunFlags::RequestId() const {
  if (request_id_.empty()) return RandomUuid();
  const bool valid = request_id_.size() <= kMaxRequestIdBytes &&
                     std::all_of(request_id_.begin(), request_id_.end(), [](unsigned char c) {
                       return absl::ascii_isalnum(c) || c == '-';
                     });
  if (valid) return request_id_;
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               absl::StrCat("'", request_id_, "' is no request id"))
      .Hint("1 to 64 letters, digits or dashes; a UUID is best");
}

absl::StatusOr<int> RunFlags::PrintScript(Context& context, v1::PlanRequest request) const {
  request.set_offline(true);
  request.set_transaction_mode(ParseTransactionMode(transaction_));
  if (!dialect_.empty()) {
    request.set_dialect(ToProto(*DialectFromName(dialect_)));
  } else if (!context.UsesRemoteAgent() && context.settings().Text("database-url").empty()) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "--sql needs to know the kind of database")
        .Hint("add --dialect postgresql, sqlite or mysql, or name a database or an agent");
  }
  BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.offline_agent());
  Console& console = context.console();
  BRANT_RETURN_IF_ERROR(agent->Plan(context.migrations(), std::move(request),
                                    [&console](const v1::PlanResponse& part) {
                                      if (console.json()) {
                                        console.PrintJson(part);
                                      } else {
                                        console.Write(part.script());
                                      }
                                    }));
  return kExitDone;
}

absl::StatusOr<int> ExecuteRun(Context& context, RunRequest request, const TimeoutFlag& timeout) {
  BRANT_ASSIGN_OR_RETURN(const absl::Duration limit, timeout.Get(context.settings()));
  BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
  const Interrupts interrupts;
  const std::unique_ptr<RunView> view = MakeRunView(context.console());
  RunFollower follower(*agent, interrupts, *view, limit);
  absl::StatusOr<RunOutcome> outcome = follower.Start(std::move(request), context.migrations());
  view->Close();
  if (!outcome.ok()) return std::move(outcome).status();
  return ReportOutcome(context, interrupts, *outcome);
}

int ReportOutcome(Context& context, const Interrupts& interrupts, const RunOutcome& outcome) {
  Console& console = context.console();
  const v1::Run& run = outcome.run;
  const bool cancelled = run.state() == v1::RUN_STATE_CANCELLED;
  if (outcome.left == Left::kTimeout) {
    const absl::Status error = TimeoutError(outcome);
    console.PrintError(error);
    if (cancelled) console.Note(DescribeState(run));
    return ExitCodeOf(error);
  }
  if (outcome.left == Left::kSignal && !cancelled) {
    console.Note(run.id().empty()
                     ? kNoRunKnown
                     : absl::StrCat("The run goes on without this program: ", HowToGoOn(run.id())));
    return kExitSignalBase + interrupts.signal();
  }
  if (run.state() == v1::RUN_STATE_SUCCEEDED) {
    if (!console.quiet() && !console.json())
      console.Print(DescribeSuccess(run, outcome.predecessor));
    return kExitDone;
  }
  absl::Status error = FromRpcStatus(run.error());
  if (error.ok()) {
    error = run.state() == v1::RUN_STATE_INTERRUPTED
                ? Error(v1::ERROR_REASON_SHUTTING_DOWN,
                        "the run was interrupted: its agent went away before it ended")
                      .Hint("run the command again: it goes on where this one stopped")
                : Error(v1::ERROR_REASON_INTERNAL,
                        absl::StrCat("the run ended as ", v1::RunState_Name(run.state())));
  }
  console.PrintError(error);
  console.Note(DescribeState(run));
  return ExitCodeOf(error);
}

}  // namespace brant
