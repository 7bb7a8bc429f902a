#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/revisions/identifier.h"
#include "agent/revisions/symbol.h"
#include "agent/revisions/version_rows.h"
#include "agent/revisions/walk.h"

namespace brant {
namespace {

// What the targets of a stamp name.
struct StampTargets {
  // Revisions that shall be rows, each once.
  std::vector<RevisionIndex> revisions;
  absl::flat_hash_set<absl::string_view> ids;
  // A flag for each revision of whose branch no row shall stay (label@base).
  std::vector<bool> emptied;
};

absl::StatusOr<StampTargets> ResolveTargets(const RevisionGraph& graph,
                                            absl::Span<const std::string> texts) {
  StampTargets targets;
  targets.emptied.resize(graph.size());
  for (const std::string& text : texts) {
    BRANT_ASSIGN_OR_RETURN(Identifier identifier, ParseIdentifier(graph, text));
    if (identifier.symbol.empty()) {
      // Nothing says what they should count from: what is recorded, or the heads.
      return RelativeError(identifier).Hint("a stamp names where the database is; write ID-N");
    }
    BRANT_ASSIGN_OR_RETURN(std::vector<RevisionIndex> found, ResolveRevisions(graph, text));
    for (RevisionIndex index : found) {
      if (targets.ids.insert(graph.revision(index).id).second) targets.revisions.push_back(index);
    }
    if (!found.empty()) continue;
    if (!identifier.has_branch()) {
      targets.emptied.assign(graph.size(), true);
      continue;
    }
    std::vector<bool> above =
        graph.Descendants({identifier.branch_revision}, /*with_dependents=*/true);
    std::vector<bool> below =
        graph.Ancestors({identifier.branch_revision}, /*with_dependencies=*/true);
    for (RevisionIndex i = 0; i < graph.size(); ++i) {
      if (above[i] || below[i]) targets.emptied[i] = true;
    }
  }
  return targets;
}

}  // namespace

absl::StatusOr<RowChange> WalkStamp(const RevisionGraph& graph, absl::Span<const std::string> rows,
                                    absl::Span<const std::string> targets, bool purge) {
  BRANT_ASSIGN_OR_RETURN(StampTargets wanted, ResolveTargets(graph, targets));
  BRANT_RETURN_IF_ERROR(CheckNoOverlap(graph, wanted.revisions));
  RowChange change;
  if (purge) {
    // Also rows that no file knows: this is how a database gets rid of them.
    for (const std::string& row : rows) {
      if (!wanted.ids.contains(row)) change.removed.push_back(row);
    }
  } else {
    BRANT_ASSIGN_OR_RETURN(VersionRows state, VersionRows::Make(graph, rows));
    std::vector<bool> above = graph.Descendants(wanted.revisions, /*with_dependents=*/true);
    std::vector<bool> below = graph.Ancestors(wanted.revisions, /*with_dependencies=*/true);
    for (RevisionIndex row : state.initial_rows()) {
      const std::string& id = graph.revision(row).id;
      if ((above[row] || below[row] || wanted.emptied[row]) && !wanted.ids.contains(id)) {
        change.removed.push_back(id);
      }
    }
  }
  absl::flat_hash_set<absl::string_view> present(rows.begin(), rows.end());
  for (RevisionIndex index : wanted.revisions) {
    const std::string& id = graph.revision(index).id;
    if (!present.contains(id)) change.added.push_back(id);
  }
  return change;
}

}  // namespace brant
