#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_FINGERPRINT_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_FINGERPRINT_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/database/database.h"

namespace brant {

// Session::Fingerprint, for statements of StatementKind::kAutonomous whose names
// could be read. An index that is not valid counts as none where one is to be
// made, and a partition that is detached by half as one that is not: so it does
// not matter whether leftovers are removed before or after.
absl::StatusOr<std::optional<std::string>> PostgresFingerprint(Session& session,
                                                               absl::string_view statement);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_FINGERPRINT_H_
