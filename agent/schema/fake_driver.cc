#include "agent/schema/fake_driver.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace brant {
namespace {

struct Names {
  TypeKind kind;
  // By dialect: PostgreSQL, SQLite, MySQL.
  std::array<absl::string_view, 3> native;
};

constexpr std::array<Names, 19> kNames = {{
    {TypeKind::kBoolean, {"boolean", "BOOLEAN", "tinyint(1)"}},
    {TypeKind::kSmallInt, {"smallint", "SMALLINT", "smallint"}},
    {TypeKind::kInteger, {"integer", "INTEGER", "int"}},
    {TypeKind::kBigInt, {"bigint", "BIGINT", "bigint"}},
    {TypeKind::kNumeric, {"numeric", "NUMERIC", "decimal"}},
    {TypeKind::kReal, {"real", "REAL", "float"}},
    {TypeKind::kDouble, {"double precision", "DOUBLE", "double"}},
    {TypeKind::kChar, {"character", "CHAR", "char"}},
    {TypeKind::kVarchar, {"character varying", "VARCHAR", "varchar"}},
    {TypeKind::kText, {"text", "TEXT", "longtext"}},
    {TypeKind::kBlob, {"bytea", "BLOB", "longblob"}},
    {TypeKind::kDate, {"date", "DATE", "date"}},
    {TypeKind::kTime, {"time without time zone", "TIME", "time"}},
    {TypeKind::kTimestamp, {"timestamp without time zone", "DATETIME", "datetime"}},
    {TypeKind::kTimestampTz, {"timestamp with time zone", "TIMESTAMP", "timestamp"}},
    {TypeKind::kInterval, {"interval", "TEXT", "varchar"}},
    {TypeKind::kUuid, {"uuid", "UUID", "char(36)"}},
    {TypeKind::kJson, {"jsonb", "JSON", "json"}},
    {TypeKind::kEnum, {"text", "TEXT", "enum"}},
}};

bool IsText(TypeKind kind) { return kind == TypeKind::kChar || kind == TypeKind::kVarchar; }

// `name(1,2) rest` as `name rest` and the numbers.
std::string TakeParameters(std::string text, std::vector<std::string>& parameters) {
  const size_t open = text.find('(');
  const size_t close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return text;
  parameters = absl::StrSplit(text.substr(open + 1, close - open - 1), ',');
  return text.substr(0, open) + text.substr(close + 1);
}

}  // namespace

DataType FakeSchemaDriver::ReadType(absl::string_view native) const {
  DataType type;
  type.native = std::string(native);
  std::string text = type.native;
  if (absl::ConsumeSuffix(&native, "[]")) {
    type.dimensions = 1;
    text = std::string(native);
  }
  std::vector<std::string> parameters;
  for (const Names& names : kNames) {
    if (text != names.native[static_cast<size_t>(dialect_)]) continue;
    type.kind = names.kind;
    return type;
  }
  std::string name = TakeParameters(text, parameters);
  if (absl::EndsWith(name, " unsigned")) {
    type.is_unsigned = true;
    name.resize(name.size() - absl::string_view(" unsigned").size());
  }
  for (const Names& names : kNames) {
    if (name == names.native[static_cast<size_t>(dialect_)]) type.kind = names.kind;
  }
  if (type.kind == TypeKind::kEnum) {
    for (const std::string& label : parameters) {
      type.labels.push_back(absl::StrReplaceAll(absl::StripAsciiWhitespace(label), {{"'", ""}}));
    }
    return type;
  }
  auto number = [&parameters](size_t i) -> std::optional<int> {
    int value = 0;
    if (i >= parameters.size() || !absl::SimpleAtoi(parameters[i], &value)) return std::nullopt;
    return value;
  };
  if (IsText(type.kind)) {
    type.length = number(0);
  } else {
    type.precision = number(0);
    type.scale = number(1);
  }
  return type;
}

std::string FakeSchemaDriver::WriteType(const DataType& type) const {
  if (type.dimensions > 0 && dialect_ != Dialect::kPostgresql) {
    return dialect_ == Dialect::kMysql ? "json" : "JSON";
  }
  for (const Names& names : kNames) {
    if (names.kind != type.kind) continue;
    std::string native(names.native[static_cast<size_t>(dialect_)]);
    if (type.kind == TypeKind::kEnum && dialect_ == Dialect::kMysql) {
      return absl::StrCat("enum('", absl::StrJoin(type.labels, "','"), "')");
    }
    if (IsText(type.kind) && type.length.has_value()) {
      return absl::StrCat(native, "(", *type.length, ")");
    }
    if (type.kind == TypeKind::kNumeric && type.precision.has_value()) {
      return absl::StrCat(native, "(", *type.precision, ",", type.scale.value_or(0), ")");
    }
    return native;
  }
  return type.native;
}

std::string FakeSchemaDriver::Quote(absl::string_view identifier) const {
  bool plain = identifier != "order" && identifier != "group" && identifier != "user";
  for (char c : identifier)
    plain = plain && (absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_');
  if (plain) return std::string(identifier);
  const absl::string_view mark = dialect_ == Dialect::kMysql ? "`" : "\"";
  return absl::StrCat(mark, identifier, mark);
}

}  // namespace brant
