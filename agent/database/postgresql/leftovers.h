#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_LEFTOVERS_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_LEFTOVERS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/database/database.h"

namespace brant {

// Session::RemoveLeftovers, outside of a transaction and not pooled: the invalid
// index of CREATE INDEX CONCURRENTLY (IF NOT EXISTS would keep it), and those of
// REINDEX … CONCURRENTLY. A valid index is never dropped. Waits for the sessions
// that still use one, however long. Error: LOCK_NOT_AVAILABLE while another
// session still builds such an index.
absl::StatusOr<std::string> RemovePostgresLeftovers(Session& session, absl::string_view statement);

// What is left to do of a statement that an earlier attempt may have begun: of
// DETACH PARTITION … CONCURRENTLY, once it is pending, to FINALIZE it; of all
// others the statement itself.
absl::StatusOr<std::string> RemainderOfStatement(Session& session, absl::string_view statement);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_LEFTOVERS_H_
