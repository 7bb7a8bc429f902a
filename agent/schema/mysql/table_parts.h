// What tables and their indexes are, beside their columns.

#ifndef BRANT_AGENT_SCHEMA_MYSQL_TABLE_PARTS_H_
#define BRANT_AGENT_SCHEMA_MYSQL_TABLE_PARTS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "agent/schema/catalog.h"
#include "agent/schema/mysql/server.h"

namespace brant::mysql {

// The options say only what is not the default: of the server, or of its database.
void SetEngine(Table& table, absl::string_view engine);
void SetCollation(Table& table, const Server& server, const std::string& collation);

// Adds an index, or what the index is of: the primary key or a unique constraint. The
// table must have its columns.
void AddIndex(Table& table, Index index);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_TABLE_PARTS_H_
