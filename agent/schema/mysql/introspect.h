#ifndef BRANT_AGENT_SCHEMA_MYSQL_INTROSPECT_H_
#define BRANT_AGENT_SCHEMA_MYSQL_INTROSPECT_H_

#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/schema/catalog.h"
#include "agent/schema/schema_driver.h"

namespace brant::mysql {

// The database that the session is in.
absl::StatusOr<Catalog> IntrospectDatabase(Session& session, const Selection& selection);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_INTROSPECT_H_
