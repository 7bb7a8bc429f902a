#ifndef BRANT_AGENT_SCHEMA_MYSQL_TABLE_TEXT_H_
#define BRANT_AGENT_SCHEMA_MYSQL_TABLE_TEXT_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "agent/schema/catalog.h"
#include "agent/schema/mysql/server.h"

namespace brant::mysql {

// A table as MariaDB's SHOW CREATE TABLE writes it (sql/sql_show.cc), with names in
// quotes and an empty sql_mode: the same that the catalogue has of it, which shows no
// temporary tables. Nothing where the text holds what is not known here, foreign keys
// among that: temporary tables have none.
std::optional<Table> ReadTableText(const Server& server, absl::string_view text);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_TABLE_TEXT_H_
