#include "agent/schema/models/constraints.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/models/enum_labels.h"
#include "agent/schema/models/model_files.h"
#include "agent/schema/models/references.h"
#include "agent/schema/models/source_place.h"

namespace brant {
namespace {

namespace pb = google::protobuf;

std::vector<std::string> ToVector(const pb::RepeatedPtrField<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

void AddPrimaryKey(ModelTable& model, Problems& problems) {
  const std::vector<std::string> columns = PrimaryKeyColumns(model);
  if (columns.empty() || !HasColumns(model, columns, "primary key", problems)) return;
  for (size_t i = 0; i < model.columns.size(); ++i) {
    Column& column = model.table.columns[i];
    const bool listed = absl::c_linear_search(columns, column.name);
    if (listed) column.nullable = false;
    if (model.columns[i].options.primary_key() && !listed) {
      problems.Add(*model.columns[i].field,
                   absl::StrCat("field '", model.columns[i].field->full_name(),
                                "' has 'primary_key', and the table's own 'primary_key' leaves it "
                                "out"),
                   "say it in one place");
    }
  }
  model.table.primary_key = PrimaryKey{.name = "", .columns = columns};
}

void AddUniques(ModelTable& model, Problems& problems) {
  for (size_t i = 0; i < model.columns.size(); ++i) {
    if (!model.columns[i].options.unique()) continue;
    UniqueConstraint constraint;
    constraint.columns = {model.table.columns[i].name};
    model.table.uniques.push_back(std::move(constraint));
    model.unique_places.push_back(
        PlaceOf(*model.columns[i].field, "the unique constraint of field"));
  }
  for (int i = 0; i < model.options.ExtensionSize(unique); ++i) {
    const UniqueOptions& options = model.options.GetExtension(unique, i);
    UniqueConstraint constraint;
    constraint.name = options.name();
    constraint.columns = ToVector(options.columns());
    constraint.nulls_not_distinct = options.nulls_not_distinct();
    constraint.deferrable = options.deferrable() || options.initially_deferred();
    constraint.initially_deferred = options.initially_deferred();
    if (HasColumns(model, constraint.columns, "unique constraint", problems)) {
      model.table.uniques.push_back(std::move(constraint));
      model.unique_places.push_back(
          PlaceOfOption(*model.message, unique.number(), i, "a unique constraint of message"));
    }
  }
}

// That so many of the columns are not NULL, as every database understands it.
std::string OneofCheck(const std::vector<std::string>& columns, OneofRule rule) {
  return absl::StrCat(absl::StrJoin(columns, " + ",
                                    [](std::string* out, const std::string& column) {
                                      absl::StrAppend(out, "CASE WHEN ", column,
                                                      " IS NULL THEN 0 ELSE 1 END");
                                    }),
                      rule == ONEOF_RULE_EXACTLY_ONE ? " = 1" : " <= 1");
}

// A check, and the name in its conventional name's middle.
struct NamedCheck {
  CheckConstraint check;
  std::string about;
  ModelPlace place;
};

std::vector<NamedCheck> ChecksOf(const ModelTable& model, const SchemaDriver& postgresql,
                                 Problems& problems) {
  std::vector<NamedCheck> checks;
  std::vector<std::pair<const pb::OneofDescriptor*, std::vector<std::string>>> oneofs;
  for (size_t i = 0; i < model.columns.size(); ++i) {
    const pb::FieldDescriptor& field = *model.columns[i].field;
    const ColumnOptions& options = model.columns[i].options;
    const std::string& name = model.table.columns[i].name;
    const std::string quoted = postgresql.Quote(name);
    const ModelPlace place = PlaceOf(field, "the check of field");
    if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_ENUM) {
      CheckEnum(*field.enum_type(), problems);
      const EnumStorage storage = StorageOf(field, options);
      if (options.type().empty() && !field.is_repeated() && storage != EnumStorage::kNative) {
        checks.push_back({{"", EnumCheck(*field.enum_type(), storage, quoted)}, name, place});
      }
    }
    if (!options.check().empty()) checks.push_back({{"", options.check()}, name, place});
    if (field.real_containing_oneof() == nullptr) continue;
    if (oneofs.empty() || oneofs.back().first != field.real_containing_oneof()) {
      oneofs.push_back({field.real_containing_oneof(), {}});
    }
    oneofs.back().second.push_back(quoted);
  }
  for (const auto& [oneof, columns] : oneofs) {
    const OneofRule rule = WithExtensions(oneof->options()).GetExtension(oneof_rule);
    if (rule == ONEOF_RULE_UNSPECIFIED) continue;
    checks.push_back(
        {{"", OneofCheck(columns, rule)}, oneof->name(), PlaceOf(*oneof, "the check of oneof")});
  }
  for (int i = 0; i < model.options.ExtensionSize(check); ++i) {
    const CheckOptions& options = model.options.GetExtension(check, i);
    if (options.expression().empty()) {
      problems.Add(*model.message, absl::StrCat("a check of message '", model.message->full_name(),
                                                "' has no expression"));
      continue;
    }
    checks.push_back({{options.name(), options.expression()},
                      "",
                      PlaceOfOption(*model.message, check.number(), i, "a check of message")});
  }
  return checks;
}

void AddForeignKeys(ModelTable& model, const ModelTables& tables, Problems& problems) {
  for (int i = 0; i < model.options.ExtensionSize(foreign_key); ++i) {
    const ForeignKeyOptions& options = model.options.GetExtension(foreign_key, i);
    ForeignKey key;
    key.name = options.name();
    key.columns = ToVector(options.columns());
    key.referenced_columns = ToVector(options.referenced_columns());
    key.on_delete = ActionText(options.on_delete());
    key.on_update = ActionText(options.on_update());
    key.deferrable = options.deferrable() || options.initially_deferred();
    key.initially_deferred = options.initially_deferred();
    if (!HasColumns(model, key.columns, "foreign key", problems)) continue;
    const ModelTable* target = tables.Find(model.table.name.schema, options.table());
    if (target == nullptr) {
      problems.Add(
          *model.message,
          absl::StrCat("a foreign key of message '", model.message->full_name(), "' refers to '",
                       options.table(), "', and no message is that table"));
      continue;
    }
    key.referenced_table = target->table.name;
    if (key.referenced_columns.empty()) key.referenced_columns = PrimaryKeyColumns(*target);
    if (key.referenced_columns.size() != key.columns.size()) {
      problems.Add(*model.message,
                   absl::StrCat("a foreign key of message '", model.message->full_name(), "' has ",
                                key.columns.size(), " columns and refers to ",
                                key.referenced_columns.size()));
      continue;
    }
    if (!HasColumns(*target, key.referenced_columns, "key that is referred to", problems)) continue;
    model.table.foreign_keys.push_back(std::move(key));
    model.foreign_key_places.push_back(
        PlaceOfOption(*model.message, foreign_key.number(), i, "a foreign key of message"));
  }
}

// Takes the names that were given, then finds those that were not.
template <typename Constraint>
void AddGivenNames(const ModelTable& model, const std::vector<Constraint>& constraints,
                   NamesInUse& names, Problems& problems) {
  for (const Constraint& constraint : constraints) {
    if (!constraint.name.empty() && !names.Add(model.table.name.schema, constraint.name)) {
      problems.Add(
          *model.message,
          absl::StrCat("the name '", constraint.name, "' of a constraint is in use already"),
          "names of tables, constraints and indexes are distinct within a schema");
    }
  }
}

template <typename Constraint>
void NameTheOthers(const Table& table, std::vector<Constraint>& constraints,
                   absl::string_view label, NamesInUse& names) {
  for (Constraint& constraint : constraints) {
    if (!constraint.name.empty()) continue;
    constraint.name = names.Choose(table.name.schema, table.name.name,
                                   absl::StrJoin(constraint.columns, "_"), label);
  }
}

}  // namespace

bool HasColumns(const ModelTable& table, const std::vector<std::string>& columns,
                absl::string_view of_what, Problems& problems) {
  const std::string subject =
      absl::StrCat("the ", of_what, " of message '", table.message->full_name(), "'");
  if (columns.empty()) problems.Add(*table.message, absl::StrCat(subject, " has no columns"));
  bool all = !columns.empty();
  for (const std::string& name : columns) {
    if (FindColumn(table.table, name) != nullptr) continue;
    all = false;
    problems.Add(
        *table.message, absl::StrCat(subject, " names a column '", name, "' that there is not"),
        absl::StrCat("the columns are ", absl::StrJoin(table.table.columns, ", ",
                                                       [](std::string* out, const Column& column) {
                                                         absl::StrAppend(out, column.name);
                                                       })));
  }
  return all;
}

void AddConstraints(std::vector<ModelTable>& tables, const SchemaDriver& postgresql,
                    NamesInUse& names, Problems& problems) {
  const ModelTables by_name(tables);
  std::vector<std::vector<NamedCheck>> checks;
  for (ModelTable& model : tables) {
    AddPrimaryKey(model, problems);
    AddUniques(model, problems);
    AddForeignKeys(model, by_name, problems);
    checks.push_back(ChecksOf(model, postgresql, problems));
    AddGivenNames(model, model.table.uniques, names, problems);
    AddGivenNames(model, model.table.foreign_keys, names, problems);
    std::vector<CheckConstraint> given;
    for (const NamedCheck& check : checks.back()) given.push_back(check.check);
    AddGivenNames(model, given, names, problems);
  }
  for (size_t i = 0; i < tables.size(); ++i) {
    Table& table = tables[i].table;
    if (table.primary_key.has_value()) {
      table.primary_key->name = names.Choose(table.name.schema, table.name.name, "", "pkey");
    }
    NameTheOthers(table, table.uniques, "key", names);
    NameTheOthers(table, table.foreign_keys, "fkey", names);
    for (NamedCheck& named : checks[i]) {
      if (named.check.name.empty()) {
        named.check.name = names.Choose(table.name.schema, table.name.name, named.about, "check");
      }
      table.checks.push_back(std::move(named.check));
      tables[i].check_places.push_back(std::move(named.place));
    }
  }
}

}  // namespace brant
