#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_POSTGRES_DATABASE_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_POSTGRES_DATABASE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/database/url.h"

namespace brant {

// The options of the URL are libpq's parameters. What the URL leaves out comes
// from libpq's own sources: PGHOST and its like, ~/.pgpass.
absl::StatusOr<std::unique_ptr<Database>> MakePostgresDatabase(const DatabaseUrl& url);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_POSTGRES_DATABASE_H_
