#ifndef BRANT_AGENT_SCHEMA_SQLITE_REBUILD_H_
#define BRANT_AGENT_SCHEMA_SQLITE_REBUILD_H_

#include <string>
#include <vector>

#include "agent/schema/ddl.h"
#include "agent/schema/diff.h"

namespace brant {

// A new table, the rows of the old one, which goes, and its name:
// https://www.sqlite.org/lang_altertable.html#otheralter. Indexes, triggers and
// views are not in it.
std::vector<DdlStatement> RebuildSqliteTable(const TableChange& change);

// What is lost with a column that is dropped; empty: nothing.
std::string LossOfDroppedSqlite(const TableChange& change, const Column& column);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SQLITE_REBUILD_H_
