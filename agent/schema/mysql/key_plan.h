// Which foreign keys have to go before tables are altered, and which come behind.

#ifndef BRANT_AGENT_SCHEMA_MYSQL_KEY_PLAN_H_
#define BRANT_AGENT_SCHEMA_MYSQL_KEY_PLAN_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"

namespace brant::mysql {

struct KeyPlan {
  // By table: names to drop, as the server knows them once tables were renamed.
  std::map<ObjectName, std::vector<std::string>> drops;
  // By table: to be added when all tables are altered. Not those of new tables.
  std::map<ObjectName, std::vector<const ForeignKey*>> adds;

  bool IsAdded(const ObjectName& table, const std::string& key) const;
};

// A foreign key that stays goes and comes back where a column or an index that it
// stands on changes, here or in the table that it refers to: the servers refuse
// to do that under it. With a table the servers rename the keys that they have
// named after it (`users_ibfk_1`).
KeyPlan PlanKeys(const CatalogDiff& diff);

// Columns of the change whose values have to be written anew, or may be others
// than before, by name in the later table.
std::set<std::string> TouchedColumns(const TableChange& change);

// MODIFY can't turn one into the other: the column is dropped and added.
bool IsReplaced(const Column& from, const Column& to);

// The character set or collation that columns have by default differs.
bool CharacterSetDiffers(const TableChange& change);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_KEY_PLAN_H_
