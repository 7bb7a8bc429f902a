#ifndef BRANT_AGENT_SERVICE_DIALECT_H_
#define BRANT_AGENT_SERVICE_DIALECT_H_

#include <optional>

#include "agent/base/dialect.h"
#include "brant/v1/revision.pb.h"

namespace brant {

// Nothing for one that is not known.
inline std::optional<Dialect> FromProto(v1::Dialect dialect) {
  switch (dialect) {
    case v1::DIALECT_POSTGRESQL:
      return Dialect::kPostgresql;
    case v1::DIALECT_SQLITE:
      return Dialect::kSqlite;
    case v1::DIALECT_MYSQL:
      return Dialect::kMysql;
    default:
      return std::nullopt;
  }
}

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_DIALECT_H_
