#include "agent/schema/postgresql/types.h"

#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/schema/catalog.h"
#include "agent/schema/postgresql/identifier.h"

namespace brant {
namespace {

// Also the other names that SQL and people have for them.
TypeKind KindOf(absl::string_view name) {
  static const auto* kinds = new std::map<absl::string_view, TypeKind>{
      {"boolean", TypeKind::kBoolean},
      {"bool", TypeKind::kBoolean},
      {"smallint", TypeKind::kSmallInt},
      {"int2", TypeKind::kSmallInt},
      {"integer", TypeKind::kInteger},
      {"int", TypeKind::kInteger},
      {"int4", TypeKind::kInteger},
      {"bigint", TypeKind::kBigInt},
      {"int8", TypeKind::kBigInt},
      {"numeric", TypeKind::kNumeric},
      {"decimal", TypeKind::kNumeric},
      {"real", TypeKind::kReal},
      {"float4", TypeKind::kReal},
      {"double precision", TypeKind::kDouble},
      {"float8", TypeKind::kDouble},
      {"character", TypeKind::kChar},
      {"char", TypeKind::kChar},
      {"character varying", TypeKind::kVarchar},
      {"varchar", TypeKind::kVarchar},
      {"text", TypeKind::kText},
      {"bytea", TypeKind::kBlob},
      {"date", TypeKind::kDate},
      {"time without time zone", TypeKind::kTime},
      {"time", TypeKind::kTime},
      {"timestamp without time zone", TypeKind::kTimestamp},
      {"timestamp", TypeKind::kTimestamp},
      {"timestamp with time zone", TypeKind::kTimestampTz},
      {"timestamptz", TypeKind::kTimestampTz},
      {"interval", TypeKind::kInterval},
      {"uuid", TypeKind::kUuid},
      {"json", TypeKind::kJson},
      {"jsonb", TypeKind::kJson},
  };
  const auto found = kinds->find(name);
  return found == kinds->end() ? TypeKind::kOther : found->second;
}

void ReadParameters(absl::string_view text, DataType& type) {
  std::vector<int> numbers;
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    int number = 0;
    if (!absl::SimpleAtoi(part, &number)) return;
    numbers.push_back(number);
  }
  switch (type.kind) {
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      type.length = numbers[0];
      break;
    case TypeKind::kNumeric:
      type.precision = numbers[0];
      type.scale = numbers.size() > 1 ? numbers[1] : 0;
      break;
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
    case TypeKind::kInterval:
      type.precision = numbers[0];
      break;
    default:
      break;
  }
}

std::string WithNumber(absl::string_view name, const std::optional<int>& number) {
  return number.has_value() ? absl::StrCat(name, "(", *number, ")") : std::string(name);
}

std::string WriteNumeric(const DataType& type) {
  if (!type.precision.has_value()) return "numeric";
  return absl::StrCat("numeric(", *type.precision, ",", type.scale.value_or(0), ")");
}

// `timestamp(3) with time zone`.
std::string WriteTime(absl::string_view name, const DataType& type, absl::string_view zone) {
  return absl::StrCat(WithNumber(name, type.precision), zone);
}

// Without the brackets of an array.
std::string WriteElement(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return "boolean";
    case TypeKind::kSmallInt:
      return type.is_unsigned ? "integer" : "smallint";
    case TypeKind::kInteger:
      return type.is_unsigned ? "bigint" : "integer";
    case TypeKind::kBigInt:
      return type.is_unsigned ? "numeric(20,0)" : "bigint";
    case TypeKind::kNumeric:
      return WriteNumeric(type);
    case TypeKind::kReal:
      return "real";
    case TypeKind::kDouble:
      return "double precision";
    case TypeKind::kChar:
      return absl::StrCat("character(", type.length.value_or(1), ")");
    case TypeKind::kVarchar:
      return WithNumber("character varying", type.length);
    case TypeKind::kText:
      return "text";
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
    case TypeKind::kBlob:
      return "bytea";
    case TypeKind::kDate:
      return "date";
    case TypeKind::kTime:
      return WriteTime("time", type, " without time zone");
    case TypeKind::kTimestamp:
      return WriteTime("timestamp", type, " without time zone");
    case TypeKind::kTimestampTz:
      return WriteTime("timestamp", type, " with time zone");
    case TypeKind::kInterval:
      return WithNumber("interval", type.precision);
    case TypeKind::kUuid:
      return "uuid";
    case TypeKind::kJson:
      return absl::StartsWith(type.native, "jsonb") ? "jsonb" : "json";
    case TypeKind::kEnum:
      return type.enum_name.empty() ? "text" : QuoteDottedPostgresql(type.enum_name);
    case TypeKind::kOther:
      break;
  }
  return type.native;
}

bool IsInteger(TypeKind kind) {
  return kind == TypeKind::kSmallInt || kind == TypeKind::kInteger || kind == TypeKind::kBigInt;
}

bool IsNumber(TypeKind kind) {
  return IsInteger(kind) || kind == TypeKind::kNumeric || kind == TypeKind::kReal ||
         kind == TypeKind::kDouble;
}

bool IsText(TypeKind kind) {
  return kind == TypeKind::kChar || kind == TypeKind::kVarchar || kind == TypeKind::kText;
}

bool IsDateOrTimestamp(TypeKind kind) {
  return kind == TypeKind::kDate || kind == TypeKind::kTimestamp || kind == TypeKind::kTimestampTz;
}

// Whether there is an assignment cast from one to the other.
bool Assignable(TypeKind from, TypeKind to) {
  return IsText(to) || (IsNumber(from) && IsNumber(to)) ||
         (IsDateOrTimestamp(from) && IsDateOrTimestamp(to)) ||
         (IsDateOrTimestamp(from) && from != TypeKind::kDate && to == TypeKind::kTime) ||
         (from == to && from != TypeKind::kOther && from != TypeKind::kEnum);
}

// Digits before the point that every value has room for.
int WholeDigits(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kSmallInt:
      return 5;
    case TypeKind::kInteger:
      return 10;
    case TypeKind::kBigInt:
      return 19;
    case TypeKind::kNumeric:
      return type.precision.has_value() ? *type.precision - type.scale.value_or(0) : 131072;
    default:
      return 131072;
  }
}

bool NarrowsNumber(const DataType& from, const DataType& to) {
  if (from.kind == to.kind && from.kind != TypeKind::kNumeric) return false;
  if (to.kind == TypeKind::kDouble) {
    return from.kind == TypeKind::kNumeric || from.kind == TypeKind::kBigInt;
  }
  if (to.kind == TypeKind::kReal) return from.kind != TypeKind::kSmallInt;
  if (from.kind == TypeKind::kReal || from.kind == TypeKind::kDouble) {
    return to.kind != TypeKind::kNumeric || to.precision.has_value();
  }
  if (WholeDigits(to) < WholeDigits(from)) return true;
  const bool from_is_any = from.kind == TypeKind::kNumeric && !from.precision.has_value();
  const bool to_is_any = to.kind == TypeKind::kNumeric && !to.precision.has_value();
  if (to_is_any) return false;
  return from_is_any || to.scale.value_or(0) < from.scale.value_or(0);
}

}  // namespace

DataType ReadPostgresqlType(absl::string_view native) {
  DataType type;
  type.native = std::string(native);
  absl::string_view element = native;
  while (absl::ConsumeSuffix(&element, "[]")) ++type.dimensions;
  std::string name(element);
  std::string parameters;
  const size_t open = name.find('(');
  const size_t close = name.find(')');
  if (open != std::string::npos && close != std::string::npos && open < close) {
    parameters = name.substr(open + 1, close - open - 1);
    name.erase(open, close - open + 1);
  }
  // `timestamp(3) with time zone` had its parameter in the middle.
  type.kind = KindOf(absl::AsciiStrToLower(absl::StripAsciiWhitespace(name)));
  if (!parameters.empty()) ReadParameters(parameters, type);
  return type;
}

std::string WritePostgresqlType(const DataType& type) {
  if (type.kind == TypeKind::kOther) return type.native;
  std::string text = WriteElement(type);
  for (int i = 0; i < type.dimensions; ++i) absl::StrAppend(&text, "[]");
  return text;
}

std::string ConversionPostgresql(absl::string_view column, const DataType& from,
                                 const DataType& to) {
  const bool same_shape = from.dimensions == to.dimensions;
  if (same_shape && Assignable(from.kind, to.kind)) return "";
  if (to.dimensions == 0 && IsText(to.kind)) return "";
  if (same_shape && to.dimensions == 0) {
    // Of numbers only integer has casts from and to boolean.
    if (from.kind == TypeKind::kBoolean && IsNumber(to.kind)) {
      return absl::StrCat(column, "::integer::", to.native);
    }
    if (IsInteger(from.kind) && to.kind == TypeKind::kBoolean) return absl::StrCat(column, " <> 0");
    if (from.kind == TypeKind::kTime && to.kind == TypeKind::kInterval) return "";
  }
  // Text is what every type can be made of and turned into.
  return absl::StrCat(column,
                      same_shape && to.dimensions > 0 ? "::text[]::" : "::text::", to.native);
}

bool NarrowsPostgresql(const DataType& from, const DataType& to) {
  if (from.native == to.native) return false;
  if (from.dimensions != to.dimensions) return true;
  if (IsText(to.kind)) {
    if (!to.length.has_value()) return false;
    if (!IsText(from.kind)) return true;
    return !from.length.has_value() || *to.length < *from.length;
  }
  if (IsNumber(from.kind) && IsNumber(to.kind)) return NarrowsNumber(from, to);
  // 0 or 1.
  if (from.kind == TypeKind::kBoolean && IsNumber(to.kind)) return WholeDigits(to) < 1;
  if (from.kind == to.kind && from.kind != TypeKind::kOther && from.kind != TypeKind::kEnum) {
    // Seconds have six digits if nothing is said.
    return to.precision.value_or(6) < from.precision.value_or(6);
  }
  const bool dates_grow = from.kind == TypeKind::kDate && IsDateOrTimestamp(to.kind);
  return !dates_grow;
}

}  // namespace brant
