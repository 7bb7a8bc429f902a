#ifndef BRANT_AGENT_SCHEMA_MYSQL_RENAME_FOLLOWERS_H_
#define BRANT_AGENT_SCHEMA_MYSQL_RENAME_FOLLOWERS_H_

#include <set>
#include <string>
#include <vector>

#include "agent/schema/catalog.h"

namespace brant::mysql {

// The column's default or what it is generated from speaks of one of `names`.
bool SpeaksOf(const Column& column, const std::set<std::string>& names);

// MySQL refuses to rename a column of which other columns, checks or indexes speak;
// MariaDB lets them follow. These are clauses of ALTER TABLE.
struct RenameFollowers {
  // Checks and indexes: in front of the rename, and behind it.
  std::vector<std::string> drops;
  std::vector<std::string> adds;
  // Columns: in the ALTER TABLE of the rename itself.
  std::vector<std::string> changes;
};

// `table` has the new names already, and `names` are those. The renamed columns
// themselves are left out.
RenameFollowers FollowRenames(const Table& table, const std::set<std::string>& names);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_RENAME_FOLLOWERS_H_
