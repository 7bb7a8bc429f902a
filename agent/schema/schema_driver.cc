#include "agent/schema/schema_driver.h"

#include "agent/base/error.h"
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

absl::StatusOr<std::string> WriteSchema(const Catalog& catalog) {
  Catalog nothing;
  nothing.dialect = catalog.dialect;
  BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff, Diff(nothing, catalog));
  return ToText(DriverFor(catalog.dialect).Render(diff));
}

}  // namespace brant
