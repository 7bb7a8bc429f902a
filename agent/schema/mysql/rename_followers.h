#ifndef BRANT_AGENT_SCHEMA_MYSQL_RENAME_FOLLOWERS_H_
#define BRANT_AGENT_SCHEMA_MYSQL_RENAME_FOLLOWERS_H_

#include <set>
#include <string>
#include <vector>

#include "agent/schema/catalog.h"

namespace brant::mysql {

// The column's default or what it is generated from speaks of one of `names`.
bool SpeaksOf(const Column& column, const std::set<std::string>& names);

// MySQL refuses to rename a column of which other columns, checks or indexes speak,
// unless the same ALTER TABLE says them again; MariaDB lets them follow. The clauses for
// that, of a table that has the new names already. `names` are those new names; the
// renamed columns themselves are left out.
std::vector<std::string> FollowRenames(const Table& table, const std::set<std::string>& names);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_RENAME_FOLLOWERS_H_
