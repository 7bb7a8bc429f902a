#ifndef BRANT_AGENT_SCHEMA_MYSQL_EVALUATE_H_
#define BRANT_AGENT_SCHEMA_MYSQL_EVALUATE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/schema/catalog.h"
#include "agent/schema/schema_driver.h"

namespace brant::mysql {

// In a scratch database, which has the defaults of this one.
//
// Error: DATABASE_PERMISSION_DENIED where databases can't be made.
absl::StatusOr<Catalog> EvaluateInScratch(Database& database,
                                          const std::vector<SchemaDriver::Script>& scripts,
                                          const Selection& selection, CancelToken& cancel);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_EVALUATE_H_
