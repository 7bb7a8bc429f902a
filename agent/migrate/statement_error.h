// Errors of a migration's statements, with place and advice.

#ifndef BRANT_AGENT_MIGRATE_STATEMENT_ERROR_H_
#define BRANT_AGENT_MIGRATE_STATEMENT_ERROR_H_

#include "absl/status/status.h"
#include "agent/migrate/plan.h"

namespace brant {

// Turns a session's error into STATEMENT_FAILED with revision, file, line,
// column, statement and the database's own code and message. Errors that are
// not the statement's fault (lost connection, cancelled, refused statement)
// keep their reason and get the place.
absl::Status StatementError(const absl::Status& error, const Step& step,
                            const Statement& statement);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_STATEMENT_ERROR_H_
