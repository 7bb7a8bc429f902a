#ifndef BRANT_AGENT_SCHEMA_SQLITE_INTROSPECT_H_
#define BRANT_AGENT_SCHEMA_SQLITE_INTROSPECT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/schema/catalog.h"
#include "agent/schema/schema_driver.h"

namespace brant {

// The main database. Virtual tables and what they keep their data in are left
// alone.
absl::StatusOr<Catalog> IntrospectSqlite(Session& session, const Selection& selection);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SQLITE_INTROSPECT_H_
