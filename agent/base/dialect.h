#ifndef BRANT_AGENT_BASE_DIALECT_H_
#define BRANT_AGENT_BASE_DIALECT_H_

#include <array>
#include <optional>

#include "absl/strings/string_view.h"

namespace brant {

// A kind of database, as migration files name it. kMysql is MySQL and MariaDB.
enum class Dialect { kPostgresql, kSqlite, kMysql };

inline constexpr std::array<Dialect, 3> kAllDialects = {Dialect::kPostgresql, Dialect::kSqlite,
                                                        Dialect::kMysql};

// "postgresql", "sqlite" or "mysql".
constexpr absl::string_view DialectName(Dialect dialect) {
  switch (dialect) {
    case Dialect::kPostgresql:
      return "postgresql";
    case Dialect::kSqlite:
      return "sqlite";
    case Dialect::kMysql:
      return "mysql";
  }
  return "";
}

// The reverse of DialectName; nothing for any other text.
constexpr std::optional<Dialect> DialectFromName(absl::string_view name) {
  for (Dialect dialect : kAllDialects) {
    if (DialectName(dialect) == name) return dialect;
  }
  return std::nullopt;
}

}  // namespace brant

#endif  // BRANT_AGENT_BASE_DIALECT_H_
