#include "agent/migrate/repair.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/migrate/history.h"
#include "agent/migrate/statementwise_step.h"
#include "agent/migrate/stored_scripts.h"
#include "agent/revisions/identifier.h"

namespace brant {
namespace {

absl::StatusOr<RepairPlan> AcceptEdited(Session& session, const Journal& journal,
                                        const Bundle& bundle, const Goal& goal,
                                        const Standing& standing) {
  absl::flat_hash_set<std::string> wanted;
  for (const std::string& target : goal.targets) {
    BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> indices,
                           ResolveRevisions(bundle.graph, target));
    for (RevisionIndex index : indices) wanted.insert(bundle.graph.revision(index).id);
  }
  std::vector<EditedRevision> edited;
  if (standing.state.format > 0) {
    BRANT_ASSIGN_OR_RETURN(std::vector<StoredScript> scripts, journal.ReadChecksums(session));
    edited = FindEdited(bundle, standing.state.rows, std::move(scripts));
  }
  RepairPlan repair;
  for (const EditedRevision& one : edited) {
    if (!goal.targets.empty() && wanted.erase(one.revision->id) == 0) continue;
    repair.statements.push_back(journal.StoreScript(*one.revision));
    repair.notes.push_back(absl::StrCat("accepted ", one.revision->file, ": checksum ",
                                        one.revision->checksum, " instead of ",
                                        one.applied.checksum));
  }
  if (!wanted.empty()) {
    return Error(v1::ERROR_REASON_INVALID_TARGET,
                 absl::StrCat("revision ", *wanted.begin(),
                              " was not edited since it was applied, or is not applied"))
        .Hint("'brant status' names the files that were edited");
  }
  return repair;
}

absl::StatusOr<RepairPlan> Settle(Session& session, Dialect dialect, const Journal& journal,
                                  const std::shared_ptr<const Bundle>& bundle,
                                  const Settlement& settlement, const Standing& standing) {
  if (!standing.unfinished.has_value() ||
      standing.unfinished->statements_started == standing.unfinished->statements_done ||
      standing.unfinished->revision != settlement.revision) {
    return Error(v1::ERROR_REASON_INVALID_TARGET,
                 absl::StrCat("revision ", settlement.revision, " has no statement in doubt"))
        .Hint("name the revision as the error STATEMENT_IN_DOUBT and 'brant status' do");
  }
  StepRecord step = *standing.unfinished;
  RepairPlan repair;
  if (settlement.took_effect) {
    std::vector<std::string> needed = standing.state.rows;
    needed.push_back(step.revision);
    SessionScripts scripts(session, journal, /*exists=*/true);
    BRANT_ASSIGN_OR_RETURN(std::shared_ptr<const Bundle> complete,
                           CompleteBundle(scripts, bundle, needed));
    const auto index = complete->graph.FindId(step.revision);
    BRANT_ASSIGN_OR_RETURN(const Step planned,
                           MakeStep(*complete, dialect, Move{*index, step.direction, {}, {}},
                                    v1::TRANSACTION_MODE_PER_STEP));
    if (static_cast<int>(planned.statements.size()) < step.statements_started ||
        StatementsDigest(planned, step.statements_done) != step.done_digest) {
      return Error(v1::ERROR_REASON_STEP_INCOMPLETE,
                   absl::StrCat("the statements of revision ", step.revision,
                                " that were done were edited since"))
          .Revision(step.revision)
          .At(planned.revision->file, planned.section->line)
          .Hint("restore them, or finish the step by hand and 'brant stamp' the revision");
    }
    step.statements_done = step.statements_started;
    step.done_digest = StatementsDigest(planned, step.statements_done);
  }
  repair.notes.push_back(
      absl::StrCat("statement ", step.statements_started, " of revision ", step.revision,
                   settlement.took_effect ? " took effect: the next run goes on after it"
                                          : " had no effect: the next run executes it again"));
  step.statements_started = step.statements_done;
  repair.statements.push_back(journal.SettleStep(step));
  return repair;
}

}  // namespace

absl::StatusOr<RepairPlan> MakeRepair(Session& session, const Journal& journal,
                                      const std::shared_ptr<const Bundle>& bundle, const Goal& goal,
                                      const Standing& standing) {
  if (goal.settlement.has_value()) {
    return Settle(session, journal.tables().dialect(), journal, bundle, *goal.settlement, standing);
  }
  return AcceptEdited(session, journal, *bundle, goal, standing);
}

absl::Status RunRepair(const RunScope& scope, const RepairPlan& repair) {
  BRANT_RETURN_IF_ERROR(TryUntilNotInTheWay(scope, 0, [&]() -> absl::Status {
    BRANT_RETURN_IF_ERROR(BeginGuarded(scope));
    // With the run's end: repeated, it would find nothing to settle.
    std::vector<BoundStatement> batch = repair.statements;
    v1::Run succeeded = scope.run;
    succeeded.set_state(v1::RUN_STATE_SUCCEEDED);
    *succeeded.mutable_end_time() = ToTimestamp(absl::Now());
    batch.push_back(scope.journal.UpdateRun(succeeded));
    absl::Status status = scope.session.BatchAndCommit(batch);
    if (!status.ok()) RollBack(scope);
    return status;
  }));
  for (const std::string& note : repair.notes) scope.observer.OnNotice(note);
  return absl::OkStatus();
}

}  // namespace brant
