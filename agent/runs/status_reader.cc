#include "agent/runs/status_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/base/version.h"
#include "agent/migrate/run_monitor.h"
#include "agent/migrate/stored_scripts.h"

namespace brant {
namespace {

v1::Dialect ToProtoDialect(Dialect dialect) {
  switch (dialect) {
    case Dialect::kPostgresql:
      return v1::DIALECT_POSTGRESQL;
    case Dialect::kSqlite:
      return v1::DIALECT_SQLITE;
    case Dialect::kMysql:
      return v1::DIALECT_MYSQL;
  }
  return v1::DIALECT_UNSPECIFIED;
}

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
  // A run whose agent is gone does not execute; the next one says so in the
  // journal. On SQLite an agent can't show that it lives while a step holds the
  // database.
  if (!active.has_value()) return own;
  const absl::Duration silent_for = active->heartbeat.empty()
                                        ? absl::Now() - FromTimestamp(active->run.start_time())
                                        : active->heartbeat_age;
  if (silent_for < kAgentIsGone || reader_.dialect() == Dialect::kSqlite) {
    return std::optional<v1::Run>(std::move(active->run));
  }
  return own;
}

absl::StatusOr<bool> StatusReader::Look() {
  BRANT_ASSIGN_OR_RETURN(std::vector<std::string> rows, reader_.ReadRows());
  BRANT_ASSIGN_OR_RETURN(std::vector<v1::Run> runs, reader_.ReadRuns(0, 1));
  std::optional<v1::Run> latest;
  if (!runs.empty()) latest = std::move(runs[0]);
  BRANT_ASSIGN_OR_RETURN(std::optional<v1::Run> active, FindActiveRun(latest));
  std::string seen = absl::StrCat("seen ", absl::StrJoin(rows, ","), "\n",
                                  latest.has_value() ? latest->SerializeAsString() : "", "\n",
                                  active.has_value() ? active->SerializeAsString() : "");
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
  if (unfinished_.has_value()) *status.mutable_unfinished_step() = ToProto(*unfinished_);
  status.set_dialect(ToProtoDialect(reader_.dialect()));
  status.set_server_version(server_version_);
  status.set_agent(agent_);
  status.set_agent_version(std::string(kVersion));
  status.set_bundle_digest(bundle->digest);
  compared->bundle = std::move(bundle);
  return compared;
}

}  // namespace brant
