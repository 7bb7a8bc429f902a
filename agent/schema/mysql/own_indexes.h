// Indexes that the server makes by itself, because a foreign key needs one.
//
// It makes one where no other index begins with the key's columns, under the key's
// name if that was given. A catalog leaves such an index out if it can be told
// from the rest of the table that the server must have made it: it has a foreign
// key's name and exactly its columns, serves no other foreign key, and no other
// index could take its place. So what was left out can always be said again; all
// other indexes of foreign keys are indexes like any other.

#ifndef BRANT_AGENT_SCHEMA_MYSQL_OWN_INDEXES_H_
#define BRANT_AGENT_SCHEMA_MYSQL_OWN_INDEXES_H_

#include <string>
#include <vector>

#include "agent/schema/catalog.h"

namespace brant::mysql {

// Some index of `table`, its primary key included, begins with `columns`.
bool IsIndexed(const Table& table, const std::vector<std::string>& columns);
// `index` begins with `columns`.
bool BeginsWith(const Index& index, const std::vector<std::string>& columns);

// Takes out of a table, as the server has it, the indexes that are its own.
void RemoveOwnIndexes(Table& table);

// The indexes that RemoveOwnIndexes took out.
std::vector<Index> OwnIndexes(const Table& table);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_OWN_INDEXES_H_
