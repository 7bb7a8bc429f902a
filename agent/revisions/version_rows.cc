#include "agent/revisions/version_rows.h"

#include <algorithm>

#include "agent/base/error.h"
#include "agent/revisions/identifier.h"

namespace brant {

absl::StatusOr<VersionRows> VersionRows::Make(const RevisionGraph& graph,
                                              absl::Span<const std::string> rows) {
  VersionRows state(graph);
  state.is_row_.resize(graph.size());
  state.needed_by_.resize(graph.size());
  state.last_needed_by_.resize(graph.size(), -1);
  for (const std::string& row : rows) {
    BRANT_ASSIGN_OR_RETURN(RevisionIndex index, FindRow(graph, row));
    if (!state.is_row_[index]) state.initial_rows_.push_back(index);
    state.is_row_[index] = true;
  }
  std::sort(state.initial_rows_.begin(), state.initial_rows_.end());
  state.applied_ = graph.Ancestors(state.initial_rows_, /*with_dependencies=*/true);
  for (RevisionIndex index = 0; index < graph.size(); ++index) {
    if (!state.applied_[index]) continue;
    for (RevisionIndex need : state.Needs(index)) ++state.needed_by_[need];
  }
  for (RevisionIndex row : state.initial_rows_) {
    if (state.needed_by_[row] > 0) state.overlapping_.push_back(row);
  }
  return state;
}

std::vector<RevisionIndex> VersionRows::Needs(RevisionIndex index) {
  std::vector<RevisionIndex> needs;
  for (absl::Span<const RevisionIndex> edges :
       {graph_.parents(index), graph_.dependencies(index)}) {
    for (RevisionIndex need : edges) {
      if (last_needed_by_[need] == index) continue;
      last_needed_by_[need] = index;
      needs.push_back(need);
    }
  }
  // So that the next call for this revision finds them again.
  for (RevisionIndex need : needs) last_needed_by_[need] = -1;
  return needs;
}

void VersionRows::MendOverlap(Move& move) {
  for (RevisionIndex row : overlapping_) {
    if (!is_row_[row] || needed_by_[row] == 0) continue;
    is_row_[row] = false;
    move.rows_removed.push_back(graph_.revision(row).id);
  }
  overlapping_.clear();
}

Move VersionRows::Apply(RevisionIndex index) {
  Move move;
  move.revision = index;
  move.direction = Direction::kUpgrade;
  for (RevisionIndex need : Needs(index)) {
    ++needed_by_[need];
    if (!is_row_[need]) continue;
    is_row_[need] = false;
    move.rows_removed.push_back(graph_.revision(need).id);
  }
  applied_[index] = true;
  is_row_[index] = true;
  move.rows_added.push_back(graph_.revision(index).id);
  MendOverlap(move);
  return move;
}

Move VersionRows::Undo(RevisionIndex index) {
  Move move;
  move.revision = index;
  move.direction = Direction::kDowngrade;
  applied_[index] = false;
  is_row_[index] = false;
  move.rows_removed.push_back(graph_.revision(index).id);
  for (RevisionIndex need : Needs(index)) {
    if (--needed_by_[need] > 0 || is_row_[need]) continue;
    is_row_[need] = true;
    move.rows_added.push_back(graph_.revision(need).id);
  }
  MendOverlap(move);
  return move;
}

}  // namespace brant
