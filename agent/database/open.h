#ifndef BRANT_AGENT_DATABASE_OPEN_H_
#define BRANT_AGENT_DATABASE_OPEN_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/database/url.h"

namespace brant {

// Makes the database for a URL; connects to nothing yet. Errors:
// INVALID_REQUEST for an option that the database does not know.
absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const DatabaseUrl& url);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_OPEN_H_
