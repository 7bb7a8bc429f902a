#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_RENDER_COMMENTS_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_RENDER_COMMENTS_H_

#include <vector>

#include "agent/schema/ddl.h"
#include "agent/schema/diff.h"
#include "agent/schema/postgresql/render_plan.h"

namespace brant {

// COMMENT ON what is new with a comment, or has another one than before.
std::vector<DdlStatement> CommentsPostgresql(const CatalogDiff& diff, const RenderPlan& plan);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_RENDER_COMMENTS_H_
