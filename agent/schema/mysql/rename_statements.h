#ifndef BRANT_AGENT_SCHEMA_MYSQL_RENAME_STATEMENTS_H_
#define BRANT_AGENT_SCHEMA_MYSQL_RENAME_STATEMENTS_H_

#include <vector>

#include "agent/schema/ddl.h"
#include "agent/schema/diff.h"
#include "agent/schema/mysql/stale_text.h"

namespace brant::mysql {

// One RENAME TABLE for all tables, also where they swap their names, and behind it
// ALTER TABLE for the columns of each. A column with a check of its own is
// written anew, because MariaDB's catalogue would go on to call the check by the
// old name. So is, but for MariaDB, what speaks of a renamed column.
std::vector<DdlStatement> RenameStatements(const CatalogDiff& diff, const StaleText& stale);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_RENAME_STATEMENTS_H_
