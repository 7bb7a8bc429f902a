// CREATE TABLE and CREATE INDEX as SQLite keeps them in sqlite_schema: the only
// place where it tells the names of constraints, checks and generated columns.
// Grammar: https://www.sqlite.org/lang_createtable.html

#ifndef BRANT_AGENT_SCHEMA_SQLITE_DECLARATION_H_
#define BRANT_AGENT_SCHEMA_SQLITE_DECLARATION_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/schema/catalog.h"

namespace brant {

// The table, without indexes and triggers. Error: INTERNAL for what can't be
// read.
absl::StatusOr<Table> ReadSqliteTable(absl::string_view sql);

// The index; `table` is the one that it is on.
absl::StatusOr<Index> ReadSqliteIndex(absl::string_view sql, const Table& table);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SQLITE_DECLARATION_H_
