// Statements that make tables, taken apart as far as foreign keys go.

#ifndef BRANT_AGENT_SCHEMA_MYSQL_TABLE_STATEMENT_H_
#define BRANT_AGENT_SCHEMA_MYSQL_TABLE_STATEMENT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/schema/catalog.h"

namespace brant::mysql {

// CREATE TABLE, or ALTER TABLE … ADD FOREIGN KEY.
struct TableStatement {
  std::string name;
  // What stands behind CREATE, without the foreign keys: `TABLE t (a INT)`. Empty for
  // ALTER TABLE, where nothing is left.
  std::string without_keys;
  // In their order. Those that say no name have none.
  std::vector<ForeignKey> keys;
};

// Nothing for all other statements, and for a table that MariaDB could not make as a
// temporary one with all but its foreign keys: with a full-text index, partitions,
// versions or rows from elsewhere, with REFERENCES at a column, of another engine than
// InnoDB, or with what is not known here. Names, strings and comments are read as without
// ANSI_QUOTES and NO_BACKSLASH_ESCAPES.
std::optional<TableStatement> ReadCreateTable(absl::string_view statement);
std::optional<TableStatement> ReadAddForeignKeys(absl::string_view statement);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_TABLE_STATEMENT_H_
