// MySQL and MariaDB.

#ifndef BRANT_AGENT_DATABASE_MYSQL_MYSQL_DATABASE_H_
#define BRANT_AGENT_DATABASE_MYSQL_MYSQL_DATABASE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/database/url.h"

namespace brant {

// Connects to nothing yet. Errors: INVALID_REQUEST for a URL that names no
// database, or has an option that is unknown or does not fit.
absl::StatusOr<std::unique_ptr<Database>> MakeMysqlDatabase(const DatabaseUrl& url);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_MYSQL_MYSQL_DATABASE_H_
