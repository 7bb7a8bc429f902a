// Column types, in the field's standard terms.

#ifndef BRANT_AGENT_SCHEMA_DATA_TYPE_H_
#define BRANT_AGENT_SCHEMA_DATA_TYPE_H_

#include <optional>
#include <string>
#include <vector>

namespace brant {

// What databases agree on. A type that is none of these is kOther, known by its
// native text alone.
enum class TypeKind {
  kOther,
  kBoolean,
  kSmallInt,
  kInteger,
  kBigInt,
  kNumeric,
  kReal,
  kDouble,
  kChar,
  kVarchar,
  kText,
  kBinary,
  kVarbinary,
  kBlob,
  kDate,
  kTime,
  kTimestamp,
  // An instant, whatever the time zone of the session.
  kTimestampTz,
  kInterval,
  kUuid,
  kJson,
  // One of `labels`.
  kEnum,
};

// A type as one dialect's server writes it, and what it means.
struct DataType {
  // As the server writes it, parameters included: `character varying(200)`,
  // `int(10) unsigned`. This is what is compared and written.
  std::string native;

  TypeKind kind = TypeKind::kOther;
  // Of character and binary types, in characters or bytes.
  std::optional<int> length;
  // Of kNumeric: all digits, and those behind the point. Of times: `precision`
  // is that of the seconds' fraction.
  std::optional<int> precision;
  std::optional<int> scale;
  bool is_unsigned = false;
  // PostgreSQL's arrays.
  int dimensions = 0;
  // kEnum: the labels in order, and on PostgreSQL the name of the type as the
  // catalog has it (`schema.name`, without a schema in the default one).
  std::vector<std::string> labels;
  std::string enum_name;

  friend bool operator==(const DataType&, const DataType&) = default;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_DATA_TYPE_H_
