#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/ui/event_lines.h"
#include "client/ui/run_view.h"
#include "client/ui/table.h"
#include "google/protobuf/util/time_util.h"

namespace brant {
namespace {

std::string Revisions(int count) {
  return absl::StrCat(count, count == 1 ? " revision" : " revisions");
}

std::string DescribeState(const v1::Status& status) {
  switch (status.state()) {
    case v1::STATUS_STATE_UP_TO_DATE:
      return "up to date";
    case v1::STATUS_STATE_BEHIND:
      return absl::StrCat("behind: ", Revisions(status.pending_count()), " pending");
    case v1::STATUS_STATE_AHEAD:
      return absl::StrCat("ahead: the database holds ", Revisions(status.unknown_revisions_size()),
                          " that these migrations have not");
    case v1::STATUS_STATE_DIVERGED:
      return "diverged: the database holds revisions of another history";
    default:
      return "unknown";
  }
}

std::string DescribeRun(const v1::Run& run) {
  std::string text = absl::StrCat(run.id(), " (", RunKindName(run.kind()), " ", run.target(), ")");
  if (run.state() == v1::RUN_STATE_WAITING) return text + ", waiting for the migration lock";
  if (run.steps_total() > 0) {
    absl::StrAppend(&text, ", step ", std::min(run.steps_done() + 1, run.steps_total()), " of ",
                    run.steps_total());
  }
  if (run.has_start_time()) {
    const absl::Time start = absl::FromUnixNanos(
        google::protobuf::util::TimeUtil::TimestampToNanoseconds(run.start_time()));
    absl::StrAppend(&text, ", for ", DescribeDuration(absl::Now() - start));
  }
  if (!run.actor().empty()) absl::StrAppend(&text, ", by ", run.actor());
  return text;
}

std::string DialectTitle(v1::Dialect dialect) {
  switch (dialect) {
    case v1::DIALECT_POSTGRESQL:
      return "PostgreSQL";
    case v1::DIALECT_SQLITE:
      return "SQLite";
    case v1::DIALECT_MYSQL:
      return "MySQL or MariaDB";
    default:
      return "unknown";
  }
}

class StatusCommand : public Command {
 public:
  void Declare(Flags& flags) override {}

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
    BRANT_ASSIGN_OR_RETURN(v1::GetStatusResponse response, agent->GetStatus(context.migrations()));
    if (context.console().json()) {
      context.console().PrintJson(response);
      return kExitDone;
    }
    const v1::Status& status = response.status();
    Table table;
    table.Add({"State:", DescribeState(status)});
    table.Add({"Current:", DescribeRevisions(status.current_revisions())});
    table.Add({"Heads:", DescribeRevisions(status.head_revisions())});
    if (!status.unknown_revisions().empty()) {
      table.Add({"Unknown:", absl::StrJoin(status.unknown_revisions(), ", ")});
    }
    table.Add({"Running:", status.has_active_run() ? DescribeRun(status.active_run()) : "nothing"});
    table.Add({"Database:", status.server_version().empty() ? DialectTitle(status.dialect())
                                                            : status.server_version()});
    table.Add({"Agent:", absl::StrCat(status.agent(), " (brantd ", status.agent_version(), ")")});
    context.console().Print(table.Format());
    return kExitDone;
  }
};

}  // namespace

std::unique_ptr<Command> MakeStatusCommand() { return std::make_unique<StatusCommand>(); }

}  // namespace brant
