#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/ui/event_lines.h"
#include "client/ui/run_view.h"
#include "client/ui/table.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/util/time_util.h"

namespace brant {
namespace {

// So much of a checksum tells files apart.
constexpr size_t kShownChecksum = 12;

// So many revisions that the migrations lack are named.
constexpr int kMaxNamed = 8;

std::string DescribeState(const v1::Status& status) {
  switch (status.state()) {
    case v1::STATUS_STATE_UP_TO_DATE:
      return "up to date";
    case v1::STATUS_STATE_BEHIND:
      return absl::StrCat("behind: ", Plural(status.pending_count(), "revision"), " pending");
    case v1::STATUS_STATE_AHEAD:
      return absl::StrCat("ahead: the database holds ",
                          Plural(status.beyond_revisions_size(), "revision"),
                          " that these migrations have not");
    case v1::STATUS_STATE_DIVERGED:
      return absl::StrCat("diverged: the database holds ",
                          Plural(status.beyond_revisions_size(), "revision"),
                          " of another history, and lacks ",
                          Plural(status.pending_count(), "revision"), " of these migrations");
    default:
      return "unknown";
  }
}

// All, or where they are many the latest, which need the others.
std::string NameLatest(const google::protobuf::RepeatedPtrField<std::string>& ids) {
  const int first = std::max(0, ids.size() - kMaxNamed);
  return absl::StrCat(first > 0 ? absl::StrCat(first, " more, ") : "",
                      absl::StrJoin(ids.begin() + first, ids.end(), ", "));
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
  if (!run.agent().empty()) absl::StrAppend(&text, ", at agent ", run.agent());
  return text;
}

std::string DescribeLost(const v1::LostRun& lost) {
  const v1::Run& run = lost.run();
  return absl::StrCat("run ", run.id(), " (", RunKindName(run.kind()), " ", run.target(),
                      "): agent ", run.agent(), " shows no life for ", lost.silent_for().seconds(),
                      " s; the next ", RunKindName(run.kind()), " takes it up");
}

// How a step goes on whose statements are not in doubt.
std::string DescribeGoingOn(const v1::Status& status) {
  const v1::UnfinishedStep& step = status.unfinished_step();
  const bool down = step.direction() == v1::DIRECTION_DOWNGRADE;
  const absl::string_view command = down ? "'brant downgrade'" : "'brant upgrade'";
  const bool one = step.statements_done() == 1;
  std::string goes_on =
      absl::StrCat(command, step.statements_done() == 0 ? " goes on with it" : " goes on after ",
                   step.statements_done() == 0 ? "" : (one ? "it" : "them"));
  // A downgrade finds what it needs in the database.
  if (step.file_missing() && !down) {
    return absl::StrCat("use migrations that have ", step.revision(), "; with them, ", goes_on);
  }
  if (!status.edited_files().empty()) return absl::StrCat("when that is settled, ", goes_on);
  if (step.statements_done() == 0) return goes_on;
  return absl::StrCat(goes_on, ", if ", one ? "its text is" : "their texts are",
                      " what was executed");
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

// What stands in the way of runs, each with what to do next.
void AddObstacles(const v1::Status& status, Table& table) {
  if (status.state() == v1::STATUS_STATE_DIVERGED) {
    table.Add({"Next:", "use the migrations of both histories, and join them with 'brant merge'"});
  }
  for (const v1::EditedFile& file : status.edited_files()) {
    table.Add({"Edited:", absl::StrCat(file.revision(), " (", file.file(), "): applied as ",
                                       file.applied_checksum().substr(0, kShownChecksum), "…, now ",
                                       file.checksum().substr(0, kShownChecksum), "…")});
  }
  if (!status.edited_files().empty()) {
    table.Add({"Next:",
               "undo the edits and write a new revision instead, or take the files as what was "
               "applied: 'brant repair --accept-edited'"});
  }
  if (!status.has_unfinished_step()) return;
  const v1::UnfinishedStep& step = status.unfinished_step();
  const bool down = step.direction() == v1::DIRECTION_DOWNGRADE;
  const absl::string_view direction = down ? "downgrade" : "upgrade";
  std::string text = absl::StrCat(direction, " of ", step.revision(), " by run ", step.run_id(),
                                  ": ", step.statements_done(), " of ",
                                  Plural(step.statements_total(), "statement"), " took effect");
  if (!step.in_doubt()) {
    table.Add({"Unfinished:", text});
    table.Add({"Next:", DescribeGoingOn(status)});
    return;
  }
  table.Add({"Unfinished:", absl::StrCat(text, "; whether the next one did is not known")});
  table.Add({"Next:", absl::StrCat("look at the database, then say 'brant repair ", step.revision(),
                                   " --took-effect' or '--no-effect'")});
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
    if (!status.beyond_revisions().empty()) {
      table.Add({"Unknown:", NameLatest(status.beyond_revisions())});
    }
    AddObstacles(status, table);
    if (status.has_lost_run()) table.Add({"Lost:", DescribeLost(status.lost_run())});
    table.Add({"Running:", status.has_active_run() ? DescribeRun(status.active_run()) : "nothing"});
    if (status.has_blocked()) table.Add({"Blocked:", DescribeBlocked(status.blocked())});
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
