// Kinds of databases, as the API names them.

#ifndef BRANT_AGENT_BASE_DIALECT_PROTO_H_
#define BRANT_AGENT_BASE_DIALECT_PROTO_H_

#include <optional>

#include "agent/base/dialect.h"
#include "brant/v1/revision.pb.h"

namespace brant {

constexpr v1::Dialect ToProto(Dialect dialect) {
  switch (dialect) {
    case Dialect::kPostgresql:
      return v1::DIALECT_POSTGRESQL;
    case Dialect::kSqlite:
      return v1::DIALECT_SQLITE;
    case Dialect::kMysql:
      return v1::DIALECT_MYSQL;
  }
  return v1::DIALECT_UNSPECIFIED;
}

// Nothing for DIALECT_UNSPECIFIED and what is newer than this program.
constexpr std::optional<Dialect> FromProto(v1::Dialect dialect) {
  for (Dialect known : kAllDialects) {
    if (ToProto(known) == dialect) return known;
  }
  return std::nullopt;
}

}  // namespace brant

#endif  // BRANT_AGENT_BASE_DIALECT_PROTO_H_
