#include "agent/schema/quote.h"

#include "agent/schema/mysql/identifiers.h"
#include "agent/schema/postgresql/identifier.h"
#include "agent/schema/sqlite/tokens.h"

namespace brant {

std::string QuoteName(Dialect dialect, absl::string_view name) {
  switch (dialect) {
    case Dialect::kPostgresql:
      return QuotePostgresql(name);
    case Dialect::kSqlite:
      return QuoteSqlite(name);
    case Dialect::kMysql:
      return mysql::QuoteIdentifier(name);
  }
  return "";
}

}  // namespace brant
