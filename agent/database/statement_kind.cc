#include "agent/database/statement_kind.h"

#include "agent/database/mysql/statement_kind.h"
#include "agent/database/postgresql/statement_kind.h"
#include "agent/database/sqlite/statement_kind.h"

namespace brant {

StatementKind ClassifyStatement(Dialect dialect, absl::string_view statement) {
  switch (dialect) {
    case Dialect::kPostgresql:
      return ClassifyPostgresqlStatement(statement);
    case Dialect::kSqlite:
      return ClassifySqliteStatement(statement);
    case Dialect::kMysql:
      return ClassifyMysqlStatement(statement);
  }
  return StatementKind::kAutonomous;
}

}  // namespace brant
