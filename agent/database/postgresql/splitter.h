#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_SPLITTER_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_SPLITTER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/database/statement.h"

namespace brant {

// SplitStatements for PostgreSQL; leaves `kind` alone. Cuts where PostgreSQL's
// own parser (libpg_query) does. Where that parser, which is of one version,
// does not know the syntax, cuts where psql does.
absl::StatusOr<std::vector<Statement>> SplitPostgresql(absl::string_view script);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_SPLITTER_H_
