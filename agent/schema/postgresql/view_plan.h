#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_VIEW_PLAN_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_VIEW_PLAN_H_

#include <set>
#include <string>

#include "agent/schema/diff.h"
#include "agent/schema/postgresql/render_plan.h"

namespace brant {

// Which views are dropped and created: those that changed, and those that read,
// maybe by way of others, a table that changes under them. `plan` has its tables.
void PlanViews(const CatalogDiff& diff, const std::set<std::string>& replaced_enums,
               RenderPlan& plan);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_VIEW_PLAN_H_
