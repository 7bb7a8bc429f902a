#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_ALTER_COLUMNS_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_ALTER_COLUMNS_H_

#include <vector>

#include "agent/schema/ddl.h"
#include "agent/schema/needs.h"
#include "agent/schema/postgresql/excluded_views.h"
#include "agent/schema/postgresql/render_plan.h"

namespace brant {

// The statements that bring the columns of a table to where they are to be, what
// depends on them having made way.
std::vector<DdlStatement> AlterColumnsPostgresql(const TablePlan& plan, const MissingNeeds& needs,
                                                 const ExcludedViews& excluded_views);

// What CREATE TABLE and ADD COLUMN can't say of a serial column.
std::vector<DdlStatement> FinishSerialPostgresql(const ObjectName& table, const Column& column);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_ALTER_COLUMNS_H_
