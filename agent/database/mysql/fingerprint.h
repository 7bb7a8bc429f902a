// Whether a statement took effect before the server or its client died, as far
// as the catalogue tells.

#ifndef BRANT_AGENT_DATABASE_MYSQL_FINGERPRINT_H_
#define BRANT_AGENT_DATABASE_MYSQL_FINGERPRINT_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/database/mysql/connection.h"
#include "agent/database/mysql/ddl.h"

namespace brant::mysql {

// A digest of what `ddl` would change, as Session::Fingerprint. Its form must
// stay: an agent of one version compares it with that of another. Nothing: the
// catalogue can't tell, or the user may not see it, or the server's DDL is not
// atomic (before MariaDB 10.6 and MySQL 8.0).
//
// Whoever compares may be in a session that has not the settings of this one. So
// there is none either where they decide what is meant or shown: unqualified
// names while another database than `database` is in use, and definitions
// written with other quotes or in another character set.
//
// One round trip, and one for a name. They take no lock that lasts.
using RunStatement = std::function<std::optional<Failure>(const std::string& sql, Rows* rows)>;
absl::StatusOr<std::optional<std::string>> FingerprintOf(const Ddl& ddl,
                                                         const Connection& connection,
                                                         absl::string_view database,
                                                         const RunStatement& run);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_FINGERPRINT_H_
