#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_STATEMENT_KIND_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_STATEMENT_KIND_H_

#include "absl/strings/string_view.h"
#include "agent/database/statement.h"

namespace brant {

StatementKind ClassifyPostgresqlStatement(absl::string_view statement);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_STATEMENT_KIND_H_
