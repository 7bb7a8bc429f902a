#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_TYPES_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_TYPES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "agent/schema/data_type.h"

namespace brant {

// A type as format_type() writes it.
DataType ReadPostgresqlType(absl::string_view native);
std::string WritePostgresqlType(const DataType& type);

// The expression that makes of `column` (SQL) of one type a value of the other;
// empty: the server does it by itself.
std::string ConversionPostgresql(absl::string_view column, const DataType& from,
                                 const DataType& to);

// Not every value of `from` is one of `to`.
bool NarrowsPostgresql(const DataType& from, const DataType& to);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_TYPES_H_
