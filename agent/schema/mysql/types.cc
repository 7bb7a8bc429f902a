#include "agent/schema/mysql/types.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/schema/mysql/identifiers.h"

namespace brant::mysql {
namespace {

constexpr int kUuidLength = 36;
// Digits of the largest, or the sign and digits of the smallest one.
constexpr int kLongestInteger = 20;
constexpr int kTinyLength = 255;
constexpr int kPlainLength = 65535;
constexpr int kMediumLength = 16777215;
constexpr int kLongestVarchar = 16383;

// A type as it is written: `decimal(10,2) unsigned`.
struct Parts {
  // In lower case.
  std::string name;
  std::string parameters;
  // What follows, in lower case.
  std::string attributes;
};

// The place of the parenthesis that closes the one at `open`, strings aside.
size_t Closing(absl::string_view text, size_t open) {
  bool quoted = false;
  for (size_t at = open; at < text.size(); ++at) {
    if (text[at] == '\\' && quoted) {
      ++at;
    } else if (text[at] == '\'') {
      quoted = !quoted;
    } else if (text[at] == ')' && !quoted) {
      return at;
    }
  }
  return text.size();
}

Parts Split(absl::string_view native) {
  size_t end = 0;
  while (end < native.size() &&
         (absl::ascii_isalnum(static_cast<unsigned char>(native[end])) || native[end] == '_')) {
    ++end;
  }
  Parts parts{absl::AsciiStrToLower(native.substr(0, end))};
  if (end < native.size() && native[end] == '(') {
    const size_t close = Closing(native, end);
    parts.parameters = std::string(native.substr(end + 1, close - end - 1));
    end = std::min(close + 1, native.size());
  }
  parts.attributes = absl::AsciiStrToLower(native.substr(end));
  return parts;
}

const absl::flat_hash_map<std::string, TypeKind>& Kinds() {
  static const auto* const kKinds =
      new absl::flat_hash_map<std::string, TypeKind>{{"tinyint", TypeKind::kSmallInt},
                                                     {"smallint", TypeKind::kSmallInt},
                                                     {"mediumint", TypeKind::kInteger},
                                                     {"int", TypeKind::kInteger},
                                                     {"integer", TypeKind::kInteger},
                                                     {"bigint", TypeKind::kBigInt},
                                                     {"decimal", TypeKind::kNumeric},
                                                     {"numeric", TypeKind::kNumeric},
                                                     {"float", TypeKind::kReal},
                                                     {"double", TypeKind::kDouble},
                                                     {"real", TypeKind::kDouble},
                                                     {"char", TypeKind::kChar},
                                                     {"varchar", TypeKind::kVarchar},
                                                     {"tinytext", TypeKind::kText},
                                                     {"text", TypeKind::kText},
                                                     {"mediumtext", TypeKind::kText},
                                                     {"longtext", TypeKind::kText},
                                                     {"binary", TypeKind::kBinary},
                                                     {"varbinary", TypeKind::kVarbinary},
                                                     {"tinyblob", TypeKind::kBlob},
                                                     {"blob", TypeKind::kBlob},
                                                     {"mediumblob", TypeKind::kBlob},
                                                     {"longblob", TypeKind::kBlob},
                                                     {"date", TypeKind::kDate},
                                                     {"time", TypeKind::kTime},
                                                     {"datetime", TypeKind::kTimestamp},
                                                     {"timestamp", TypeKind::kTimestampTz},
                                                     {"uuid", TypeKind::kUuid},
                                                     {"json", TypeKind::kJson},
                                                     {"enum", TypeKind::kEnum}};
  return *kKinds;
}

void ReadParameters(const Parts& parts, DataType& type) {
  std::vector<int> numbers;
  for (absl::string_view part : absl::StrSplit(parts.parameters, ',')) {
    if (int number = 0; absl::SimpleAtoi(part, &number)) numbers.push_back(number);
  }
  const auto number = [&numbers](size_t place, int otherwise) {
    return place < numbers.size() ? numbers[place] : otherwise;
  };
  switch (type.kind) {
    case TypeKind::kNumeric:
      type.precision = number(0, 10);
      type.scale = number(1, 0);
      break;
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      type.precision = number(0, 0);
      break;
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      type.length = number(0, 1);
      break;
    default:
      break;
  }
}

// Of texts and blobs; nothing for the longest, which count as unlimited.
std::optional<int> LengthOf(absl::string_view name) {
  if (absl::StartsWith(name, "tiny")) return kTinyLength;
  if (absl::StartsWith(name, "medium")) return kMediumLength;
  if (absl::StartsWith(name, "long")) return std::nullopt;
  return kPlainLength;
}

std::string Sized(absl::string_view name, std::optional<int> size, absl::string_view otherwise) {
  return size.has_value() ? absl::StrCat(name, "(", *size, ")") : std::string(otherwise);
}

// `text` or `blob` in the size that holds `length`.
std::string Large(absl::string_view name, std::optional<int> length) {
  if (!length.has_value() || *length > kMediumLength) return absl::StrCat("long", name);
  if (*length > kPlainLength) return absl::StrCat("medium", name);
  return *length > kTinyLength ? std::string(name) : absl::StrCat("tiny", name);
}

std::string Numeric(const DataType& type) {
  if (!type.precision.has_value()) return "decimal(65,30)";
  return absl::StrCat("decimal(", std::min(*type.precision, 65), ",",
                      std::min(type.scale.value_or(0), 30), ")");
}

std::string Fraction(absl::string_view name, const DataType& type) {
  const int precision = std::min(type.precision.value_or(6), 6);
  return precision == 0 ? std::string(name) : absl::StrCat(name, "(", precision, ")");
}

std::string Enum(const DataType& type) {
  return absl::StrCat("enum(",
                      absl::StrJoin(type.labels, ",",
                                    [](std::string* out, const std::string& label) {
                                      absl::StrAppend(out, QuoteString(label));
                                    }),
                      ")");
}

std::string WriteUnsignable(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kSmallInt:
      return "smallint";
    case TypeKind::kInteger:
      return "int";
    case TypeKind::kBigInt:
      return "bigint";
    case TypeKind::kNumeric:
      return Numeric(type);
    case TypeKind::kReal:
      return "float";
    case TypeKind::kDouble:
      return "double";
    default:
      return "";
  }
}

// How many bytes an integer has.
int Width(absl::string_view name) {
  if (name == "tinyint") return 1;
  if (name == "smallint") return 2;
  if (name == "mediumint") return 3;
  return name == "bigint" ? 8 : 4;
}

bool IsInteger(TypeKind kind) {
  return kind == TypeKind::kBoolean || kind == TypeKind::kSmallInt || kind == TypeKind::kInteger ||
         kind == TypeKind::kBigInt;
}

// How many decimal digits the values of an integer have at most.
int DigitsOf(const DataType& type) {
  const std::string name = Split(type.native).name;
  if (name == "tinyint") return 3;
  if (name == "smallint") return 5;
  if (name == "mediumint") return type.is_unsigned ? 8 : 7;
  if (name == "bigint") return type.is_unsigned ? 20 : 19;
  return 10;
}

bool IsCharacters(TypeKind kind) {
  return kind == TypeKind::kChar || kind == TypeKind::kVarchar || kind == TypeKind::kText ||
         kind == TypeKind::kUuid;
}

bool IsBytes(TypeKind kind) {
  return kind == TypeKind::kBinary || kind == TypeKind::kVarbinary || kind == TypeKind::kBlob;
}

int64_t LengthOrAll(const DataType& type) {
  if (type.kind == TypeKind::kUuid) return kUuidLength;
  return type.length.has_value() ? *type.length : INT64_MAX;
}

}  // namespace

DataType ReadDataType(absl::string_view native) {
  const Parts parts = Split(native);
  DataType type;
  type.native = std::string(native);
  const auto found = Kinds().find(parts.name);
  if (found != Kinds().end()) type.kind = found->second;
  type.is_unsigned = absl::StrContains(parts.attributes, "unsigned");
  if (parts.name == "tinyint" && parts.parameters == "1" && !type.is_unsigned) {
    type.kind = TypeKind::kBoolean;
  }
  ReadParameters(parts, type);
  if (type.kind == TypeKind::kText || type.kind == TypeKind::kBlob) {
    type.length = LengthOf(parts.name);
  }
  if (type.kind == TypeKind::kChar && type.length == kUuidLength) {
    type.kind = TypeKind::kUuid;
    type.length.reset();
  }
  if (type.kind == TypeKind::kEnum) type.labels = ReadStrings(parts.parameters);
  return type;
}

std::string WriteDataType(const DataType& type) {
  if (type.dimensions > 0) return "json";
  switch (type.kind) {
    case TypeKind::kOther:
      return type.native;
    case TypeKind::kBoolean:
      return "tinyint(1)";
    case TypeKind::kSmallInt:
    case TypeKind::kInteger:
    case TypeKind::kBigInt:
    case TypeKind::kNumeric:
    case TypeKind::kReal:
    case TypeKind::kDouble:
      return absl::StrCat(WriteUnsignable(type), type.is_unsigned ? " unsigned" : "");
    case TypeKind::kChar:
      return absl::StrCat("char(", type.length.value_or(1), ")");
    case TypeKind::kVarchar:
      if (type.length.value_or(0) > kLongestVarchar) return Large("text", type.length);
      return Sized("varchar", type.length, "longtext");
    case TypeKind::kText:
      return Large("text", type.length);
    case TypeKind::kBinary:
      return absl::StrCat("binary(", type.length.value_or(1), ")");
    case TypeKind::kVarbinary:
      return Sized("varbinary", type.length, "longblob");
    case TypeKind::kBlob:
      return Large("blob", type.length);
    case TypeKind::kDate:
      return "date";
    case TypeKind::kTime:
      return Fraction("time", type);
    case TypeKind::kTimestamp:
      return Fraction("datetime", type);
    case TypeKind::kTimestampTz:
      return Fraction("timestamp", type);
    case TypeKind::kInterval:
      return "varchar(64)";
    case TypeKind::kUuid:
      return absl::StrCat("char(", kUuidLength, ")");
    case TypeKind::kJson:
      return "json";
    case TypeKind::kEnum:
      return Enum(type);
  }
  return type.native;
}

bool HasCharacterSet(const DataType& type) {
  const std::string name = Split(type.native).name;
  return name == "char" || name == "varchar" || name == "enum" || name == "set" ||
         absl::EndsWith(name, "text");
}

bool HoldsCharacters(absl::string_view to, absl::string_view from) {
  const auto is_any_of = [](absl::string_view name,
                            std::initializer_list<absl::string_view> names) {
    return absl::c_linear_search(names, name);
  };
  if (to == from || from == "ascii" || is_any_of(to, {"utf8mb4", "utf16", "utf32"})) return true;
  const bool is_unicode = is_any_of(from, {"utf8mb4", "utf16", "utf32"});
  // A table names its character set where it is not the database's. If that were
  // Unicode, it would hold all; else it does not.
  if (to.empty()) return !is_unicode;
  const bool is_basic = is_any_of(to, {"utf8mb3", "utf8", "ucs2"});
  return is_basic && !is_unicode && !from.empty();
}

bool Holds(const DataType& to, const DataType& from) {
  if (to.native == from.native) return true;
  if (IsInteger(to.kind) && IsInteger(from.kind)) {
    const int width = Width(Split(to.native).name);
    const int needed = Width(Split(from.native).name);
    if (to.is_unsigned == from.is_unsigned) return width >= needed;
    return from.is_unsigned && width > needed;
  }
  if (IsCharacters(to.kind) && (IsCharacters(from.kind) || from.kind == TypeKind::kEnum)) {
    return from.kind == TypeKind::kEnum || LengthOrAll(to) >= LengthOrAll(from);
  }
  if (IsCharacters(to.kind) && IsInteger(from.kind)) return LengthOrAll(to) >= kLongestInteger;
  if (to.kind == TypeKind::kNumeric && IsInteger(from.kind)) {
    return (from.is_unsigned || !to.is_unsigned) && *to.precision - *to.scale >= DigitsOf(from);
  }
  if (IsBytes(to.kind) && IsBytes(from.kind)) return LengthOrAll(to) >= LengthOrAll(from);
  if (to.kind != from.kind) return to.kind == TypeKind::kDouble && from.kind == TypeKind::kReal;
  switch (to.kind) {
    case TypeKind::kNumeric:
      return to.scale >= from.scale && to.is_unsigned == from.is_unsigned &&
             *to.precision - *to.scale >= *from.precision - *from.scale;
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return to.precision >= from.precision;
    case TypeKind::kEnum:
      return absl::c_all_of(from.labels, [&to](const std::string& label) {
        return absl::c_linear_search(to.labels, label);
      });
    default:
      return to.kind != TypeKind::kOther;
  }
}

}  // namespace brant::mysql
