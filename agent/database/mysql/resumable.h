#ifndef BRANT_AGENT_DATABASE_MYSQL_RESUMABLE_H_
#define BRANT_AGENT_DATABASE_MYSQL_RESUMABLE_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "agent/database/statement.h"

namespace brant {

// CheckResumable for MySQL and MariaDB: temporary tables, user variables that
// can't be computed again, LAST_INSERT_ID() and its like, and transactions that
// were open.
absl::Status CheckMysqlResumable(absl::Span<const Statement> statements, int done);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_MYSQL_RESUMABLE_H_
