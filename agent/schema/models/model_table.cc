#include "agent/schema/models/model_table.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/schema/models/field_type.h"
#include "agent/schema/models/model_files.h"
#include "agent/schema/models/names.h"

namespace brant {
namespace {

namespace pb = google::protobuf;

// The comment above a definition, without the blank that follows each `//`.
template <typename Descriptor>
std::string CommentAbove(const Descriptor& descriptor) {
  pb::SourceLocation place;
  if (!descriptor.GetSourceLocation(&place)) return "";
  std::vector<absl::string_view> lines;
  for (absl::string_view line : absl::StrSplit(place.leading_comments, '\n')) {
    lines.push_back(absl::StripAsciiWhitespace(line));
  }
  return std::string(absl::StripAsciiWhitespace(absl::StrJoin(lines, "\n")));
}

bool IsInteger(const DataType& type) {
  return type.dimensions == 0 &&
         (type.kind == TypeKind::kSmallInt || type.kind == TypeKind::kInteger ||
          type.kind == TypeKind::kBigInt);
}

Identity IdentityOf(const ColumnOptions& options) {
  switch (options.identity()) {
    case IDENTITY_KIND_BY_DEFAULT:
      return Identity::kByDefault;
    case IDENTITY_KIND_ALWAYS:
      return Identity::kAlways;
    default:
      return Identity::kNone;
  }
}

void CheckColumn(const pb::FieldDescriptor& field, const ColumnOptions& options,
                 const Column& column, Problems& problems) {
  const std::string name = absl::StrCat("field '", field.full_name(), "'");
  const int sources = (options.default_().empty() ? 0 : 1) + (options.generated().empty() ? 0 : 1) +
                      (column.identity == Identity::kNone ? 0 : 1);
  if (sources > 1) {
    problems.Add(field,
                 absl::StrCat(name,
                              " has more than one of 'default', 'identity' and "
                              "'generated'"),
                 "a column's values come from one of them");
  }
  const bool stands_for_key = column.type.native.empty();
  if (column.identity != Identity::kNone && !stands_for_key && !IsInteger(column.type)) {
    problems.Add(field,
                 absl::StrCat(name, " has 'identity', and its column is ", column.type.native),
                 "the database numbers int32 and int64 columns");
  }
  if (options.nullable() && (options.primary_key() || column.identity != Identity::kNone)) {
    problems.Add(field,
                 absl::StrCat(name, " is nullable, which a primary key or identity can't be"));
  }
  if (options.native() && options.as_integer()) {
    problems.Add(field, absl::StrCat(name, " has both 'native' and 'as_integer'"));
  }
  if ((options.native() || options.as_integer()) &&
      field.cpp_type() != pb::FieldDescriptor::CPPTYPE_ENUM) {
    problems.Add(field, absl::StrCat(name, " has 'native' or 'as_integer', and is no enum"));
  }
  if ((options.on_delete() != REFERENTIAL_ACTION_UNSPECIFIED ||
       options.on_update() != REFERENTIAL_ACTION_UNSPECIFIED) &&
      options.references().empty()) {
    problems.Add(field, absl::StrCat(name, " has 'on_delete' or 'on_update' without 'references'"),
                 "say what it refers to: references: \"table.column\"");
  }
}

std::optional<Column> ReadColumn(const pb::FieldDescriptor& field, const ColumnOptions& options,
                                 bool comments, const SchemaDriver& postgresql,
                                 Problems& problems) {
  Column column;
  column.name = options.name();
  if (!options.references().empty() && options.type().empty() && IsPlainMessage(field)) {
    // Type and default name are those of the column that it refers to.
  } else {
    if (column.name.empty()) column.name = field.name();
    std::optional<DataType> type = TypeOfField(field, options, postgresql, problems);
    if (!type.has_value()) return std::nullopt;
    column.type = *std::move(type);
  }
  column.identity = IdentityOf(options);
  column.nullable = options.has_nullable()
                        ? options.nullable()
                        : field.has_presence() && !field.is_required() && !options.primary_key() &&
                              column.identity == Identity::kNone;
  column.collation = options.collation();
  if (!options.default_().empty()) column.default_value = options.default_();
  column.generated = options.generated();
  column.generated_stored =
      !options.generated().empty() && (!options.has_stored() || options.stored());
  column.comment = options.comment();
  if (column.comment.empty() && comments) column.comment = CommentAbove(field);
  CheckColumn(field, options, column, problems);
  return column;
}

// Options of a table on a message that is none are a table option forgotten.
void CheckNoTable(const pb::Descriptor& message, const pb::MessageOptions& options,
                  Problems& problems) {
  if (options.ExtensionSize(index) + options.ExtensionSize(unique) + options.ExtensionSize(check) +
          options.ExtensionSize(foreign_key) ==
      0) {
    return;
  }
  problems.Add(message,
               absl::StrCat("message '", message.full_name(),
                            "' has an index or a constraint, and is no table"),
               "make it one with option (brant.table) = {};");
}

}  // namespace

std::optional<ModelTable> ReadTable(const pb::Descriptor& message, const SchemaDriver& postgresql,
                                    Problems& problems) {
  ModelTable result;
  result.message = &message;
  result.options = WithExtensions(message.options());
  if (!result.options.HasExtension(table)) {
    CheckNoTable(message, result.options, problems);
    return std::nullopt;
  }
  result.table_options = result.options.GetExtension(table);
  const TableOptions& options = result.table_options;
  result.table.name = {options.schema(),
                       options.name().empty() ? SnakeCase(message.name()) : options.name()};
  result.table.comment = options.comment();
  if (options.comments() && options.comment().empty()) result.table.comment = CommentAbove(message);
  bool complete = true;
  for (int i = 0; i < message.field_count(); ++i) {
    const pb::FieldDescriptor& field = *message.field(i);
    ModelColumn source{&field, WithExtensions(field.options()).GetExtension(column)};
    if (source.options.ignore()) continue;
    std::optional<Column> read =
        ReadColumn(field, source.options, options.comments(), postgresql, problems);
    complete = complete && read.has_value();
    if (!read.has_value()) continue;
    result.columns.push_back(std::move(source));
    result.table.columns.push_back(*std::move(read));
  }
  if (result.columns.empty() && complete) {
    problems.Add(message,
                 absl::StrCat("message '", message.full_name(), "' is a table without columns"),
                 "give it a field");
  }
  return result;
}

}  // namespace brant
