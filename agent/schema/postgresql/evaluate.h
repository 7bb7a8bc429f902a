#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_EVALUATE_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_EVALUATE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/schema/schema_driver.h"

namespace brant {

// SchemaDriver::Evaluate.
//
// All in one transaction that is rolled back: the schemas are renamed, empty ones
// take their names, the scripts run, and the catalogue is read. Other sessions
// never see it, by the catalogue's MVCC. Locks that it holds until the end: those
// of rows of pg_namespace, pg_extension and pg_proc, which only make DDL on the same
// schema or extension wait; an advisory lock, for which another evaluation waits; and those of the
// relations that the scripts make. Real tables are not locked, so readers and
// writers go on. It waits for a lock for some seconds and then gives up.
absl::StatusOr<Catalog> EvaluatePostgresql(Database& database,
                                           const std::vector<SchemaDriver::Script>& scripts,
                                           const Selection& selection, CancelToken& cancel);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_EVALUATE_H_
