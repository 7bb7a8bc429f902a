#include "agent/migrate/history.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/revisions/identifier.h"
#include "agent/revisions/symbol.h"

namespace brant {
namespace {

constexpr size_t kMaxNamed = 8;

// A revision that the bundle lacks, on the way down to the bundle's own.
struct Visit {
  std::string id;
  // Null where its script is not stored.
  const std::vector<std::string>* needs = nullptr;
  size_t next = 0;
};

Visit VisitOf(std::string id, const Journal::Needs& needs, Applied& applied) {
  const auto found = needs.find(id);
  if (found == needs.end()) applied.missing.push_back(id);
  return {std::move(id), found == needs.end() ? nullptr : &found->second};
}

// As JoinIds.
std::string JoinNames(absl::Span<const std::string> ids) {
  return absl::StrCat(absl::StrJoin(ids.subspan(0, kMaxNamed), ", "),
                      ids.size() > kMaxNamed ? ", …" : "");
}

absl::Status CheckStored(const Applied& applied) {
  if (applied.missing.empty()) return absl::OkStatus();
  return Error(v1::ERROR_REASON_UNKNOWN_CURRENT_REVISION,
               absl::StrCat("Can't locate revision identified by '", applied.missing.front(),
                            "': the database is at or past it, no file has it, and its script is "
                            "not stored in the database"))
      .Hint("use the files that it was applied from");
}

// Whoever undoes what the files lack is told so before anything runs.
void NoteStoredScripts(const Bundle& bundle, Plan& plan) {
  std::vector<std::string> stored;
  for (const Step& step : plan.steps) {
    if (!bundle.graph.FindId(step.revision->id).has_value()) stored.push_back(step.revision->id);
  }
  if (stored.empty()) return;
  plan.notices.push_back(absl::StrCat(
      JoinNames(stored),
      stored.size() == 1
          ? " is not among these migrations; the script stored in the database runs"
          : " are not among these migrations; the scripts stored in the database run"));
}

}  // namespace

bool KnowsRows(const RevisionGraph& graph, absl::Span<const std::string> rows) {
  return absl::c_all_of(rows, [&graph](const std::string& row) { return graph.FindId(row); });
}

Applied AppliedInBundle(const RevisionGraph& graph, absl::Span<const std::string> rows,
                        const Journal::Needs& needs) {
  Applied applied;
  applied.rows.assign(rows.begin(), rows.end());
  std::vector<RevisionIndex> known;
  absl::flat_hash_set<std::string> seen;
  for (const std::string& row : rows) {
    if (auto index = graph.FindId(row)) {
      known.push_back(*index);
      continue;
    }
    applied.unknown.push_back(row);
    if (!seen.insert(row).second) continue;
    // Depth first, so that what a revision needs is listed before it.
    std::vector<Visit> way = {VisitOf(row, needs, applied)};
    while (!way.empty()) {
      Visit& visit = way.back();
      if (visit.needs == nullptr || visit.next == visit.needs->size()) {
        applied.beyond.push_back(std::move(visit.id));
        way.pop_back();
        continue;
      }
      const std::string& id = (*visit.needs)[visit.next++];
      if (auto index = graph.FindId(id)) {
        known.push_back(*index);
      } else if (auto labelled = graph.FindLabel(id)) {
        known.push_back(*labelled);
      } else if (seen.insert(id).second) {
        way.push_back(VisitOf(id, needs, applied));
      }
    }
  }
  applied.revisions = graph.Ancestors(known, /*with_dependencies=*/true);
  return applied;
}

absl::StatusOr<Applied> AppliedInBundle(ScriptStore& store, const RevisionGraph& graph,
                                        absl::Span<const std::string> rows) {
  Journal::Needs needs;
  if (!KnowsRows(graph, rows)) {
    BRANT_ASSIGN_OR_RETURN(needs, store.ReadNeeds());
  }
  return AppliedInBundle(graph, rows, needs);
}

absl::StatusOr<std::vector<RevisionIndex>> PendingFromBeyond(const RevisionGraph& graph,
                                                             const Applied& applied,
                                                             absl::string_view target) {
  BRANT_ASSIGN_OR_RETURN(const Identifier identifier, ParseIdentifier(graph, target));
  if (identifier.symbol.empty()) {
    return Error(v1::ERROR_REASON_INVALID_TARGET,
                 absl::StrCat("'", target, "' counts from what is applied, and these migrations do",
                              " not know it: ", JoinNames(applied.beyond)))
        .Hint("name a revision, such as 'head', or use the migrations of the newer version");
  }
  BRANT_ASSIGN_OR_RETURN(const std::vector<RevisionIndex> targets, ResolveRevisions(graph, target));
  const std::vector<bool> needed = graph.Ancestors(targets, /*with_dependencies=*/true);
  std::vector<RevisionIndex> pending;
  for (RevisionIndex index = 0; index < graph.size(); ++index) {
    if (needed[index] && !applied.revisions[index]) pending.push_back(index);
  }
  return pending;
}

absl::Status CheckNotDiverged(const RevisionGraph& graph, const Applied& applied,
                              absl::string_view target) {
  BRANT_ASSIGN_OR_RETURN(const std::vector<RevisionIndex> pending,
                         PendingFromBeyond(graph, applied, target));
  if (pending.empty()) return absl::OkStatus();
  BRANT_RETURN_IF_ERROR(CheckStored(applied));
  return Error(v1::ERROR_REASON_HISTORY_DIVERGED,
               absl::StrCat("the histories have diverged\n  only in the database, applied: ",
                            JoinNames(applied.beyond),
                            "\n  only in these migrations, pending: ", JoinIds(graph, pending),
                            "\n  the database is at: ", absl::StrJoin(applied.rows, ", ")))
      .Hint("use migrations that hold both; where both are meant, join them with 'brant merge'");
}

std::string AheadNotice(const RevisionGraph& graph, absl::Span<const std::string> rows) {
  std::vector<std::string> unknown;
  for (const std::string& row : rows) {
    if (!graph.FindId(row).has_value()) unknown.push_back(row);
  }
  return absl::StrCat("the database is ahead of these migrations: it is at ",
                      absl::StrJoin(unknown, ", "), ", which they do not have");
}

absl::StatusOr<std::shared_ptr<const Bundle>> CompleteBundle(ScriptStore& store,
                                                             std::shared_ptr<const Bundle> bundle,
                                                             absl::Span<const std::string> rows) {
  BRANT_ASSIGN_OR_RETURN(const Applied applied, AppliedInBundle(store, bundle->graph, rows));
  if (applied.beyond.empty()) return bundle;
  BRANT_RETURN_IF_ERROR(CheckStored(applied));
  BRANT_ASSIGN_OR_RETURN(std::vector<StoredScript> scripts, store.ReadScripts(applied.beyond));
  return AddScripts(*bundle, std::move(scripts));
}

absl::StatusOr<Plan> PlanOverHistory(
    ScriptStore& store, std::shared_ptr<const Bundle> bundle, absl::Span<const std::string> rows,
    absl::Span<const std::string> earlier_rows, const Goal& goal,
    absl::FunctionRef<absl::StatusOr<Plan>(std::shared_ptr<const Bundle>)> make) {
  if (goal.kind == v1::RUN_KIND_UPGRADE && !KnowsRows(bundle->graph, rows) &&
      goal.targets.size() == 1) {
    BRANT_ASSIGN_OR_RETURN(const Applied applied, AppliedInBundle(store, bundle->graph, rows));
    // Of the bundle's own revisions nothing may be left to do.
    BRANT_RETURN_IF_ERROR(CheckNotDiverged(bundle->graph, applied, goal.targets[0]));
    Plan plan;
    plan.notices.push_back(AheadNotice(bundle->graph, rows));
    plan.bundle = std::move(bundle);
    plan.from_rows.assign(rows.begin(), rows.end());
    return plan;
  }
  if (goal.kind != v1::RUN_KIND_DOWNGRADE) return make(std::move(bundle));
  std::vector<std::string> needed(rows.begin(), rows.end());
  needed.insert(needed.end(), earlier_rows.begin(), earlier_rows.end());
  BRANT_ASSIGN_OR_RETURN(std::shared_ptr<const Bundle> complete,
                         CompleteBundle(store, bundle, needed));
  BRANT_ASSIGN_OR_RETURN(Plan plan, make(std::move(complete)));
  NoteStoredScripts(*bundle, plan);
  return plan;
}

}  // namespace brant
