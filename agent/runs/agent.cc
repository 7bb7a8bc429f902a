#include "agent/runs/agent.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/migrate/history.h"
#include "agent/migrate/offline.h"
#include "agent/migrate/stored_scripts.h"
#include "agent/revisions/identifier.h"
#include "agent/revisions/symbol.h"
#include "agent/runs/stopping.h"

namespace brant {
namespace {

RunManagerLimits Limits(const AgentOptions& options) {
  RunManagerLimits limits;
  limits.poke_interval = options.heartbeat / 2;
  return limits;
}

// What a run's target is called in the journal.
std::string TargetOf(const Goal& goal) {
  return goal.settlement.has_value() ? goal.settlement->revision : absl::StrJoin(goal.targets, ",");
}

// A request id stands for one request.
absl::Status CheckSameGoal(const Run& run, const Goal& goal) {
  const Goal& earlier = run.goal();
  if (earlier == goal) return absl::OkStatus();
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               absl::StrCat("the request id was used before, for another goal: ",
                            RunKindName(earlier.kind), " ", TargetOf(earlier)))
      .Hint("use a new request id for each request");
}

absl::Status CheckTargets(const Goal& goal) {
  const bool fit =
      goal.kind == v1::RUN_KIND_REPAIR ||
      (goal.kind == v1::RUN_KIND_STAMP ? !goal.targets.empty() : goal.targets.size() == 1);
  if (fit) return absl::OkStatus();
  return Error(v1::ERROR_REASON_INVALID_REQUEST, "exactly one target revision is needed")
      .Hint("name one, such as 'head'");
}

}  // namespace

absl::StatusOr<bool> IsReached(const WaitTarget& target, const BundleStatus& status) {
  const Applied& applied = status.applied;
  if (!target.beyond.empty()) return absl::c_linear_search(applied.beyond, target.beyond);
  const bool reached = absl::c_all_of(
      target.revisions, [&applied](RevisionIndex index) { return applied.revisions[index]; });
  if (!reached && !applied.unknown.empty() && !status.status.has_active_run()) {
    BRANT_RETURN_IF_ERROR(CheckNotDiverged(target.bundle->graph, applied, target.identifier));
  }
  return reached;
}

Agent::Agent(Database* database, AgentOptions options)
    : database_(*database),
      options_(std::move(options)),
      migrator_(database, options_.migrator),
      bundles_(options_.migrations),
      runs_(migrator_, Limits(options_)),
      reader_(database, options_.migrator),
      status_reader_(reader_, options_.migrator.agent, [this] { return runs_.ActiveSnapshot(); }),
      watching_reader_(database, options_.migrator),
      watching_status_reader_(watching_reader_, options_.migrator.agent,
                              [this] { return runs_.ActiveSnapshot(); }),
      hub_(watching_status_reader_, watcher_, options_.poll_interval),
      relays_(watching_reader_, watcher_, options_.poll_interval) {
  poker_.PostAfter(options_.heartbeat / 2, [this] { Poke(); });
}

Agent::~Agent() { StopWorkers(); }

void Agent::Poke() {
  hub_.Poke();
  relays_.Poke();
  poker_.PostAfter(options_.heartbeat / 2, [this] { Poke(); });
}

void Agent::StopWaiting() {
  hub_.Stop();
  relays_.Stop();
}

void Agent::StopWorkers() {
  StopWaiting();
  poker_.Stop();
  canceller_.Stop();
  schema_tasks_.Stop();
  worker_.Stop();
  watcher_.Stop();
}

absl::StatusOr<bool> Agent::IsReached(const Bundle& bundle, const std::vector<std::string>& rows,
                                      const Goal& goal) {
  const RevisionGraph& graph = bundle.graph;
  switch (goal.kind) {
    case v1::RUN_KIND_UPGRADE: {
      if (!KnowsRows(graph, rows)) {
        BRANT_ASSIGN_OR_RETURN(Applied applied, AppliedInBundle(reader_, graph, rows));
        // Whether the histories have diverged is for the run to say, under the lock.
        BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> pending,
                               PendingFromBeyond(graph, applied, goal.targets[0]));
        return pending.empty();
      }
      BRANT_ASSIGN_OR_RETURN(std::vector<Move> moves, WalkUpgrade(graph, rows, goal.targets[0]));
      return moves.empty();
    }
    case v1::RUN_KIND_DOWNGRADE: {
      // What the bundle lacks may be undone by the scripts that are stored.
      if (!KnowsRows(graph, rows)) return false;
      BRANT_ASSIGN_OR_RETURN(std::vector<Move> moves, WalkDowngrade(graph, rows, goal.targets[0]));
      return moves.empty();
    }
    case v1::RUN_KIND_STAMP: {
      BRANT_ASSIGN_OR_RETURN(RowChange change, WalkStamp(graph, rows, goal.targets, goal.purge));
      return change.removed.empty() && change.added.empty();
    }
    default:
      return false;
  }
}

absl::StatusOr<std::shared_ptr<EventLog>> Agent::FindSucceeded(const v1::Run& description) {
  BRANT_ASSIGN_OR_RETURN(std::optional<v1::Run> run,
                         reader_.ReadRunOfRequest(description.request_id()));
  // Of another goal, it is refused by the run that starts.
  if (!run.has_value() || run->state() != v1::RUN_STATE_SUCCEEDED ||
      run->kind() != description.kind() || run->target() != description.target() ||
      run->bundle_digest() != description.bundle_digest()) {
    return nullptr;
  }
  return relays_.Follow(run->id());
}

absl::StatusOr<std::shared_ptr<const Bundle>> Agent::FindBundle(absl::string_view digest,
                                                                v1::RunKind kind) {
  // A downgrade finds what it needs among the scripts in the database.
  if (kind == v1::RUN_KIND_DOWNGRADE && digest.empty() && !bundles_.HasOwn()) return MakeBundle({});
  return bundles_.Get(digest);
}

void Agent::WarnOfEdited(const Bundle& bundle, const std::vector<std::string>& rows,
                         const Goal& goal, Run& run) {
  if (goal.kind != v1::RUN_KIND_UPGRADE || goal.allow_edited_files) return;
  // The very files that the latest run had leave nothing to compare, which with
  // many revisions takes longer than all else. A warning is no reason to fail.
  const absl::StatusOr<std::vector<v1::Run>> latest = reader_.ReadRuns(0, 1);
  if (!latest.ok()) return;
  const bool same_files = !latest->empty() && latest->front().bundle_digest() == bundle.digest &&
                          latest->front().kind() == v1::RUN_KIND_UPGRADE &&
                          latest->front().state() == v1::RUN_STATE_SUCCEEDED;
  if (same_files) return;
  absl::StatusOr<std::vector<StoredScript>> scripts = reader_.ReadChecksums();
  if (!scripts.ok()) return;
  const std::vector<EditedRevision> edited = FindEdited(bundle, rows, *std::move(scripts));
  if (!edited.empty()) run.OnNotice(EditedNotice(edited));
}

absl::StatusOr<std::shared_ptr<EventLog>> Agent::StartRun(StartRequest request) {
  if (auto run = runs_.FindRequest(request.request_id)) {
    BRANT_RETURN_IF_ERROR(CheckSameGoal(*run, request.goal));
    return Run::EventsOf(std::move(run));
  }
  BRANT_RETURN_IF_ERROR(CheckTargets(request.goal));
  RunRequest run_request;
  BRANT_ASSIGN_OR_RETURN(run_request.bundle, FindBundle(request.bundle_digest, request.goal.kind));
  run_request.goal = request.goal;
  run_request.lock_wait = request.lock_wait.value_or(options_.lock_wait);

  v1::Run description;
  description.set_request_id(request.request_id);
  description.set_kind(request.goal.kind);
  description.set_target(TargetOf(request.goal));
  description.set_bundle_digest(run_request.bundle->digest);
  description.set_actor(request.actor);
  description.set_agent(options_.migrator.agent);
  *description.mutable_create_time() = ToTimestamp(absl::Now());

  // While a run executes, the rows move: then its turn decides.
  const std::shared_ptr<Run> active = runs_.Active();
  const bool rows_move = active != nullptr && active->Snapshot().state() == v1::RUN_STATE_RUNNING;
  if (!rows_move && request.goal.kind != v1::RUN_KIND_REPAIR) {
    BRANT_ASSIGN_OR_RETURN(std::vector<std::string> rows, reader_.ReadRows());
    absl::StatusOr<bool> is_reached = IsReached(*run_request.bundle, rows, request.goal);
    if (!is_reached.ok()) {
      // A relative target may lead nowhere from where its own first run has led.
      BRANT_ASSIGN_OR_RETURN(std::optional<v1::Run> earlier,
                             reader_.ReadRunOfRequest(request.request_id));
      if (!earlier.has_value()) return is_reached.status();
    }
    const bool reached = is_reached.value_or(false);
    // Half a step can't be seen in the rows, and only a run can settle it. An
    // upgrade that is half done does not concern what is below it.
    bool half_step = false;
    if (reached) {
      BRANT_ASSIGN_OR_RETURN(std::optional<StepRecord> unfinished, reader_.ReadUnfinishedStep());
      half_step = unfinished.has_value() && !(request.goal.kind == v1::RUN_KIND_UPGRADE &&
                                              unfinished->direction == Direction::kUpgrade);
    }
    if (reached && !half_step) {
      const std::shared_ptr<const Bundle> bundle = run_request.bundle;
      auto run = std::make_shared<Run>(std::move(run_request), std::move(description));
      if (!KnowsRows(bundle->graph, rows)) run->OnNotice(AheadNotice(bundle->graph, rows));
      WarnOfEdited(*bundle, rows, request.goal, *run);
      run->FinishWithNothingToDo(rows);
      return Run::EventsOf(std::move(run));
    }
  }
  if (auto run = runs_.Join(request.request_id, request.goal, run_request.bundle->digest)) {
    return Run::EventsOf(std::move(run));
  }
  BRANT_ASSIGN_OR_RETURN(std::shared_ptr<EventLog> succeeded, FindSucceeded(description));
  if (succeeded != nullptr) return succeeded;
  BRANT_ASSIGN_OR_RETURN(std::shared_ptr<Run> run,
                         runs_.Start(std::move(run_request), std::move(description)));
  return Run::EventsOf(std::move(run));
}

absl::StatusOr<Plan> Agent::MakePlanFor(absl::string_view bundle_digest, const Goal& goal) {
  BRANT_ASSIGN_OR_RETURN(std::shared_ptr<const Bundle> bundle,
                         FindBundle(bundle_digest, goal.kind));
  BRANT_ASSIGN_OR_RETURN(std::vector<std::string> rows, reader_.ReadRows());
  return PlanOverHistory(reader_, std::move(bundle), rows, /*earlier_rows=*/{}, goal,
                         [&](std::shared_ptr<const Bundle> complete) {
                           return MakePlan(std::move(complete), dialect(), rows, goal);
                         });
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
  BRANT_RETURN_IF_ERROR(status_reader_.Look().status());
  BRANT_ASSIGN_OR_RETURN(std::shared_ptr<const BundleStatus> status,
                         status_reader_.Compare(std::move(bundle)));
  return status->status;
}

absl::StatusOr<WaitTarget> Agent::ResolveWait(absl::string_view bundle_digest,
                                              absl::string_view revision) {
  WaitTarget target;
  target.identifier = std::string(revision);
  BRANT_ASSIGN_OR_RETURN(target.bundle, bundles_.Get(bundle_digest));
  const RevisionGraph& graph = target.bundle->graph;
  if (auto identifier = ParseIdentifier(graph, revision);
      identifier.ok() && identifier->steps.has_value()) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 absl::StrCat("'", revision, "' is relative: where it leads is not known"))
        .Hint("wait for a head, a label or an id");
  }
  absl::StatusOr<std::vector<RevisionIndex>> revisions = ResolveRevisions(graph, revision);
  if (revisions.ok()) {
    target.revisions = *std::move(revisions);
    return target;
  }
  if (ReasonOf(revisions.status()) != v1::ERROR_REASON_REVISION_NOT_FOUND) {
    return revisions.status();
  }
  // What a newer bundle has applied is known by its rows and its scripts.
  target.beyond = std::string(revision);
  BRANT_ASSIGN_OR_RETURN(std::vector<std::string> rows, reader_.ReadRows());
  if (absl::c_linear_search(rows, revision)) return target;
  BRANT_ASSIGN_OR_RETURN(Journal::Needs needs, reader_.ReadNeeds());
  if (needs.contains(revision)) return target;
  return revisions.status();
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
  BRANT_ASSIGN_OR_RETURN(Applied applied, AppliedInBundle(reader_, graph, revisions.rows));
  revisions.applied = std::move(applied.revisions);
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
  if (active != nullptr && !active_is_recorded) {
    // It takes the place of one that the next page shows.
    if (static_cast<int>(runs.size()) == limit) runs.pop_back();
    runs.insert(runs.begin(), active->Snapshot());
  }
  return runs;
}

absl::StatusOr<Agent::FoundRun> Agent::FindRun(absl::string_view id) {
  FoundRun found;
  found.own = runs_.Find(id);
  const bool latest = id == "latest";
  if (found.own != nullptr && !latest) return found;
  std::optional<v1::Run> recorded;
  if (latest) {
    BRANT_ASSIGN_OR_RETURN(std::vector<v1::Run> runs, reader_.ReadRuns(0, 1));
    if (!runs.empty()) recorded = std::move(runs[0]);
    // The run that executes is the same one at every agent; after it an own one
    // that waits.
    const bool executes = recorded.has_value() && recorded->state() == v1::RUN_STATE_RUNNING;
    if (!executes && found.own != nullptr && !found.own->events().finished()) return found;
    if (executes) {
      found.own = runs_.Find(recorded->id());
      found.recorded = *std::move(recorded);
      return found;
    }
  } else {
    BRANT_ASSIGN_OR_RETURN(recorded, reader_.ReadRun(std::string(id)));
  }
  if (!recorded.has_value()) {
    if (found.own == nullptr) return UnknownRun(id);
    return found;
  }
  // An own run that never began is in no journal.
  if (found.own != nullptr) {
    const v1::Run own = found.own->Snapshot();
    if (own.epoch() == 0 ? FromTimestamp(own.create_time()) > FromTimestamp(recorded->create_time())
                         : own.epoch() >= recorded->epoch()) {
      return found;
    }
  }
  found.own = runs_.Find(recorded->id());
  found.recorded = *std::move(recorded);
  return found;
}

absl::StatusOr<v1::Run> Agent::GetRun(absl::string_view id) {
  BRANT_ASSIGN_OR_RETURN(FoundRun found, FindRun(id));
  return found.own != nullptr ? found.own->Snapshot() : std::move(found.recorded);
}

absl::StatusOr<std::shared_ptr<EventLog>> Agent::WatchRun(absl::string_view id) {
  BRANT_ASSIGN_OR_RETURN(FoundRun found, FindRun(id));
  if (found.own != nullptr) return Run::EventsOf(std::move(found.own));
  return relays_.Follow(found.recorded.id());
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
