#include "agent/runs/status_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/dialect_proto.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/base/version.h"
#include "agent/migrate/signs_of_life.h"
#include "agent/migrate/stored_scripts.h"

namespace brant {
namespace {

// A silence after which it is asked whether the run still has its lock: a few
// signs of life are missing.
constexpr absl::Duration kShowsNoLife = absl::Seconds(3);

v1::UnfinishedStep ToProto(const StepRecord& step) {
  v1::UnfinishedStep proto;
  proto.set_run_id(step.run_id);
  proto.set_revision(step.revision);
  proto.set_direction(step.direction == Direction::kUpgrade ? v1::DIRECTION_UPGRADE
                                                            : v1::DIRECTION_DOWNGRADE);
  proto.set_statements_total(step.statements_total);
  proto.set_statements_done(step.statements_done);
  proto.set_in_doubt(step.statements_started > step.statements_done);
  return proto;
}

// Whether the blocked statement has got its locks. That it gave way says nothing:
// it is tried again.
bool Ends(const v1::RunEvent& event, const v1::StatementBlocked& blocked) {
  return event.has_step_finished() ||
         (event.statement_finished().position() == blocked.position() &&
          event.statement_finished().statement() == blocked.statement());
}

v1::EditedFile ToProto(const EditedRevision& edited) {
  v1::EditedFile proto;
  proto.set_revision(edited.revision->id);
  proto.set_file(edited.revision->file);
  proto.set_applied_checksum(edited.applied.checksum);
  proto.set_checksum(edited.revision->checksum);
  return proto;
}

}  // namespace

absl::StatusOr<std::optional<v1::Run>> StatusReader::FindActiveRun(
    const std::optional<v1::Run>& latest) {
  std::optional<v1::Run> own = own_run_();
  const bool executes = own.has_value() && own->state() == v1::RUN_STATE_RUNNING;
  if (executes || !latest.has_value() || latest->state() != v1::RUN_STATE_RUNNING ||
      (own.has_value() && own->id() == latest->id())) {
    return own;
  }
  BRANT_ASSIGN_OR_RETURN(std::optional<ActiveRun> active, reader_.ReadActiveRun());
  if (!active.has_value()) return own;
  const absl::Duration silent_for = SilentFor(*active);
  if (silent_for < kShowsNoLife) return std::optional<v1::Run>(std::move(active->run));
  // Whoever waits for the lock ends the session of an agent that is gone, but of none
  // that shows no life because it can't. On SQLite that is so while a step holds the
  // database.
  const bool may_be_alive = silent_for < kAgentIsGone || active->heartbeat.empty() ||
                            reader_.dialect() == Dialect::kSqlite;
  BRANT_ASSIGN_OR_RETURN(const bool may_go_on, reader_.MayGoOn(*active));
  if (may_go_on && may_be_alive) return std::optional<v1::Run>(std::move(active->run));
  v1::LostRun& lost = lost_run_.emplace();
  *lost.mutable_run() = std::move(active->run);
  *lost.mutable_silent_for() = ToDuration(silent_for);
  return own;
}

absl::Status StatusReader::ReadBlocked(const std::optional<v1::Run>& active) {
  const std::string run_id = active.has_value() ? active->id() : "";
  if (run_id != events_of_) {
    events_of_ = run_id;
    events_read_ = 0;
    blocked_.reset();
  }
  if (run_id.empty() || active->state() != v1::RUN_STATE_RUNNING) return absl::OkStatus();
  BRANT_ASSIGN_OR_RETURN(const std::vector<v1::RunEvent> events,
                         reader_.ReadEvents(run_id, events_read_));
  for (const v1::RunEvent& event : events) {
    events_read_ = event.sequence();
    if (event.has_statement_blocked()) {
      blocked_ = event.statement_blocked();
    } else if (blocked_.has_value() && Ends(event, *blocked_)) {
      blocked_.reset();
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> StatusReader::Look() {
  BRANT_ASSIGN_OR_RETURN(std::vector<std::string> rows, reader_.ReadRows());
  BRANT_ASSIGN_OR_RETURN(std::vector<v1::Run> runs, reader_.ReadRuns(0, 1));
  std::optional<v1::Run> latest;
  if (!runs.empty()) latest = std::move(runs[0]);
  lost_run_.reset();
  BRANT_ASSIGN_OR_RETURN(std::optional<v1::Run> active, FindActiveRun(latest));
  BRANT_RETURN_IF_ERROR(ReadBlocked(active));
  std::string seen = absl::StrCat("seen ", absl::StrJoin(rows, ","), "\n",
                                  latest.has_value() ? latest->SerializeAsString() : "", "\n",
                                  active.has_value() ? active->SerializeAsString() : "", "\n",
                                  lost_run_.has_value() ? lost_run_->run().id() : "", "\n",
                                  blocked_.has_value() ? blocked_->SerializeAsString() : "");
  if (seen == seen_) return false;
  if (!active.has_value()) {
    // A run that ended since they were read has moved them, and they must not be
    // taken for where it left them.
    BRANT_ASSIGN_OR_RETURN(const std::vector<std::string> rows_now, reader_.ReadRows());
    if (rows_now != rows) return Look();
  }

  // Until all is read, nothing of it counts as seen.
  seen_.clear();
  BRANT_ASSIGN_OR_RETURN(server_version_, reader_.ServerVersion());
  BRANT_ASSIGN_OR_RETURN(scripts_, reader_.ReadChecksums());
  BRANT_ASSIGN_OR_RETURN(unfinished_, reader_.ReadUnfinishedStep());
  // A step that is under way is not left unfinished.
  if (unfinished_.has_value() && active.has_value() && active->id() == unfinished_->run_id) {
    unfinished_.reset();
  }
  rows_ = std::move(rows);
  active_run_ = std::move(active);
  needs_.reset();
  seen_ = std::move(seen);
  return true;
}

absl::StatusOr<std::shared_ptr<const BundleStatus>> StatusReader::Compare(
    std::shared_ptr<const Bundle> bundle) {
  auto compared = std::make_shared<BundleStatus>();
  const RevisionGraph& graph = bundle->graph;
  compared->applied = AppliedInBundle(graph, rows_, needs_.value_or(Journal::Needs()));
  if (!compared->applied.unknown.empty() && !needs_.has_value()) {
    BRANT_ASSIGN_OR_RETURN(needs_, reader_.ReadNeeds());
    compared->applied = AppliedInBundle(graph, rows_, *needs_);
  }
  v1::Status& status = compared->status;
  status = CompareWithBundle(graph, compared->applied);
  for (const EditedRevision& edited : FindEdited(*bundle, rows_, scripts_)) {
    *status.add_edited_files() = ToProto(edited);
  }
  if (active_run_.has_value()) *status.mutable_active_run() = *active_run_;
  if (lost_run_.has_value()) *status.mutable_lost_run() = *lost_run_;
  if (blocked_.has_value()) *status.mutable_blocked() = *blocked_;
  if (unfinished_.has_value()) {
    v1::UnfinishedStep& step = *status.mutable_unfinished_step();
    step = ToProto(*unfinished_);
    step.set_file_missing(!graph.FindId(unfinished_->revision).has_value());
  }
  status.set_dialect(ToProto(reader_.dialect()));
  status.set_server_version(server_version_);
  status.set_agent(agent_);
  status.set_agent_version(std::string(kVersion));
  status.set_bundle_digest(bundle->digest);
  compared->bundle = std::move(bundle);
  return compared;
}

}  // namespace brant
