#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_INTROSPECT_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_INTROSPECT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/schema/catalog.h"
#include "agent/schema/schema_driver.h"

namespace brant {

// Which schemas are looked at, by their names in the database.
struct PostgresqlSchemas {
  // Where unqualified names lead.
  std::string default_schema;
  std::vector<std::string> all;
};

// Error: INVALID_REQUEST if unqualified names lead nowhere.
absl::StatusOr<PostgresqlSchemas> FindPostgresqlSchemas(Session& session,
                                                        const Selection& selection);

// Reads them within the transaction that is open. Changes search_path for its
// rest. `also_visible`: schemas, besides the default one, whose names the server
// does not qualify.
absl::StatusOr<Catalog> ReadPostgresqlCatalog(Session& session, const PostgresqlSchemas& schemas,
                                              const Selection& selection,
                                              const std::vector<std::string>& also_visible);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_INTROSPECT_H_
