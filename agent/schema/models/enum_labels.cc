#include "agent/schema/models/enum_labels.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "agent/schema/models/model_files.h"
#include "agent/schema/models/names.h"

namespace brant {
namespace {

namespace pb = google::protobuf;

struct Label {
  int number = 0;
  std::string text;
};

// What is stored of the enum, in its order. Of several names for one number the
// first counts. A zero that is UNSPECIFIED stands for no value, and is none.
std::vector<Label> LabelsOf(const pb::EnumDescriptor& type) {
  const std::string prefix = absl::StrCat(absl::AsciiStrToUpper(SnakeCase(type.name())), "_");
  std::vector<Label> labels;
  std::set<int> seen;
  for (int i = 0; i < type.value_count(); ++i) {
    const pb::EnumValueDescriptor& value = *type.value(i);
    if (!seen.insert(value.number()).second) continue;
    const EnumLabelOptions options = WithExtensions(value.options()).GetExtension(enum_label);
    if (options.ignore()) continue;
    std::string text = options.label();
    if (text.empty()) {
      text = value.name();
      if (absl::StartsWith(text, prefix) && text.size() > prefix.size()) {
        text.erase(0, prefix.size());
      }
      if (value.number() == 0 && text == "UNSPECIFIED") continue;
    }
    labels.push_back({value.number(), text});
  }
  return labels;
}

}  // namespace

std::string QuoteText(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
}

EnumStorage StorageOf(const pb::FieldDescriptor& field, const ColumnOptions& options) {
  if (options.native()) return EnumStorage::kNative;
  if (options.as_integer()) return EnumStorage::kInteger;
  const EnumTypeOptions of_type =
      WithExtensions(field.enum_type()->options()).GetExtension(enum_type);
  if (of_type.native()) return EnumStorage::kNative;
  return of_type.as_integer() ? EnumStorage::kInteger : EnumStorage::kText;
}

DataType EnumColumnType(const pb::FieldDescriptor& field, const ColumnOptions& options,
                        const SchemaDriver& postgresql) {
  const absl::string_view dimensions = options.array() ? "[]" : "";
  switch (StorageOf(field, options)) {
    case EnumStorage::kInteger:
      return postgresql.ReadType(absl::StrCat("integer", dimensions));
    case EnumStorage::kText:
      break;
    case EnumStorage::kNative: {
      const EnumType native = NativeEnum(*field.enum_type());
      DataType type;
      type.kind = TypeKind::kEnum;
      type.enum_name = Describe(native.name);
      type.labels = native.labels;
      type.dimensions = options.array() ? 1 : 0;
      type.native = absl::StrCat(
          native.name.schema.empty() ? "" : absl::StrCat(postgresql.Quote(native.name.schema), "."),
          postgresql.Quote(native.name.name), dimensions);
      return type;
    }
  }
  if (options.length() > 0 && !options.array()) {
    return postgresql.ReadType(absl::StrCat("character varying(", options.length(), ")"));
  }
  return postgresql.ReadType(absl::StrCat("text", dimensions));
}

EnumType NativeEnum(const pb::EnumDescriptor& type) {
  const EnumTypeOptions options = WithExtensions(type.options()).GetExtension(enum_type);
  EnumType result;
  result.name = {options.schema(),
                 options.name().empty() ? SnakeCase(type.name()) : options.name()};
  for (const Label& label : LabelsOf(type)) result.labels.push_back(label.text);
  return result;
}

std::string EnumCheck(const pb::EnumDescriptor& type, EnumStorage storage,
                      absl::string_view column) {
  return absl::StrCat(column, " IN (",
                      absl::StrJoin(LabelsOf(type), ", ",
                                    [storage](std::string* out, const Label& label) {
                                      absl::StrAppend(out, storage == EnumStorage::kInteger
                                                               ? absl::StrCat(label.number)
                                                               : QuoteText(label.text));
                                    }),
                      ")");
}

void CheckEnum(const pb::EnumDescriptor& type, Problems& problems) {
  std::set<std::string> seen;
  for (const Label& label : LabelsOf(type)) {
    if (seen.insert(label.text).second) continue;
    problems.Add(type,
                 absl::StrCat("enum '", type.full_name(), "' has two values with the label '",
                              label.text, "'"),
                 "give one of them another with [(brant.enum_label).label = \"…\"]");
  }
  if (seen.empty()) {
    problems.Add(type,
                 absl::StrCat("enum '", type.full_name(),
                              "' has no value that a column could "
                              "hold"),
                 "a zero value named …_UNSPECIFIED is none; give it a label with "
                 "[(brant.enum_label).label = \"…\"] if it is to be stored");
  }
}

}  // namespace brant
