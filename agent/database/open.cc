#include "agent/database/open.h"

#include "agent/base/error.h"
#include "agent/database/mysql/mysql_database.h"
#include "agent/database/postgresql/postgres_database.h"
#include "agent/database/sqlite/sqlite_database.h"

namespace brant {

absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const DatabaseUrl& url) {
  switch (url.dialect) {
    case Dialect::kPostgresql:
      return MakePostgresDatabase(url);
    case Dialect::kSqlite:
      return MakeSqliteDatabase(url);
    case Dialect::kMysql:
      return MakeMysqlDatabase(url);
  }
  return Error(v1::ERROR_REASON_INTERNAL, "unknown dialect");
}

}  // namespace brant
