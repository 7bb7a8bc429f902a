#include "agent/migrate/comparison.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "agent/base/error.h"
#include "agent/revisions/identifier.h"
#include "agent/revisions/revision.h"
#include "agent/revisions/symbol.h"

namespace brant {
namespace {

// A revision that the bundle lacks, on the way down to the bundle's own.
struct Visit {
  std::string id;
  // Null where its script is not stored.
  const std::vector<std::string>* needs = nullptr;
  size_t next = 0;
};

Visit VisitOf(std::string id, const Journal::Needs& needs, Applied& applied) {
  const auto found = needs.find(id);
  if (found == needs.end()) applied.complete = false;
  return {std::move(id), found == needs.end() ? nullptr : &found->second};
}

}  // namespace

bool KnowsRows(const RevisionGraph& graph, absl::Span<const std::string> rows) {
  return absl::c_all_of(rows, [&graph](const std::string& row) { return graph.FindId(row); });
}

Applied AppliedInBundle(const RevisionGraph& graph, absl::Span<const std::string> rows,
                        const Journal::Needs& needs) {
  Applied applied;
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

absl::StatusOr<Applied> AppliedInBundle(StateReader& reader, const RevisionGraph& graph,
                                        absl::Span<const std::string> rows) {
  Journal::Needs needs;
  if (!KnowsRows(graph, rows)) {
    BRANT_ASSIGN_OR_RETURN(needs, reader.ReadNeeds());
  }
  return AppliedInBundle(graph, rows, needs);
}

absl::StatusOr<bool> IsReachedFromBeyond(const RevisionGraph& graph, const Applied& applied,
                                         absl::string_view target) {
  BRANT_ASSIGN_OR_RETURN(Identifier identifier, ParseIdentifier(graph, target));
  if (identifier.symbol.empty()) return false;
  BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> targets, ResolveRevisions(graph, target));
  const std::vector<bool> needed = graph.Ancestors(targets, /*with_dependencies=*/true);
  for (size_t i = 0; i < needed.size(); ++i) {
    if (needed[i] && !applied.revisions[i]) return false;
  }
  return true;
}

v1::Status CompareWithBundle(const RevisionGraph& graph, absl::Span<const std::string> rows,
                             const Applied& applied) {
  v1::Status status;
  status.mutable_current_revisions()->Assign(rows.begin(), rows.end());
  status.mutable_unknown_revisions()->Assign(applied.unknown.begin(), applied.unknown.end());
  status.set_pending_count(static_cast<int>(absl::c_count(applied.revisions, false)));
  for (RevisionIndex head : graph.Heads()) {
    status.add_head_revisions(graph.revision(head).id);
  }
  if (!applied.unknown.empty()) {
    status.set_state(applied.complete && status.pending_count() == 0 ? v1::STATUS_STATE_AHEAD
                                                                     : v1::STATUS_STATE_DIVERGED);
  } else {
    status.set_state(status.pending_count() == 0 ? v1::STATUS_STATE_UP_TO_DATE
                                                 : v1::STATUS_STATE_BEHIND);
  }
  return status;
}

absl::StatusOr<v1::Status> CompareWithBundle(StateReader& reader, const RevisionGraph& graph) {
  BRANT_ASSIGN_OR_RETURN(std::vector<std::string> rows, reader.ReadRows());
  BRANT_ASSIGN_OR_RETURN(Applied applied, AppliedInBundle(reader, graph, rows));
  return CompareWithBundle(graph, rows, applied);
}

}  // namespace brant
