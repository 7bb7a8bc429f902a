#ifndef BRANT_AGENT_SCHEMA_MYSQL_ALTER_TABLE_H_
#define BRANT_AGENT_SCHEMA_MYSQL_ALTER_TABLE_H_

#include <vector>

#include "agent/schema/ddl.h"
#include "agent/schema/diff.h"
#include "agent/schema/mysql/key_plan.h"
#include "agent/schema/mysql/stale_text.h"

namespace brant::mysql {

// One ALTER TABLE with all that is to be done, so that the table is written anew
// once at most; foreign keys aside. Where the table gets the database's own
// character set back, statements that ask for its name come first.
std::vector<DdlStatement> AlterTable(const TableChange& change, const KeyPlan& plan,
                                     const StaleText& stale);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_ALTER_TABLE_H_
