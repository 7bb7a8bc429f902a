#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_RENDER_ENUMS_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_RENDER_ENUMS_H_

#include <vector>

#include "agent/schema/ddl.h"
#include "agent/schema/diff.h"
#include "agent/schema/postgresql/render_plan.h"

namespace brant {

// What comes before the tables: new types and labels, and the old form of a type
// out of the way of the new one.
std::vector<DdlStatement> BeginEnumsPostgresql(const CatalogDiff& diff, const RenderPlan& plan);

// What comes after them: types that no column has any more.
std::vector<DdlStatement> EndEnumsPostgresql(const CatalogDiff& diff, const RenderPlan& plan);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_RENDER_ENUMS_H_
