#include "agent/runs/agent.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/base/version.h"
#include "agent/migrate/comparison.h"
#include "agent/migrate/offline.h"

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

// Whether `rows` are what the goal asks for: then nothing has to be locked.
// Errors are those that the run would meet.
absl::StatusOr<bool> IsReached(const Bundle& bundle, const std::vector<std::string>& rows,
                               const Goal& goal) {
  switch (goal.kind) {
    case v1::RUN_KIND_UPGRADE: {
      BRANT_ASSIGN_OR_RETURN(std::vector<Move> moves,
                             WalkUpgrade(bundle.graph, rows, goal.targets[0]));
      return moves.empty();
    }
    case v1::RUN_KIND_DOWNGRADE: {
      BRANT_ASSIGN_OR_RETURN(std::vector<Move> moves,
                             WalkDowngrade(bundle.graph, rows, goal.targets[0]));
      return moves.empty();
    }
    default: {
      BRANT_ASSIGN_OR_RETURN(RowChange change,
                             WalkStamp(bundle.graph, rows, goal.targets, goal.purge));
      return change.removed.empty() && change.added.empty();
    }
  }
}

RunManagerLimits Limits(const AgentOptions& options) {
  RunManagerLimits limits;
  limits.poke_interval = options.heartbeat / 2;
  return limits;
}

// A request id stands for one request.
absl::Status CheckSameGoal(const Run& run, const Goal& goal) {
  const Goal& earlier = run.goal();
  if (earlier.kind == goal.kind && earlier.targets == goal.targets) return absl::OkStatus();
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               absl::StrCat("the request id was used before, for another goal: ",
                            RunKindName(earlier.kind), " ", absl::StrJoin(earlier.targets, ",")))
      .Hint("use a new request id for each request");
}

}  // namespace

Agent::Agent(Database* database, AgentOptions options)
    : database_(*database),
      options_(std::move(options)),
      migrator_(database, options_.migrator),
      reader_(database, options_.migrator),
      bundles_(options_.migrations),
      runs_(migrator_, Limits(options_)) {}

void Agent::StopWorkers() {
  canceller_.Stop();
  worker_.Stop();
}

absl::StatusOr<std::shared_ptr<Run>> Agent::StartRun(StartRequest request) {
  if (auto run = runs_.FindRequest(request.request_id)) {
    BRANT_RETURN_IF_ERROR(CheckSameGoal(*run, request.goal));
    return run;
  }
  if (request.goal.targets.empty() ||
      (request.goal.kind != v1::RUN_KIND_STAMP && request.goal.targets.size() != 1)) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "exactly one target revision is needed")
        .Hint("name one, such as 'head'");
  }
  RunRequest run_request;
  run_request.goal = request.goal;
  run_request.lock_wait = request.lock_wait.value_or(options_.lock_wait);
  BRANT_ASSIGN_OR_RETURN(run_request.bundle, bundles_.Get(request.bundle_digest));

  v1::Run description;
  description.set_request_id(request.request_id);
  description.set_kind(request.goal.kind);
  description.set_target(absl::StrJoin(request.goal.targets, ","));
  description.set_bundle_digest(run_request.bundle->digest);
  description.set_actor(request.actor);
  description.set_agent(options_.migrator.agent);
  *description.mutable_create_time() = ToTimestamp(absl::Now());

  // While a run executes, the rows move: then its turn decides.
  const std::shared_ptr<Run> active = runs_.Active();
  if (active == nullptr || active->Snapshot().state() != v1::RUN_STATE_RUNNING) {
    BRANT_ASSIGN_OR_RETURN(std::vector<std::string> rows, reader_.ReadRows());
    BRANT_ASSIGN_OR_RETURN(bool reached, IsReached(*run_request.bundle, rows, request.goal));
    // Half a step can't be seen in the rows, and only a run can settle it.
    std::optional<StepRecord> unfinished;
    if (reached) {
      BRANT_ASSIGN_OR_RETURN(unfinished, reader_.ReadUnfinishedStep());
    }
    if (reached && !unfinished.has_value()) {
      auto run = std::make_shared<Run>(std::move(run_request), std::move(description));
      run->FinishWithNothingToDo(rows);
      return run;
    }
  }
  return runs_.Start(std::move(run_request), std::move(description));
}

absl::StatusOr<Plan> Agent::MakePlanFor(absl::string_view bundle_digest, const Goal& goal) {
  BRANT_ASSIGN_OR_RETURN(std::shared_ptr<const Bundle> bundle, bundles_.Get(bundle_digest));
  BRANT_ASSIGN_OR_RETURN(std::vector<std::string> rows, reader_.ReadRows());
  return MakePlan(std::move(bundle), dialect(), rows, goal);
}

absl::StatusOr<std::vector<std::string>> Agent::MakeOfflineScript(absl::string_view bundle_digest,
                                                                  const Goal& goal,
                                                                  std::optional<Dialect> dialect) {
  BRANT_ASSIGN_OR_RETURN(std::shared_ptr<const Bundle> bundle, bundles_.Get(bundle_digest));
  OfflineOptions offline;
  offline.dialect = dialect.value_or(this->dialect());
  offline.version_table = options_.migrator.version_table;
  offline.version_table_schema = options_.migrator.version_table_schema;
  return RenderOffline(std::move(bundle), goal, offline);
}

absl::StatusOr<v1::Status> Agent::GetStatus(absl::string_view bundle_digest) {
  BRANT_ASSIGN_OR_RETURN(std::shared_ptr<const Bundle> bundle, bundles_.Get(bundle_digest));
  BRANT_ASSIGN_OR_RETURN(v1::Status status, CompareWithBundle(reader_, bundle->graph));
  BRANT_ASSIGN_OR_RETURN(*status.mutable_server_version(), reader_.ServerVersion());
  if (auto run = runs_.Active()) *status.mutable_active_run() = run->Snapshot();
  status.set_dialect(ToProtoDialect(dialect()));
  status.set_agent(options_.migrator.agent);
  status.set_agent_version(std::string(kVersion));
  status.set_bundle_digest(bundle->digest);
  return status;
}

absl::StatusOr<Agent::Revisions> Agent::ReadRevisions(absl::string_view bundle_digest,
                                                      bool omit_database) {
  Revisions revisions;
  BRANT_ASSIGN_OR_RETURN(revisions.bundle, bundles_.Get(bundle_digest));
  const RevisionGraph& graph = revisions.bundle->graph;
  if (omit_database) {
    revisions.applied.assign(graph.size(), false);
    return revisions;
  }
  BRANT_ASSIGN_OR_RETURN(revisions.rows, reader_.ReadRows());
  std::vector<RevisionIndex> known;
  for (const std::string& row : revisions.rows) {
    if (auto index = graph.FindId(row)) known.push_back(*index);
  }
  revisions.applied = graph.Ancestors(known, /*with_dependencies=*/true);
  return revisions;
}

absl::StatusOr<std::vector<v1::Run>> Agent::ListRuns(int64_t before_epoch, int limit) {
  BRANT_ASSIGN_OR_RETURN(std::vector<v1::Run> runs, reader_.ReadRuns(before_epoch, limit));
  const std::shared_ptr<Run> active = before_epoch == 0 ? runs_.Active() : nullptr;
  bool active_is_recorded = false;
  for (v1::Run& recorded : runs) {
    active_is_recorded = active_is_recorded || (active && active->id() == recorded.id());
    auto run = runs_.Find(recorded.id());
    if (run == nullptr) continue;
    // A run is recorded a moment before it knows.
    if (v1::Run snapshot = run->Snapshot(); snapshot.epoch() != 0) recorded = std::move(snapshot);
  }
  if (active != nullptr && !active_is_recorded) runs.insert(runs.begin(), active->Snapshot());
  return runs;
}

absl::StatusOr<v1::Run> Agent::GetRun(absl::string_view id) {
  if (auto run = runs_.Find(id)) return run->Snapshot();
  if (id == "latest") {
    BRANT_ASSIGN_OR_RETURN(std::vector<v1::Run> runs, reader_.ReadRuns(0, 1));
    if (!runs.empty()) return runs[0];
  } else {
    BRANT_ASSIGN_OR_RETURN(std::optional<v1::Run> run, reader_.ReadRun(std::string(id)));
    if (run.has_value()) return *std::move(run);
  }
  return Error(v1::ERROR_REASON_NOT_FOUND, id == "latest" ? "the database has no runs yet"
                                                          : absl::StrCat("no run has the id ", id))
      .Hint("'brant runs' lists the runs of the database");
}

v1::Revision ToProto(const Revision& revision) {
  v1::Revision proto;
  proto.set_id(revision.id);
  proto.mutable_parents()->Assign(revision.parents.begin(), revision.parents.end());
  proto.mutable_dependencies()->Assign(revision.dependencies.begin(), revision.dependencies.end());
  proto.mutable_labels()->Assign(revision.labels.begin(), revision.labels.end());
  proto.set_message(revision.message);
  proto.set_create_date(revision.create_date);
  proto.set_file(revision.file);
  proto.set_checksum(revision.checksum);
  return proto;
}

v1::PlannedStep ToProto(const Step& step, int position) {
  v1::PlannedStep proto;
  proto.set_position(position);
  *proto.mutable_revision() = ToProto(*step.revision);
  proto.set_direction(step.direction == Direction::kUpgrade ? v1::DIRECTION_UPGRADE
                                                            : v1::DIRECTION_DOWNGRADE);
  proto.set_transactional(step.transactional);
  for (const Statement& statement : step.statements) {
    v1::PlannedStatement* planned = proto.add_statements();
    planned->set_text(std::string(statement.text));
    planned->set_line(LineOf(step, statement));
  }
  proto.mutable_rows_removed()->Assign(step.rows_removed.begin(), step.rows_removed.end());
  proto.mutable_rows_added()->Assign(step.rows_added.begin(), step.rows_added.end());
  return proto;
}

}  // namespace brant
