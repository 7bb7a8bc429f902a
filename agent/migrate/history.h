// A database's history as a bundle sees it: each may hold revisions that the
// other lacks. What follows from that for any command is decided here.

#ifndef BRANT_AGENT_MIGRATE_HISTORY_H_
#define BRANT_AGENT_MIGRATE_HISTORY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "agent/migrate/journal.h"
#include "agent/migrate/plan.h"
#include "agent/migrate/stored_scripts.h"
#include "agent/revisions/bundle.h"
#include "agent/revisions/graph.h"

namespace brant {

// The bundle has every revision of the rows.
bool KnowsRows(const RevisionGraph& graph, absl::Span<const std::string> rows);

// What is applied, of a bundle and beyond it.
struct Applied {
  // The version rows.
  std::vector<std::string> rows;
  // A flag for each revision of the bundle.
  std::vector<bool> revisions;
  // Version rows that the bundle lacks.
  std::vector<std::string> unknown;
  // All applied revisions that the bundle lacks, as far as scripts are stored:
  // `unknown` and what they need, that before them.
  std::vector<std::string> beyond;
  // Those of them whose script is not stored, so that what they need is not known.
  std::vector<std::string> missing;
};

// Revisions that only the database knows are followed down to the bundle's by
// `needs`, the parents in the scripts that are stored there: so what they build
// on counts as applied.
Applied AppliedInBundle(const RevisionGraph& graph, absl::Span<const std::string> rows,
                        const Journal::Needs& needs);
// Reads the needs, if there are such revisions.
absl::StatusOr<Applied> AppliedInBundle(ScriptStore& store, const RevisionGraph& graph,
                                        absl::Span<const std::string> rows);

// What the target of an upgrade asks of the bundle and is not applied, in a
// database that holds revisions that the bundle lacks. Nothing: the database is
// ahead. Errors: those of the target; INVALID_TARGET for one that counts from
// where the database is, which the bundle does not know.
absl::StatusOr<std::vector<RevisionIndex>> PendingFromBeyond(const RevisionGraph& graph,
                                                             const Applied& applied,
                                                             absl::string_view target);

// Whether such a database is ahead of the target. Errors, besides those:
// HISTORY_DIVERGED, which shows both sides; UNKNOWN_CURRENT_REVISION if that can't
// be known.
absl::Status CheckNotDiverged(const RevisionGraph& graph, const Applied& applied,
                              absl::string_view target);

// What people are told of a database that is ahead of the bundle: which of its
// `rows` that does not know.
std::string AheadNotice(const RevisionGraph& graph, absl::Span<const std::string> rows);

// `bundle`, completed from the stored scripts by what `rows` need and it lacks;
// itself if it lacks nothing. Errors: UNKNOWN_CURRENT_REVISION if a script is not
// stored either, and those of MakeBundle if the two don't fit together.
absl::StatusOr<std::shared_ptr<const Bundle>> CompleteBundle(ScriptStore& store,
                                                             std::shared_ptr<const Bundle> bundle,
                                                             absl::Span<const std::string> rows);

// The plan of an upgrade, a downgrade or a stamp from `rows`. An upgrade of a
// database that is ahead has nothing to do; a downgrade is planned by `make` from
// the bundle completed by what `rows` and `earlier_rows` need; all else is planned
// from the bundle as it is. The plan's notices say what is out of the ordinary.
absl::StatusOr<Plan> PlanOverHistory(
    ScriptStore& store, std::shared_ptr<const Bundle> bundle, absl::Span<const std::string> rows,
    absl::Span<const std::string> earlier_rows, const Goal& goal,
    absl::FunctionRef<absl::StatusOr<Plan>(std::shared_ptr<const Bundle>)> make);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_HISTORY_H_
