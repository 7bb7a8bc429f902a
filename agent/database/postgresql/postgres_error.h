#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_POSTGRES_ERROR_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_POSTGRES_ERROR_H_

#include <libpq-fe.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace brant {

// An error that the server reported of a statement, by its SQLSTATE; empty: none
// was given. It takes the connection to be alive.
absl::Status PostgresError(absl::string_view sqlstate, absl::string_view message);

// The error of a result, with "position" as an offset into `sql`. The server's
// own hint comes before Brant's.
absl::Status ResultError(const PGresult* result, absl::string_view sql);

// That a connection is broken; `sqlstate` is what the server said last, if it did.
absl::Status BrokenConnection(absl::string_view message, absl::string_view sqlstate = "");

// Why there is no connection: libpq's message, of the verbosity that includes
// the SQLSTATE.
absl::Status ConnectError(absl::string_view message);

// What libpqxx threw; called in a catch block.
absl::Status CaughtError();

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_POSTGRES_ERROR_H_
