#ifndef BRANT_AGENT_DATABASE_SQLITE_RESUMABLE_H_
#define BRANT_AGENT_DATABASE_SQLITE_RESUMABLE_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "agent/database/statement.h"

namespace brant {

// CheckResumable for SQLite: temporary objects, last_insert_rowid() and its
// like, and transactions that were open.
absl::Status CheckSqliteResumable(absl::Span<const Statement> statements, int done);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_SQLITE_RESUMABLE_H_
