#ifndef BRANT_AGENT_DATABASE_SQLITE_SPLITTER_H_
#define BRANT_AGENT_DATABASE_SQLITE_SPLITTER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/database/statement.h"

namespace brant {

// SplitStatements for SQLite; leaves `kind` alone. Cuts where sqlite3_complete
// finds a complete statement, but in one pass.
absl::StatusOr<std::vector<Statement>> SplitSqlite(absl::string_view script);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_SQLITE_SPLITTER_H_
