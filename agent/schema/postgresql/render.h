#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_RENDER_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_RENDER_H_

#include "agent/schema/ddl.h"
#include "agent/schema/diff.h"

namespace brant {

// SchemaDriver::Render.
DdlScript RenderPostgresql(const CatalogDiff& diff);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_RENDER_H_
