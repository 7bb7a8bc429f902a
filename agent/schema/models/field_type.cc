#include "agent/schema/models/field_type.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "agent/schema/models/enum_labels.h"

namespace brant {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

constexpr absl::string_view kText = "text";
constexpr absl::string_view kJson = "jsonb";

// Messages that are values, by their full names.
const std::map<std::string, std::string, std::less<>>& KnownMessages() {
  static const auto* const kMessages = new std::map<std::string, std::string, std::less<>>{
      {"google.protobuf.Timestamp", "timestamp with time zone"},
      {"google.protobuf.Duration", "bigint"},
      {"google.protobuf.Struct", "jsonb"},
      {"google.protobuf.Value", "jsonb"},
      {"google.protobuf.ListValue", "jsonb"},
      {"google.protobuf.BoolValue", "boolean"},
      {"google.protobuf.Int32Value", "integer"},
      {"google.protobuf.Int64Value", "bigint"},
      {"google.protobuf.UInt32Value", "bigint"},
      {"google.protobuf.UInt64Value", "numeric(20,0)"},
      {"google.protobuf.FloatValue", "real"},
      {"google.protobuf.DoubleValue", "double precision"},
      {"google.protobuf.StringValue", "text"},
      {"google.protobuf.BytesValue", "bytea"},
      {"google.type.Date", "date"},
      {"google.type.TimeOfDay", "time without time zone"},
      {"google.type.Decimal", "numeric"},
  };
  return *kMessages;
}

// Why a message of google.protobuf is no column, and what to do.
std::string Advice(absl::string_view message) {
  if (message == "google.protobuf.FieldMask") {
    return "a field mask says what a request is about; mark the field with "
           "[(brant.column) = {ignore: true}]";
  }
  if (message == "google.protobuf.Any") {
    return "store it as bytes, or say with [(brant.column) = {type: \"jsonb\"}] that its JSON is "
           "stored";
  }
  return "mark the field with [(brant.column) = {ignore: true}], or give it a type with "
         "[(brant.column) = {type: \"…\"}]";
}

std::string ScalarType(const Field& field) {
  switch (field.cpp_type()) {
    case Field::CPPTYPE_INT32:
      return "integer";
    case Field::CPPTYPE_INT64:
    case Field::CPPTYPE_UINT32:
      return "bigint";
    case Field::CPPTYPE_UINT64:
      return "numeric(20,0)";
    case Field::CPPTYPE_BOOL:
      return "boolean";
    case Field::CPPTYPE_FLOAT:
      return "real";
    case Field::CPPTYPE_DOUBLE:
      return "double precision";
    case Field::CPPTYPE_STRING:
      return field.type() == Field::TYPE_BYTES ? "bytea" : std::string(kText);
    case Field::CPPTYPE_ENUM:
    case Field::CPPTYPE_MESSAGE:
      break;
  }
  return std::string(kText);
}

// The type of one value of the field; nothing if there is none.
std::optional<std::string> ValueType(const Field& field, Problems& problems) {
  if (field.cpp_type() != Field::CPPTYPE_MESSAGE) return ScalarType(field);
  const std::string& name = field.message_type()->full_name();
  const auto known = KnownMessages().find(name);
  if (known != KnownMessages().end()) return known->second;
  if (field.message_type()->file()->package() == "google.protobuf") {
    problems.Add(
        field,
        absl::StrCat("field '", field.full_name(), "' is a ", name, ", which no column holds"),
        Advice(name));
    return std::nullopt;
  }
  return std::string(kJson);
}

bool IsTime(absl::string_view type) {
  return type == "timestamp with time zone" || type == "time without time zone";
}

bool IsNumber(const Field& field, absl::string_view type) {
  return type == "integer" || type == "bigint" || type == "real" || type == "double precision" ||
         absl::string_view(type).substr(0, 7) == "numeric" || field.type() == Field::TYPE_STRING;
}

// `type` with length, precision and scale.
std::optional<std::string> WithSize(const Field& field, const ColumnOptions& options,
                                    std::string type, Problems& problems) {
  auto wrong = [&](absl::string_view what) {
    problems.Add(field, absl::StrCat("field '", field.full_name(), "' ", what),
                 "a string has a length from 1 (varchar), or a precision (numeric)");
    return std::nullopt;
  };
  auto refuse = [&](absl::string_view option, absl::string_view wanted) {
    problems.Add(field, absl::StrCat("'", option, "' of field '", field.full_name(), "' is for ",
                                     wanted, ", and its column is ", type));
    return std::nullopt;
  };
  if (options.length() != 0) {
    if (type != kText) return refuse("length", "strings");
    if (options.length() < 0) return wrong(absl::StrCat("has the length ", options.length()));
    if (options.has_precision()) return wrong("has both 'length' and 'precision'");
    return absl::StrCat("character varying(", options.length(), ")");
  }
  if (!options.has_precision()) {
    if (options.scale() != 0) return refuse("scale", "numbers with a precision");
    return type;
  }
  if (IsTime(type)) {
    // The precision stands behind the first word.
    const size_t blank = type.find(' ');
    return absl::StrCat(type.substr(0, blank), "(", options.precision(), ")", type.substr(blank));
  }
  if (!IsNumber(field, type)) return refuse("precision", "numbers and times");
  return absl::StrCat("numeric(", options.precision(), ",", options.scale(), ")");
}

}  // namespace

bool IsPlainMessage(const Field& field) {
  return field.cpp_type() == Field::CPPTYPE_MESSAGE && !field.is_repeated() &&
         field.message_type()->file()->package() != "google.protobuf" &&
         !KnownMessages().contains(field.message_type()->full_name());
}

std::optional<DataType> TypeOfField(const Field& field, const ColumnOptions& options,
                                    const SchemaDriver& postgresql, Problems& problems) {
  if (!options.type().empty()) {
    if (options.length() != 0 || options.has_precision() || options.scale() != 0) {
      problems.Add(field,
                   absl::StrCat("field '", field.full_name(),
                                "' has both 'type' and a length, precision or scale"),
                   "write them into the type: \"numeric(10,2)\"");
      return std::nullopt;
    }
    return postgresql.ReadType(options.type());
  }
  if (options.array() && (!field.is_repeated() || field.is_map())) {
    problems.Add(field,
                 absl::StrCat("field '", field.full_name(), "' has 'array', and is not repeated"));
    return std::nullopt;
  }
  if (field.is_repeated() && !options.array()) return postgresql.ReadType(kJson);
  if (field.cpp_type() == Field::CPPTYPE_ENUM) {
    return EnumColumnType(field, options, postgresql);
  }
  std::optional<std::string> type = ValueType(field, problems);
  if (type.has_value()) type = WithSize(field, options, *std::move(type), problems);
  if (!type.has_value()) return std::nullopt;
  return postgresql.ReadType(absl::StrCat(*type, options.array() ? "[]" : ""));
}

}  // namespace brant
