#ifndef BRANT_CLIENT_COMMANDS_DIALECTS_H_
#define BRANT_CLIENT_COMMANDS_DIALECTS_H_

#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"
#include "brant/v1/revision.pb.h"

namespace brant {

inline v1::Dialect ToProto(Dialect dialect) {
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

// As migration files name it; empty for one that is not known.
inline absl::string_view NameOf(v1::Dialect dialect) {
  for (Dialect one : kAllDialects) {
    if (ToProto(one) == dialect) return DialectName(one);
  }
  return "";
}

}  // namespace brant

#endif  // BRANT_CLIENT_COMMANDS_DIALECTS_H_
