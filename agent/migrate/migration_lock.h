// The migration lock: at most one run executes against a database.

#ifndef BRANT_AGENT_MIGRATE_MIGRATION_LOCK_H_
#define BRANT_AGENT_MIGRATE_MIGRATION_LOCK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/database/database.h"
#include "agent/migrate/cancel.h"
#include "agent/migrate/observer.h"

namespace brant {

// Takes the session's advisory lock. Polls with growing, jittered pauses and no
// transaction in between: a session that blocks inside the lock function would
// deadlock with CREATE INDEX CONCURRENTLY. Errors: LOCK_TIMEOUT after `wait`,
// the token's reason once it is cancelled.
absl::Status AcquireMigrationLock(Session& session, absl::string_view name, absl::Duration wait,
                                  RunObserver& observer, const CancelToken& cancel);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_MIGRATION_LOCK_H_
