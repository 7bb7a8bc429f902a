// Which indexes of a table are what a CREATE INDEX without a name makes.

#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_INDEX_DEFINITION_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_INDEX_DEFINITION_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/database/database.h"
#include "agent/database/postgresql/object_statement.h"

namespace brant {

// Runs `query`, which goes on from where it ends with AND, for the rows `i` of
// pg_index that have the statement's table and its definition, whatever their
// names. Nothing if the database can't say which definition that is: it has no
// such table, or refuses to make the index.
//
// Makes and rolls back a transaction: none may be open.
absl::StatusOr<std::optional<Rows>> FindIndexesLike(Session& session,
                                                    const ObjectStatement& statement,
                                                    absl::string_view query);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_INDEX_DEFINITION_H_
