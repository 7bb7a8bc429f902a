#include "agent/schema/sqlite/types.h"

#include <initializer_list>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace brant {
namespace {

struct Name {
  TypeKind kind;
  // Of several names for a kind, the one that is written.
  bool written = false;
};

const absl::flat_hash_map<absl::string_view, Name>& Names() {
  static const auto* const names = new absl::flat_hash_map<absl::string_view, Name>{
      {"BOOLEAN", {TypeKind::kBoolean, true}},
      {"BOOL", {TypeKind::kBoolean}},
      {"SMALLINT", {TypeKind::kSmallInt, true}},
      {"INT2", {TypeKind::kSmallInt}},
      {"TINYINT", {TypeKind::kSmallInt}},
      {"INTEGER", {TypeKind::kInteger, true}},
      {"INT", {TypeKind::kInteger}},
      {"INT4", {TypeKind::kInteger}},
      {"MEDIUMINT", {TypeKind::kInteger}},
      {"BIGINT", {TypeKind::kBigInt, true}},
      {"INT8", {TypeKind::kBigInt}},
      {"NUMERIC", {TypeKind::kNumeric, true}},
      {"DECIMAL", {TypeKind::kNumeric}},
      {"REAL", {TypeKind::kReal, true}},
      {"FLOAT", {TypeKind::kReal}},
      {"DOUBLE PRECISION", {TypeKind::kDouble, true}},
      {"DOUBLE", {TypeKind::kDouble}},
      {"CHAR", {TypeKind::kChar, true}},
      {"CHARACTER", {TypeKind::kChar}},
      {"NCHAR", {TypeKind::kChar}},
      {"VARCHAR", {TypeKind::kVarchar, true}},
      {"CHARACTER VARYING", {TypeKind::kVarchar}},
      {"NVARCHAR", {TypeKind::kVarchar}},
      {"TEXT", {TypeKind::kText, true}},
      {"CLOB", {TypeKind::kText}},
      {"BINARY", {TypeKind::kBinary, true}},
      {"VARBINARY", {TypeKind::kVarbinary, true}},
      {"BLOB", {TypeKind::kBlob, true}},
      {"BYTEA", {TypeKind::kBlob}},
      {"DATE", {TypeKind::kDate, true}},
      {"TIME", {TypeKind::kTime, true}},
      {"TIMESTAMP", {TypeKind::kTimestamp, true}},
      {"DATETIME", {TypeKind::kTimestamp}},
      {"TIMESTAMPTZ", {TypeKind::kTimestampTz, true}},
      {"TIMESTAMP WITH TIME ZONE", {TypeKind::kTimestampTz}},
      {"INTERVAL", {TypeKind::kInterval, true}},
      {"UUID", {TypeKind::kUuid, true}},
      {"JSON", {TypeKind::kJson, true}},
      {"JSONB", {TypeKind::kJson}},
  };
  return *names;
}

absl::string_view WrittenName(TypeKind kind) {
  for (const auto& [text, name] : Names()) {
    if (name.kind == kind && name.written) return text;
  }
  return "TEXT";
}

bool HasLength(TypeKind kind) {
  return kind == TypeKind::kChar || kind == TypeKind::kVarchar || kind == TypeKind::kBinary ||
         kind == TypeKind::kVarbinary;
}

}  // namespace

DataType ReadSqliteType(absl::string_view declared) {
  DataType type;
  type.native = absl::AsciiStrToUpper(declared);
  const absl::string_view native = type.native;
  const size_t open = native.find('(');
  const auto found = Names().find(absl::StripAsciiWhitespace(native.substr(0, open)));
  if (found == Names().end()) return type;
  type.kind = found->second.kind;
  if (open == absl::string_view::npos) return type;
  std::vector<int> numbers;
  for (absl::string_view number :
       absl::StrSplit(native.substr(open + 1, native.rfind(')') - open - 1), ',')) {
    int value = 0;
    if (absl::SimpleAtoi(number, &value)) numbers.push_back(value);
  }
  if (numbers.empty()) return type;
  if (HasLength(type.kind)) {
    type.length = numbers[0];
  } else {
    type.precision = numbers[0];
    if (numbers.size() > 1) type.scale = numbers[1];
  }
  return type;
}

std::string WriteSqliteType(const DataType& type) {
  // An array has no column type; its JSON has.
  if (type.dimensions > 0) return "JSON";
  // An enum is text that a check constraint limits.
  if (type.kind == TypeKind::kEnum) return "TEXT";
  if (type.kind == TypeKind::kOther) return absl::AsciiStrToUpper(type.native);
  std::string text(WrittenName(type.kind));
  if (HasLength(type.kind) && type.length.has_value()) {
    absl::StrAppend(&text, "(", *type.length, ")");
  } else if (type.precision.has_value()) {
    absl::StrAppend(&text, "(", *type.precision);
    if (type.scale.has_value()) absl::StrAppend(&text, ",", *type.scale);
    absl::StrAppend(&text, ")");
  }
  return text;
}

SqliteAffinity AffinityOfSqlite(const DataType& type, bool strict) {
  const std::string native = absl::AsciiStrToUpper(type.native);
  const auto has_any = [&native](std::initializer_list<absl::string_view> words) {
    return absl::c_any_of(
        words, [&native](absl::string_view word) { return absl::StrContains(native, word); });
  };
  if (has_any({"INT"})) return SqliteAffinity::kInteger;
  if (has_any({"CHAR", "CLOB", "TEXT"})) return SqliteAffinity::kText;
  if (native.empty() || has_any({"BLOB"}) || (strict && native == "ANY")) {
    return SqliteAffinity::kNone;
  }
  return has_any({"REAL", "FLOA", "DOUB"}) ? SqliteAffinity::kReal : SqliteAffinity::kNumeric;
}

}  // namespace brant
