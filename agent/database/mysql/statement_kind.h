#ifndef BRANT_AGENT_DATABASE_MYSQL_STATEMENT_KIND_H_
#define BRANT_AGENT_DATABASE_MYSQL_STATEMENT_KIND_H_

#include "absl/strings/string_view.h"
#include "agent/database/statement.h"

namespace brant {

StatementKind ClassifyMysqlStatement(absl::string_view statement);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_MYSQL_STATEMENT_KIND_H_
