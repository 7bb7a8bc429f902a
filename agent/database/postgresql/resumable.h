#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_RESUMABLE_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_RESUMABLE_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "agent/database/statement.h"

namespace brant {

// CheckResumable for PostgreSQL: temporary objects and cursors WITH HOLD are
// lost with the session. What can't be seen in the texts (currval, an advisory
// lock of the section's own) is not looked for.
absl::Status CheckPostgresqlResumable(absl::Span<const Statement> statements, int done);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_RESUMABLE_H_
