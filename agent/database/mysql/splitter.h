// Cuts MySQL and MariaDB scripts into statements.

#ifndef BRANT_AGENT_DATABASE_MYSQL_SPLITTER_H_
#define BRANT_AGENT_DATABASE_MYSQL_SPLITTER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/database/statement.h"

namespace brant {

// Cuts a script as the mysql client and the server together would: DELIMITER
// lines are obeyed, conditional comments are code, and stored programs need no
// DELIMITER, because their blocks are followed. See SplitStatements for what a
// statement is; `kind` is left to the caller.
//
// Errors: UNSUPPORTED_STATEMENT with the detail "position" (a byte offset into
// the script) for a command of the mysql client, LOAD DATA LOCAL, a string or
// comment without an end, and a DELIMITER line that names none.
absl::StatusOr<std::vector<Statement>> SplitMysql(absl::string_view script);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_MYSQL_SPLITTER_H_
