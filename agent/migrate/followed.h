// How a run ends that waited for an equal one.

#ifndef BRANT_AGENT_MIGRATE_FOLLOWED_H_
#define BRANT_AGENT_MIGRATE_FOLLOWED_H_

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "agent/database/database.h"
#include "agent/migrate/journal.h"
#include "agent/migrate/plan.h"
#include "brant/v1/run.pb.h"

namespace brant {

// For a run that has the lock and would begin now. Those that ask one agent for
// the same goal with the same migrations share a run; those that ask several
// agents wait for each other, and share the end that a person has to look at.
// Among the runs that `run`, an upgrade or a downgrade, waited for, an equal one
// - that was cancelled for all is cancelled again: CANCELLED;
// - whose statement failed would fail again, if nothing has run since (it has the
//   last `epoch`): STATEMENT_FAILED, with all that is known of it.
// The error names that run. OK: begin. Other errors are the database's.
absl::Status EndOfFollowed(Session& session, const Journal& journal,
                           absl::Span<const std::string> waited_for, const v1::Run& run,
                           const Goal& goal, int64_t epoch);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_FOLLOWED_H_
