#include "agent/schema/models/references.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/schema/models/source_place.h"

namespace brant {
namespace {

// A column with `references`.
struct Reference {
  ModelTable* table;
  size_t column;
};

struct Target {
  ModelTable* table = nullptr;
  const Column* column = nullptr;
  // Why there is none, and what to do.
  std::string problem;
  std::string hint =
      "references names a table of the models and its column as the database has them: "
      "references: \"table.column\"";
};

// `table`, `table.column` or `schema.table.column`.
Target FindTarget(const ModelTables& tables, const std::string& schema, const std::string& text) {
  std::vector<std::string> parts = absl::StrSplit(text, '.');
  Target target;
  std::string column;
  if (parts.size() > 1) {
    column = parts.back();
    parts.pop_back();
  }
  const std::string table =
      parts.size() == 1 ? parts.front() : absl::StrCat(parts.front(), ".", parts.back());
  if (parts.size() <= 2) target.table = tables.Find(schema, table);
  if (target.table == nullptr) {
    target.problem = absl::StrCat("no message is the table '", table, "'");
    return target;
  }
  if (column.empty()) {
    const std::vector<std::string> key = PrimaryKeyColumns(*target.table);
    if (key.size() != 1) {
      target.problem = absl::StrCat("the table '", table, "' has no primary key of one column");
      if (!key.empty()) {
        target.hint =
            "a key of several columns is referred to by an option of the message: "
            "option (brant.foreign_key) = {columns: […], table: \"…\"};";
      }
      return target;
    }
    column = key.front();
  }
  target.column = FindColumn(target.table->table, column);
  if (target.column == nullptr) {
    target.problem = absl::StrCat("the table '", table, "' has no column '", column, "'");
  }
  return target;
}

// True if it is settled, well or not.
bool Resolve(const Reference& reference, const ModelTables& tables, Problems& problems) {
  const ModelColumn& source = reference.table->columns[reference.column];
  Table& table = reference.table->table;
  const Target target = FindTarget(tables, table.name.schema, source.options.references());
  if (target.column == nullptr || target.column->type.native.empty()) return false;
  Column& column = table.columns[reference.column];
  if (column.name.empty()) {
    column.name = absl::StrCat(source.field->name(), "_", target.column->name);
  }
  if (column.type.native.empty()) {
    column.type = target.column->type;
  } else if (column.type.kind != target.column->type.kind) {
    problems.Add(*source.field,
                 absl::StrCat("field '", source.field->full_name(), "' is ", column.type.native,
                              ", and the column that it refers to, ", target.table->table.name.name,
                              ".", target.column->name, ", is ", target.column->type.native),
                 "give both the same type");
  }
  ForeignKey key;
  key.columns = {column.name};
  key.referenced_table = target.table->table.name;
  key.referenced_columns = {target.column->name};
  key.on_delete = ActionText(source.options.on_delete());
  key.on_update = ActionText(source.options.on_update());
  table.foreign_keys.push_back(std::move(key));
  reference.table->foreign_key_places.push_back(PlaceOf(*source.field, "the foreign key of field"));
  return true;
}

}  // namespace

ModelTable* ModelTables::Find(const std::string& schema, const std::string& name) const {
  const size_t point = name.find('.');
  auto find = [this](const ObjectName& wanted) -> ModelTable* {
    const auto found = std::find_if(tables_.begin(), tables_.end(), [&wanted](const auto& table) {
      return table.table.name == wanted;
    });
    return found == tables_.end() ? nullptr : &*found;
  };
  if (point != std::string::npos) return find({name.substr(0, point), name.substr(point + 1)});
  ModelTable* beside = find({schema, name});
  return beside != nullptr ? beside : find({"", name});
}

std::vector<std::string> PrimaryKeyColumns(const ModelTable& table) {
  if (table.table_options.primary_key_size() > 0) {
    return {table.table_options.primary_key().begin(), table.table_options.primary_key().end()};
  }
  std::vector<std::string> columns;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].options.primary_key()) columns.push_back(table.table.columns[i].name);
  }
  return columns;
}

void ResolveReferences(std::vector<ModelTable>& tables, Problems& problems) {
  const ModelTables by_name(tables);
  std::vector<Reference> open;
  for (ModelTable& table : tables) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (!table.columns[i].options.references().empty()) open.push_back({&table, i});
    }
  }
  // A reference may lead to a column that is one itself, so until nothing more is
  // settled.
  size_t before = 0;
  do {
    before = open.size();
    std::erase_if(
        open, [&](const Reference& reference) { return Resolve(reference, by_name, problems); });
  } while (open.size() < before);
  for (const Reference& reference : open) {
    const ModelColumn& source = reference.table->columns[reference.column];
    const std::string& text = source.options.references();
    Target target = FindTarget(by_name, reference.table->table.name.schema, text);
    problems.Add(
        *source.field,
        absl::StrCat("field '", source.field->full_name(), "' refers to '", text, "': ",
                     target.problem.empty() ? "the two refer to each other" : target.problem),
        target.hint);
  }
}

std::string ActionText(ReferentialAction action) {
  switch (action) {
    case REFERENTIAL_ACTION_CASCADE:
      return "CASCADE";
    case REFERENTIAL_ACTION_SET_NULL:
      return "SET NULL";
    case REFERENTIAL_ACTION_SET_DEFAULT:
      return "SET DEFAULT";
    case REFERENTIAL_ACTION_RESTRICT:
      return "RESTRICT";
    default:
      return "";
  }
}

}  // namespace brant
