// What a session of the server is doing, and who is in its way.

#ifndef BRANT_AGENT_DATABASE_MYSQL_OBSERVE_H_
#define BRANT_AGENT_DATABASE_MYSQL_OBSERVE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "agent/database/database.h"

namespace brant::mysql {

// As Session::Observe, asked through `session`. What the user may not see (it
// takes the PROCESS privilege to see others) stays empty.
//
// Who holds a metadata lock is known only where the server keeps account of it
// (performance_schema, or MariaDB's plugin metadata_lock_info). Elsewhere those
// who may hold it are named: with an open transaction, or running a statement on
// the table, the oldest first.
absl::StatusOr<brant::Activity> ObserveSession(Session& session, bool mariadb,
                                               int64_t connection_id);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_OBSERVE_H_
