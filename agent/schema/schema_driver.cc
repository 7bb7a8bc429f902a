#include "agent/schema/schema_driver.h"

#include "agent/schema/mysql/driver.h"
#include "agent/schema/postgresql/driver.h"
#include "agent/schema/sqlite/driver.h"

namespace brant {

const SchemaDriver& DriverFor(Dialect dialect) {
  static const PostgresqlSchemaDriver postgresql;
  static const SqliteSchemaDriver sqlite;
  static const MysqlSchemaDriver mysql;
  switch (dialect) {
    case Dialect::kSqlite:
      return sqlite;
    case Dialect::kMysql:
      return mysql;
    case Dialect::kPostgresql:
      break;
  }
  return postgresql;
}

}  // namespace brant
