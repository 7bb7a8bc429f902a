#include "agent/schema/models/models.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/schema/models/constraints.h"
#include "agent/schema/models/enum_labels.h"
#include "agent/schema/models/indexes.h"
#include "agent/schema/models/model_files.h"
#include "agent/schema/models/model_table.h"
#include "agent/schema/models/names.h"
#include "agent/schema/models/problems.h"
#include "agent/schema/models/references.h"
#include "agent/schema/models/source_place.h"
#include "agent/schema/selection.h"

namespace brant {
namespace {

namespace pb = google::protobuf;

// The tables of a message and of those defined in it.
void AddTables(const pb::Descriptor& message, const SchemaDriver& postgresql, Problems& problems,
               std::vector<ModelTable>& tables) {
  std::optional<ModelTable> table = ReadTable(message, postgresql, problems);
  if (table.has_value()) tables.push_back(*std::move(table));
  for (int i = 0; i < message.nested_type_count(); ++i) {
    AddTables(*message.nested_type(i), postgresql, problems, tables);
  }
}

void CheckTableNames(const std::vector<ModelTable>& tables, NamesInUse& names, Problems& problems) {
  for (const ModelTable& model : tables) {
    if (!names.Add(model.table.name.schema, model.table.name.name)) {
      problems.Add(*model.message,
                   absl::StrCat("message '", model.message->full_name(), "' is the table '",
                                Describe(model.table.name), "', and so is another one"),
                   "give one of them a name with option (brant.table) = {name: \"…\"};");
    }
  }
}

void CheckColumnNames(const std::vector<ModelTable>& tables, Problems& problems) {
  for (const ModelTable& model : tables) {
    std::set<std::string> columns;
    for (size_t i = 0; i < model.columns.size(); ++i) {
      const std::string& name = model.table.columns[i].name;
      if (columns.insert(name).second) continue;
      problems.Add(*model.columns[i].field,
                   absl::StrCat("field '", model.columns[i].field->full_name(), "' is the column '",
                                name, "', and so is another one"),
                   "give one of them a name with [(brant.column) = {name: \"…\"}]");
    }
  }
}

// The enum types that columns are of.
std::vector<EnumType> NativeEnums(const std::vector<ModelTable>& tables, Problems& problems) {
  std::map<ObjectName, EnumType> enums;
  for (const ModelTable& model : tables) {
    for (size_t i = 0; i < model.columns.size(); ++i) {
      if (model.table.columns[i].type.kind != TypeKind::kEnum) continue;
      const pb::EnumDescriptor* type = model.columns[i].field->enum_type();
      if (type == nullptr || !model.columns[i].options.type().empty()) continue;
      EnumType read = NativeEnum(*type);
      const auto [known, is_new] = enums.emplace(read.name, read);
      if (!is_new && !(known->second == read)) {
        problems.Add(*type,
                     absl::StrCat("enum '", type->full_name(), "' is the type '",
                                  Describe(read.name), "', and so is another one"),
                     "give one of them a name with option (brant.enum_type).name = \"…\";");
      }
    }
  }
  std::vector<EnumType> result;
  for (auto& [name, type] : enums) result.push_back(std::move(type));
  return result;
}

// Adds the parts, which are as many as their places.
template <typename Part>
void AddPlaces(const ObjectName& table, const std::vector<Part>& parts,
               const std::vector<ModelPlace>& places, ModelPlaces& result) {
  for (size_t i = 0; i < parts.size(); ++i) result.AddPart(table, parts[i].name, places[i]);
}

ModelPlaces PlacesOf(const std::vector<ModelTable>& tables) {
  ModelPlaces places;
  for (const ModelTable& model : tables) {
    const Table& table = model.table;
    places.Add(table.name, PlaceOf(*model.message, "message"));
    for (size_t i = 0; i < model.columns.size(); ++i) {
      places.AddPart(table.name, table.columns[i].name, PlaceOf(*model.columns[i].field, "field"));
    }
    if (table.primary_key.has_value()) {
      places.AddPart(table.name, table.primary_key->name,
                     PlaceOf(*model.message, "the primary key of message"));
    }
    AddPlaces(table.name, table.uniques, model.unique_places, places);
    AddPlaces(table.name, table.checks, model.check_places, places);
    AddPlaces(table.name, table.foreign_keys, model.foreign_key_places, places);
    AddPlaces(table.name, table.indexes, model.index_places, places);
  }
  for (const ModelTable& model : tables) {
    for (const ModelColumn& column : model.columns) {
      const pb::EnumDescriptor* type = column.field->enum_type();
      if (type != nullptr) places.Add(NativeEnum(*type).name, PlaceOf(*type, "enum"));
    }
  }
  return places;
}

std::vector<Rename> RenamesOf(const std::vector<ModelTable>& tables) {
  std::vector<Rename> renames;
  for (const ModelTable& model : tables) {
    ObjectName before = model.table.name;
    if (!model.table_options.renamed_from().empty()) {
      before.name = model.table_options.renamed_from();
      renames.push_back({before, "", model.table.name.name});
    }
    for (size_t i = 0; i < model.columns.size(); ++i) {
      const std::string& from = model.columns[i].options.renamed_from();
      if (!from.empty()) renames.push_back({before, from, model.table.columns[i].name});
    }
  }
  return renames;
}

}  // namespace

absl::StatusOr<Models> ReadModels(const std::vector<SchemaDriver::Script>& files,
                                  const SchemaDriver& postgresql) {
  Problems problems(files);
  const ModelFiles compiled(files, problems);
  BRANT_RETURN_IF_ERROR(problems.ToStatus());
  std::vector<ModelTable> tables;
  for (const pb::FileDescriptor* file : compiled.files()) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      AddTables(*file->message_type(i), postgresql, problems, tables);
    }
  }
  NamesInUse names;
  // First: a reference to a table that two messages claim finds none.
  CheckTableNames(tables, names, problems);
  ResolveReferences(tables, problems);
  CheckColumnNames(tables, problems);
  AddConstraints(tables, postgresql, names, problems);
  AddIndexes(tables, names, problems);
  Models models;
  models.catalog.dialect = Dialect::kPostgresql;
  models.catalog.enums = NativeEnums(tables, problems);
  BRANT_RETURN_IF_ERROR(problems.ToStatus());
  models.renames = RenamesOf(tables);
  models.places = PlacesOf(tables);
  for (ModelTable& model : tables) models.catalog.tables.push_back(std::move(model.table));
  SortByName(models.catalog);
  return models;
}

absl::Status CheckSchemas(const Models& models, const Selection& selection,
                          const Catalog& evaluated) {
  for (const Table& table : models.catalog.tables) {
    const ObjectName& name = table.name;
    // The schema may be the one that the database itself leads to, and is not named then.
    if (name.schema.empty() || FindTable(evaluated, name) != nullptr ||
        FindTable(evaluated, {"", name.name}) != nullptr || !IsSelected(selection, name)) {
      continue;
    }
    const ModelPlace& place = models.places.Of(name);
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 absl::StrCat(place.what, " is a table of the schema '", name.schema,
                              "', which is not compared"))
        .At(place.file, place.line)
        .Hint(absl::StrCat("add it to the setting: schemas = [\"public\", \"", name.schema, "\"]"));
  }
  return absl::OkStatus();
}

std::vector<Rename> PendingRenames(const std::vector<Rename>& renames, const Catalog& database) {
  std::map<ObjectName, std::string> new_names;
  for (const Rename& rename : renames) {
    if (rename.column.empty()) new_names[rename.table] = rename.to;
  }
  std::vector<Rename> pending;
  for (Rename rename : renames) {
    const auto renamed = new_names.find(rename.table);
    const Table* table = FindTable(database, rename.table);
    if (rename.column.empty()) {
      const ObjectName after{rename.table.schema, rename.to};
      if (table != nullptr && FindTable(database, after) == nullptr) pending.push_back(rename);
      continue;
    }
    // The table may have its new name already.
    if (renamed != new_names.end()) {
      const ObjectName after{rename.table.schema, renamed->second};
      if (const Table* found = FindTable(database, after); found != nullptr) {
        table = found;
        rename.table = after;
      }
    }
    if (table != nullptr && FindColumn(*table, rename.column) != nullptr &&
        FindColumn(*table, rename.to) == nullptr) {
      pending.push_back(std::move(rename));
    }
  }
  return pending;
}

}  // namespace brant
