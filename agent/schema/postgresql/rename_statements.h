#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_RENAME_STATEMENTS_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_RENAME_STATEMENTS_H_

#include <string>
#include <vector>

#include "agent/schema/diff.h"
#include "agent/schema/postgresql/render_plan.h"

namespace brant {

// Tables and columns, of which two may change names.
std::vector<std::string> RenameObjectsPostgresql(const std::vector<Rename>& renames);

// Constraints and indexes.
std::vector<std::string> RenameConstraintsPostgresql(const std::vector<TablePlan>& tables);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_RENAME_STATEMENTS_H_
