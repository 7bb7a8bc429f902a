#ifndef BRANT_AGENT_SCHEMA_SQLITE_TYPES_H_
#define BRANT_AGENT_SCHEMA_SQLITE_TYPES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "agent/schema/data_type.h"

namespace brant {

// Declared types of SQLite. It takes any text; so types are declared by the names
// that other databases know them by, and mean here what they mean there.
DataType ReadSqliteType(absl::string_view declared);
std::string WriteSqliteType(const DataType& type);

// What a column of the type makes of the values that it gets:
// https://www.sqlite.org/datatype3.html#determination_of_column_affinity
enum class SqliteAffinity {
  // Values stay what they are.
  kNone,
  kText,
  kInteger,
  kReal,
  kNumeric,
};

// `strict`: in a STRICT table.
SqliteAffinity AffinityOfSqlite(const DataType& type, bool strict);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SQLITE_TYPES_H_
