// Which temporary tables a migration makes.

#ifndef BRANT_AGENT_DATABASE_MYSQL_TEMPORARY_TABLES_H_
#define BRANT_AGENT_DATABASE_MYSQL_TEMPORARY_TABLES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace brant::mysql {

// The table's name as it is written (`a`.`b`, c) if the statement is CREATE
// TEMPORARY TABLE, else empty. No server lists a session's temporary tables, and
// the name of one that is left over hides the real table.
std::string CreatedTemporaryTable(absl::string_view statement);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_TEMPORARY_TABLES_H_
