#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/base/dialect_proto.h"
#include "agent/schema/describe.h"

namespace brant {
namespace {

// `schema.name` or `name`.
ObjectName ReadName(const std::string& text) {
  const size_t dot = text.find('.');
  if (dot == std::string::npos) return {"", text};
  return {text.substr(0, dot), text.substr(dot + 1)};
}

v1::SchemaColumn ToProto(const Column& column) {
  v1::SchemaColumn proto;
  proto.set_name(column.name);
  proto.set_type(column.type.native);
  proto.set_nullable(column.nullable);
  if (column.default_value.has_value()) proto.set_default_value(*column.default_value);
  proto.set_identity(std::string(IdentityName(column.identity)));
  proto.set_generated(column.generated);
  proto.set_generated_stored(column.generated_stored);
  proto.set_collation(column.collation);
  proto.set_comment(column.comment);
  return proto;
}

using Constraint = v1::SchemaConstraint;

Constraint MakeConstraint(Constraint::Kind kind, const std::string& name,
                          const std::vector<std::string>& columns, std::string expression = "") {
  Constraint proto;
  proto.set_kind(kind);
  proto.set_name(name);
  proto.mutable_columns()->Assign(columns.begin(), columns.end());
  proto.set_expression(std::move(expression));
  return proto;
}

void AddConstraints(const Table& table, v1::SchemaTable& proto) {
  if (table.primary_key.has_value()) {
    *proto.add_constraints() = MakeConstraint(Constraint::KIND_PRIMARY_KEY, table.primary_key->name,
                                              table.primary_key->columns);
  }
  for (const UniqueConstraint& unique : table.uniques) {
    *proto.add_constraints() = MakeConstraint(Constraint::KIND_UNIQUE, unique.name, unique.columns);
  }
  for (const CheckConstraint& check : table.checks) {
    *proto.add_constraints() =
        MakeConstraint(Constraint::KIND_CHECK, check.name, {}, check.expression);
  }
  for (const ForeignKey& key : table.foreign_keys) {
    Constraint constraint = MakeConstraint(Constraint::KIND_FOREIGN_KEY, key.name, key.columns);
    constraint.set_referenced_table(Describe(key.referenced_table));
    constraint.mutable_referenced_columns()->Assign(key.referenced_columns.begin(),
                                                    key.referenced_columns.end());
    constraint.set_on_update(key.on_update);
    constraint.set_on_delete(key.on_delete);
    *proto.add_constraints() = std::move(constraint);
  }
  for (const ExclusionConstraint& exclusion : table.exclusions) {
    *proto.add_constraints() =
        MakeConstraint(Constraint::KIND_EXCLUSION, exclusion.name, {}, exclusion.definition);
  }
}

std::string KeyText(const IndexPart& part) {
  std::string text = part.column.empty() ? absl::StrCat("(", part.expression, ")") : part.column;
  if (part.prefix_length > 0) absl::StrAppend(&text, "(", part.prefix_length, ")");
  if (!part.collation.empty()) absl::StrAppend(&text, " COLLATE ", part.collation);
  if (!part.operator_class.empty()) absl::StrAppend(&text, " ", part.operator_class);
  if (part.descending) absl::StrAppend(&text, " DESC");
  if (part.nulls_first.has_value()) {
    absl::StrAppend(&text, *part.nulls_first ? " NULLS FIRST" : " NULLS LAST");
  }
  return text;
}

v1::SchemaIndex ToProto(const Index& index) {
  v1::SchemaIndex proto;
  proto.set_name(index.name);
  proto.set_unique(index.unique);
  for (const IndexPart& part : index.parts) proto.add_keys(KeyText(part));
  proto.mutable_included()->Assign(index.included.begin(), index.included.end());
  proto.set_method(index.method);
  proto.set_predicate(index.predicate);
  return proto;
}

v1::SchemaTable ToProto(const Table& table) {
  v1::SchemaTable proto;
  proto.set_name(Describe(table.name));
  for (const Column& column : table.columns) *proto.add_columns() = ToProto(column);
  AddConstraints(table, proto);
  for (const Index& index : table.indexes) *proto.add_indexes() = ToProto(index);
  for (const Trigger& trigger : table.triggers) {
    v1::SchemaTrigger& message = *proto.add_triggers();
    message.set_name(trigger.name);
    message.set_definition(trigger.definition);
  }
  for (const auto& [key, value] : table.options) (*proto.mutable_options())[key] = value;
  proto.set_comment(table.comment);
  return proto;
}

}  // namespace

v1::Schema ToProto(const Catalog& catalog) {
  v1::Schema proto;
  proto.set_dialect(ToProto(catalog.dialect));
  for (const Table& table : catalog.tables) *proto.add_tables() = ToProto(table);
  for (const EnumType& type : catalog.enums) {
    v1::SchemaEnum& message = *proto.add_enums();
    message.set_name(Describe(type.name));
    message.mutable_labels()->Assign(type.labels.begin(), type.labels.end());
  }
  for (const Sequence& sequence : catalog.sequences) {
    proto.add_sequences()->set_name(Describe(sequence.name));
  }
  for (const View& view : catalog.views) {
    v1::SchemaView& message = *proto.add_views();
    message.set_name(Describe(view.name));
    message.set_materialized(view.materialized);
    message.set_definition(view.definition);
  }
  return proto;
}

v1::SchemaRename ToProto(const Rename& rename) {
  v1::SchemaRename proto;
  proto.set_table(Describe(rename.table));
  proto.set_column(rename.column);
  proto.set_new_name(rename.to);
  return proto;
}

Rename ReadRename(const Catalog& catalog, const v1::SchemaRename& rename) {
  Rename result;
  result.table = ReadName(rename.table());
  result.column = rename.column();
  result.to = rename.new_name().substr(rename.new_name().rfind('.') + 1);
  if (!result.column.empty() || FindTable(catalog, result.table) != nullptr) return result;
  const size_t dot = rename.table().rfind('.');
  if (dot == std::string::npos) return result;
  const ObjectName table = ReadName(rename.table().substr(0, dot));
  if (FindTable(catalog, table) == nullptr) return result;
  result.table = table;
  result.column = rename.table().substr(dot + 1);
  return result;
}

}  // namespace brant
