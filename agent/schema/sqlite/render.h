#ifndef BRANT_AGENT_SCHEMA_SQLITE_RENDER_H_
#define BRANT_AGENT_SCHEMA_SQLITE_RENDER_H_

#include "agent/schema/ddl.h"
#include "agent/schema/diff.h"

namespace brant {

// The statements for a diff. What ALTER TABLE can't do is a rebuild of the table,
// in the steps of https://www.sqlite.org/lang_altertable.html#otheralter.
DdlScript RenderSqlite(const CatalogDiff& diff);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SQLITE_RENDER_H_
