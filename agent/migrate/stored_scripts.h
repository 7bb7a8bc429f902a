// What the scripts stored in the database are good for: files that were edited
// after they were applied, and histories that a bundle does not know.

#ifndef BRANT_AGENT_MIGRATE_STORED_SCRIPTS_H_
#define BRANT_AGENT_MIGRATE_STORED_SCRIPTS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agent/database/database.h"
#include "agent/migrate/journal.h"
#include "agent/revisions/bundle.h"

namespace brant {

// The bundle's revision, and the script of it that was applied last.
struct EditedRevision {
  const Revision* revision = nullptr;
  StoredScript applied;
};

// The revisions that are applied if `rows` are, and of which the bundle has
// another text than the one in `scripts`; rows that the bundle does not know
// are passed over. In the order of the graph.
std::vector<EditedRevision> FindEdited(const Bundle& bundle, absl::Span<const std::string> rows,
                                       std::vector<StoredScript> scripts);

// CHECKSUM_MISMATCH that names every edited file, and shows how the first one
// differs from what was applied (`text` of its script).
absl::Status EditedError(const std::vector<EditedRevision>& edited);

// The same in one line, for a run that has nothing to do.
std::string EditedNotice(const std::vector<EditedRevision>& edited);

// Lines that differ, in the unified format of diff(1), at most `max_lines`.
std::string DiffLines(absl::string_view before, absl::string_view after, size_t max_lines);

// `bundle`, completed from the stored scripts by what `rows` need and it lacks;
// itself if it lacks nothing. Errors: UNKNOWN_CURRENT_REVISION if a script is not
// stored either, and those of MakeBundle if the two don't fit together.
absl::StatusOr<std::shared_ptr<const Bundle>> CompleteBundle(Session& session,
                                                             const Journal& journal,
                                                             std::shared_ptr<const Bundle> bundle,
                                                             absl::Span<const std::string> rows);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_STORED_SCRIPTS_H_
