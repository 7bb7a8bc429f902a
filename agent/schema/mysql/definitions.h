// Objects as SQL.

#ifndef BRANT_AGENT_SCHEMA_MYSQL_DEFINITIONS_H_
#define BRANT_AGENT_SCHEMA_MYSQL_DEFINITIONS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/schema/catalog.h"

namespace brant::mysql {

// The option of a MariaDB table that keeps what its rows were.
inline constexpr absl::string_view kSystemVersioning = "with system versioning";

// `name type …`, with the check that is a part of it.
std::string ColumnDefinition(const Table& table, const Column& column);

// `UNIQUE KEY name (…)` and so on.
std::string PrimaryKeyDefinition(const PrimaryKey& key);
std::string UniqueDefinition(const UniqueConstraint& unique);
std::string IndexDefinition(const Index& index);
// `PERIOD FOR SYSTEM_TIME (…)`, where columns of the table say since when and until
// when a row was so; empty: none do.
std::string PeriodDefinition(const Table& table);
// `CONSTRAINT name CHECK (…)`.
std::string CheckDefinition(const CheckConstraint& check);
std::string ForeignKeyDefinition(const ForeignKey& key);

// Options of the table and its comment, such as `ENGINE=MyISAM COMMENT='…'`.
std::vector<std::string> TableOptions(const Table& table);
// `DEFAULT CHARACTER SET … COLLATE …`; empty if it has those of the database.
std::string CharacterSetOption(const Table& table);

// With `foreign_keys`, which are those of the table that can be made with it.
std::string CreateTable(const Table& table, const std::vector<const ForeignKey*>& foreign_keys);

std::string CreateView(const View& view);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_DEFINITIONS_H_
