// Plans as SQL scripts, for databases that Brant may not reach itself.

#ifndef BRANT_AGENT_MIGRATE_OFFLINE_H_
#define BRANT_AGENT_MIGRATE_OFFLINE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/migrate/plan.h"

namespace brant {

struct OfflineOptions {
  Dialect dialect = Dialect::kPostgresql;
  // As in MigratorOptions; an empty schema leaves the table's name unqualified.
  std::string version_table = "brant_version";
  std::string version_table_schema;
};

// Writes the script of `goal`, whose target may be a range `from:to`, for the
// database's own command-line client (psql, sqlite3, mariadb). In pieces, one a
// step. The client stops at the first error. A script keeps the version table,
// not the journal. Errors are those of MakePlan.
absl::StatusOr<std::vector<std::string>> RenderOffline(std::shared_ptr<const Bundle> bundle,
                                                       Goal goal, const OfflineOptions& options);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_OFFLINE_H_
