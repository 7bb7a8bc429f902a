#include "agent/database/open.h"

#include "agent/base/error.h"
#include "agent/database/mysql/mysql_database.h"
#include "agent/database/sqlite/sqlite_database.h"

namespace brant {

absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const DatabaseUrl& url) {
  switch (url.dialect) {
    case Dialect::kSqlite:
      return MakeSqliteDatabase(url);
    case Dialect::kMysql:
      return MakeMysqlDatabase(url);
    case Dialect::kPostgresql:
      break;
  }
  return Error(v1::ERROR_REASON_INVALID_REQUEST, "this database is not part of this build");
}

}  // namespace brant
