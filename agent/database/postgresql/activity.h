#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_ACTIVITY_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_ACTIVITY_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/database/database.h"

namespace brant {

// Session::Observe, in one round trip; `server_version` as PQserverVersion tells
// it. Of other users' sessions a role without pg_read_all_stats sees little.
absl::StatusOr<Activity> ObservePostgresSession(Session& session, int server_version,
                                                absl::string_view server_id);

// Session::Terminate, of a session of the same database. Does not wait until it
// is gone: the lock that it held tells.
absl::StatusOr<bool> TerminatePostgresSession(Session& session, absl::string_view server_id);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_ACTIVITY_H_
