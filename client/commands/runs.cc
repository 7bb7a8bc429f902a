#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/ui/event_lines.h"
#include "client/ui/run_view.h"
#include "client/ui/table.h"
#include "google/protobuf/util/time_util.h"

namespace brant {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kDefaultLimit = 20;
constexpr int kMaxPage = 1000;

absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixNanos(TimeUtil::TimestampToNanoseconds(timestamp));
}

std::string FormatTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", ToTime(timestamp), absl::LocalTimeZone());
}

std::string Took(const v1::Run& run) {
  if (!run.has_start_time() || !run.has_end_time()) return "";
  return DescribeDuration(ToTime(run.end_time()) - ToTime(run.start_time()));
}

std::string Steps(const v1::Run& run) {
  return absl::StrCat(run.steps_done(), "/", run.steps_total());
}

class RunsCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("show", &verb_, false, "'show RUN' shows one run");
    flags.Argument("RUN", &run_id_, false, "A run's id, or latest");
    flags.Count("-n,--limit", &limit_, "List at most this many (default: 20; 0: all)");
    flags.Examples(
        "  brant runs                   the latest runs\n"
        "  brant runs show latest       one of them, with its error");
  }

  absl::StatusOr<int> Run(Context& context) override {
    if (verb_.empty()) return List(context);
    if (verb_ != "show" || run_id_.empty()) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST,
                   verb_ == "show" ? "RUN is required"
                                   : absl::StrCat("'", verb_, "' was not expected"))
          .Hint("write 'brant runs' or 'brant runs show RUN'");
    }
    return Show(context);
  }

 private:
  absl::StatusOr<int> List(Context& context) {
    BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
    v1::ListRunsResponse all;
    v1::ListRunsRequest request;
    do {
      const int64_t left = limit_ == 0 ? kMaxPage : limit_ - all.runs_size();
      request.set_page_size(static_cast<int>(std::min<int64_t>(left, kMaxPage)));
      BRANT_ASSIGN_OR_RETURN(v1::ListRunsResponse page, agent->ListRuns(request));
      request.set_page_token(page.next_page_token());
      all.mutable_runs()->MergeFrom(page.runs());
      all.set_next_page_token(page.next_page_token());
    } while (!request.page_token().empty() && (limit_ == 0 || all.runs_size() < limit_));
    if (context.console().json()) {
      context.console().PrintJson(all);
      return kExitDone;
    }
    if (all.runs().empty()) return kExitDone;
    Table table;
    table.Add({"RUN", "KIND", "TARGET", "STATE", "STEPS", "CREATED", "TOOK", "ACTOR"});
    for (const v1::Run& run : all.runs()) {
      table.Add({run.id(), RunKindName(run.kind()), run.target(), RunStateName(run.state()),
                 Steps(run), FormatTime(run.create_time()), Took(run), run.actor()});
    }
    context.console().Print(table.Format());
    return kExitDone;
  }

  absl::StatusOr<int> Show(Context& context) {
    BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
    v1::GetRunRequest request;
    request.set_run_id(run_id_);
    BRANT_ASSIGN_OR_RETURN(const v1::GetRunResponse response, agent->GetRun(request));
    if (context.console().json()) {
      context.console().PrintJson(response);
      return kExitDone;
    }
    const v1::Run& run = response.run();
    Table table;
    table.Add({"Run:", run.id()});
    table.Add({"Kind:", RunKindName(run.kind())});
    table.Add({"Target:", run.target()});
    table.Add({"State:", RunStateName(run.state())});
    table.Add({"Steps:", absl::StrCat(run.steps_done(), " of ", run.steps_total())});
    table.Add({"From:", DescribeRevisions(run.from_revisions())});
    table.Add({"To:", DescribeRevisions(run.to_revisions())});
    table.Add({"Created:", FormatTime(run.create_time())});
    if (run.has_start_time()) table.Add({"Started:", FormatTime(run.start_time())});
    if (run.has_end_time()) table.Add({"Ended:", FormatTime(run.end_time())});
    if (const std::string took = Took(run); !took.empty()) table.Add({"Took:", took});
    table.Add({"Actor:", run.actor()});
    table.Add({"Agent:", run.agent()});
    table.Add({"Request:", run.request_id()});
    table.Add({"Migrations:", run.bundle_digest()});
    if (run.has_error()) table.Add({"Error:", DescribeError(FromRpcStatus(run.error()))});
    context.console().Print(table.Format());
    return kExitDone;
  }

  std::string verb_;
  std::string run_id_;
  int64_t limit_ = kDefaultLimit;
};

}  // namespace

std::unique_ptr<Command> MakeRunsCommand() { return std::make_unique<RunsCommand>(); }

}  // namespace brant
