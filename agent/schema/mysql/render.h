#ifndef BRANT_AGENT_SCHEMA_MYSQL_RENDER_H_
#define BRANT_AGENT_SCHEMA_MYSQL_RENDER_H_

#include "agent/schema/ddl.h"
#include "agent/schema/diff.h"

namespace brant::mysql {

// Views go first and come last; in between are renames, foreign keys that go, new
// tables, one ALTER TABLE for each table, foreign keys that come, and tables that
// go.
DdlScript RenderDiff(const CatalogDiff& diff);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_RENDER_H_
