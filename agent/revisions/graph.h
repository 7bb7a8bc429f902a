// The revisions of a bundle as a directed acyclic graph.

#ifndef BRANT_AGENT_REVISIONS_GRAPH_H_
#define BRANT_AGENT_REVISIONS_GRAPH_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "agent/revisions/revision.h"

namespace brant {

// A revision's place in its graph. Places are in topological order: whatever a
// revision needs (parents and dependencies) has a smaller index, and where
// several could come next, the earlier file name does.
using RevisionIndex = int;

// Immutable after Build, so it may be read by any number of threads. Every
// operation is linear in the revisions and edges that it touches.
class RevisionGraph {
 public:
  // Errors, each with file, line and what to do: INVALID_GRAPH for a duplicate
  // id, a duplicate label, a label that is also an id, a missing parent or
  // dependency, a cycle.
  static absl::StatusOr<RevisionGraph> Build(std::vector<Revision> revisions);

  RevisionGraph() = default;
  RevisionGraph(RevisionGraph&&) = default;
  RevisionGraph& operator=(RevisionGraph&&) = default;

  int size() const { return static_cast<int>(revisions_.size()); }
  const Revision& revision(RevisionIndex index) const { return revisions_[index]; }

  std::optional<RevisionIndex> FindId(absl::string_view id) const;
  // The revision that declares a label.
  std::optional<RevisionIndex> FindLabel(absl::string_view label) const;

  // An id or a label.
  struct Name {
    std::string text;
    RevisionIndex revision;
    bool is_label;
  };
  // The ids and labels that begin with `prefix`, in byte-wise order.
  absl::Span<const Name> FindPrefix(absl::string_view prefix) const;

  // `Revises`, in the file's order.
  absl::Span<const RevisionIndex> parents(RevisionIndex index) const;
  // `Depends On`, resolved, in the file's order.
  absl::Span<const RevisionIndex> dependencies(RevisionIndex index) const;
  // Revisions that revise this one, in index order.
  absl::Span<const RevisionIndex> children(RevisionIndex index) const;
  // Revisions that depend on this one, in index order.
  absl::Span<const RevisionIndex> dependents(RevisionIndex index) const;

  // Revisions that nothing revises, in index order.
  std::vector<RevisionIndex> Heads() const;
  // Heads that nothing depends on either.
  std::vector<RevisionIndex> EffectiveHeads() const;
  // Revisions that revise nothing, in index order.
  std::vector<RevisionIndex> Bases() const;
  bool IsHead(RevisionIndex index) const { return children(index).empty(); }

  // Labels that reach a revision: its own and those of the lineage it is in, as
  // Alembic shows them (a label spreads to all descendants, and to ancestors as
  // long as the line from them to its one head neither branches nor merges),
  // sorted.
  std::vector<std::string> LabelsOf(RevisionIndex index) const;

  // A flag per revision: whether it is one of `from`, or above them by parents
  // and, if asked for, dependencies.
  std::vector<bool> Ancestors(absl::Span<const RevisionIndex> from, bool with_dependencies) const;
  // The same downwards.
  std::vector<bool> Descendants(absl::Span<const RevisionIndex> from, bool with_dependents) const;

  // The revisions with a flag, in the order in which they would be applied if
  // only they were left: what a revision needs before it, and of several that
  // are free to go next the earliest file name. This is not index order, in
  // which revisions that are already applied may hold others back.
  std::vector<RevisionIndex> ApplyOrder(const std::vector<bool>& flags) const;

 private:
  using Edges = std::vector<std::vector<RevisionIndex>>;

  // A set of labels: those that `revision` declares, and those of other sets.
  // Revisions along a line share a set, so that their number stays small.
  struct LabelSet {
    RevisionIndex revision;
    std::vector<int> others;
  };

  void SpreadLabels();
  // Revisions reached from `from` over one or two kinds of edges.
  std::vector<bool> Reach(absl::Span<const RevisionIndex> from, const Edges& edges,
                          const Edges* more_edges) const;

  std::vector<Revision> revisions_;
  Edges parents_, dependencies_, children_, dependents_;
  // Place of each revision's file name among all.
  std::vector<int> file_rank_;
  std::vector<LabelSet> label_sets_;
  // Which of label_sets_ a revision has; -1: none.
  std::vector<int> label_set_of_;
  // All ids and labels, sorted by text: a name or a prefix is found by binary
  // search.
  std::vector<Name> names_;
};

}  // namespace brant

#endif  // BRANT_AGENT_REVISIONS_GRAPH_H_
