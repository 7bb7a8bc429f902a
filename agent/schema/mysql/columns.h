// Columns and check constraints, as the catalogue has them.

#ifndef BRANT_AGENT_SCHEMA_MYSQL_COLUMNS_H_
#define BRANT_AGENT_SCHEMA_MYSQL_COLUMNS_H_

#include <optional>
#include <string>

#include "agent/schema/catalog.h"
#include "agent/schema/mysql/server.h"

namespace brant::mysql {

// A row of information_schema.COLUMNS.
struct ColumnRow {
  std::string name;
  std::string type;
  bool nullable = true;
  std::optional<std::string> default_value;
  // `auto_increment`, `on update …`, `STORED GENERATED` and their like.
  std::string extra;
  std::string collation;
  std::string generated;
  std::string comment;
};

// `table_collation` is what a column has that names none.
Column ReadColumn(const Server& server, const ColumnRow& row, const std::string& table_collation);

// MySQL's catalogue escapes an expression as a whole, as if it were a string's text, and
// names the character set of each string in it.
std::string ReadExpression(const Server& server, const std::string& expression);

// Adds a check. MariaDB's JSON is a LONGTEXT with a check of the column that it is
// valid: that makes it JSON again. `check.name` may be the column's former name,
// which MariaDB keeps where only that was changed.
void AddCheck(Table& table, const std::string& table_collation, CheckConstraint check);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_COLUMNS_H_
