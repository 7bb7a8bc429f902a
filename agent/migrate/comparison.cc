#include "agent/migrate/comparison.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "agent/base/error.h"
#include "agent/revisions/revision.h"

namespace brant {
namespace {

// Revisions of the bundle that must be applied, since those in `unknown` build
// on them. `complete` becomes false where a script is not stored.
absl::StatusOr<std::vector<RevisionIndex>> KnownAncestors(StateReader& reader,
                                                          const RevisionGraph& graph,
                                                          std::vector<std::string> unknown,
                                                          bool& complete) {
  std::vector<RevisionIndex> known;
  if (unknown.empty()) return known;
  BRANT_ASSIGN_OR_RETURN(const Journal::Needs needs, reader.ReadNeeds());
  absl::flat_hash_set<std::string> seen(unknown.begin(), unknown.end());
  while (!unknown.empty()) {
    const auto needed = needs.find(unknown.back());
    unknown.pop_back();
    if (needed == needs.end()) {
      complete = false;
      continue;
    }
    for (const std::string& id : needed->second) {
      if (auto index = graph.FindId(id)) {
        known.push_back(*index);
      } else if (auto labelled = graph.FindLabel(id)) {
        known.push_back(*labelled);
      } else if (seen.insert(id).second) {
        unknown.push_back(id);
      }
    }
  }
  return known;
}

}  // namespace

absl::StatusOr<v1::Status> CompareWithBundle(StateReader& reader, const RevisionGraph& graph) {
  BRANT_ASSIGN_OR_RETURN(std::vector<std::string> rows, reader.ReadRows());
  v1::Status status;
  std::vector<RevisionIndex> applied_rows;
  std::vector<std::string> unknown;
  for (const std::string& row : rows) {
    status.add_current_revisions(row);
    if (auto index = graph.FindId(row)) {
      applied_rows.push_back(*index);
    } else {
      unknown.push_back(row);
      status.add_unknown_revisions(row);
    }
  }
  bool complete = true;
  BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> ancestors,
                         KnownAncestors(reader, graph, unknown, complete));
  applied_rows.insert(applied_rows.end(), ancestors.begin(), ancestors.end());

  const std::vector<bool> applied = graph.Ancestors(applied_rows, /*with_dependencies=*/true);
  status.set_pending_count(static_cast<int>(std::count(applied.begin(), applied.end(), false)));
  for (RevisionIndex head : graph.Heads()) {
    status.add_head_revisions(graph.revision(head).id);
  }
  if (!unknown.empty()) {
    status.set_state(complete && status.pending_count() == 0 ? v1::STATUS_STATE_AHEAD
                                                             : v1::STATUS_STATE_DIVERGED);
  } else {
    status.set_state(status.pending_count() == 0 ? v1::STATUS_STATE_UP_TO_DATE
                                                 : v1::STATUS_STATE_BEHIND);
  }
  return status;
}

}  // namespace brant
