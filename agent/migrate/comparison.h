// Where a database is, compared to a bundle.

#ifndef BRANT_AGENT_MIGRATE_COMPARISON_H_
#define BRANT_AGENT_MIGRATE_COMPARISON_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "agent/migrate/journal.h"
#include "agent/migrate/state_reader.h"
#include "agent/revisions/graph.h"
#include "brant/v1/status.pb.h"

namespace brant {

// The bundle has every revision of the rows.
bool KnowsRows(const RevisionGraph& graph, absl::Span<const std::string> rows);

// What is applied, of a bundle and beyond it.
struct Applied {
  // A flag for each revision of the bundle.
  std::vector<bool> revisions;
  // Version rows that the bundle lacks.
  std::vector<std::string> unknown;
  // All applied revisions that the bundle lacks, as far as scripts are stored:
  // `unknown` and what they need, that before them.
  std::vector<std::string> beyond;
  // Scripts are stored for all of `beyond`, down to the bundle's revisions.
  bool complete = true;
};

// Revisions that only the database knows are followed down to the bundle's by
// `needs`, the parents in the scripts that are stored there: so what they build
// on counts as applied.
Applied AppliedInBundle(const RevisionGraph& graph, absl::Span<const std::string> rows,
                        const Journal::Needs& needs);
// Reads the needs, if there are such revisions.
absl::StatusOr<Applied> AppliedInBundle(StateReader& reader, const RevisionGraph& graph,
                                        absl::Span<const std::string> rows);

// Whether the target of an upgrade is applied in a database that holds revisions
// that the bundle lacks: it is ahead. False also for a target that counts from
// where the database is. Errors are those of the target.
absl::StatusOr<bool> IsReachedFromBeyond(const RevisionGraph& graph, const Applied& applied,
                                         absl::string_view target);

// Fills state, current_revisions, head_revisions, pending_count and
// unknown_revisions.
v1::Status CompareWithBundle(const RevisionGraph& graph, absl::Span<const std::string> rows,
                             const Applied& applied);
// Reads rows and needs.
absl::StatusOr<v1::Status> CompareWithBundle(StateReader& reader, const RevisionGraph& graph);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_COMPARISON_H_
