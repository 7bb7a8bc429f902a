// Waits until the database is at or past a revision, over lost connections and
// agents that come and go.

#ifndef BRANT_CLIENT_CONNECTION_REVISION_WAIT_H_
#define BRANT_CLIENT_CONNECTION_REVISION_WAIT_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "brant/v1/migration_service.pb.h"
#include "client/connection/agent_client.h"
#include "client/connection/migration_source.h"
#include "client/connection/pursuit.h"

namespace brant {

// Tells `on_response` where the database is, as agents say it. OK: it is there,
// or `pursuit` was left. Errors: of the call, or of agents that can't be reached.
absl::Status WaitForRevision(
    AgentClient& client, Pursuit& pursuit, const std::string& revision, MigrationSource& source,
    absl::FunctionRef<void(const v1::WaitForRevisionResponse&)> on_response);

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_REVISION_WAIT_H_
