#ifndef BRANT_AGENT_SCHEMA_MYSQL_FOREIGN_KEYS_H_
#define BRANT_AGENT_SCHEMA_MYSQL_FOREIGN_KEYS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/schema/catalog.h"

namespace brant::mysql {

// Foreign keys by their table's name, in the order in which statements say them.
using KeysByTable = std::map<std::string, std::vector<ForeignKey>>;

// Adds the foreign keys to tables that have none yet, as MariaDB before 12 would have:
// with its names, and its indexes for those that need one. False if it is not certain
// that it would take them and what it would make of them; then the catalog is of no use.
// Indexes that have one of the `late` names, in lower case, may have been made after the
// foreign keys.
bool AddForeignKeys(const KeysByTable& keys, const std::set<std::string>& late, Catalog& catalog);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_FOREIGN_KEYS_H_
