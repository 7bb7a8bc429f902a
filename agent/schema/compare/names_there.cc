#include "agent/schema/compare/names_there.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/schema/translate/translate.h"

namespace brant {
namespace {

// `audit_logs` as one of the schema `audit`; as it is where it does not look so.
ObjectName InSchema(const ObjectName& name, const std::string& schema) {
  const std::string prefix = absl::StrCat(schema, "_");
  if (!name.schema.empty() || schema.empty() || !absl::StartsWith(name.name, prefix)) return name;
  return {schema, name.name.substr(prefix.size())};
}

}  // namespace

void NamesThere::Learn(const Catalog& catalog) {
  const auto learn = [this](const ObjectName& name) {
    if (!name.schema.empty()) names_[TranslateName(name, Dialect::kSqlite)] = name;
  };
  for (const Table& table : catalog.tables) learn(table.name);
  for (const View& view : catalog.views) learn(view.name);
}

void NamesThere::Learn(const std::vector<Rename>& renames) {
  for (const Rename& rename : renames) {
    const std::optional<Rename> there = Of(rename);
    if (rename.column.empty() && there.has_value()) names_[rename.table] = there->table;
  }
}

ObjectName NamesThere::Of(const ObjectName& name) const {
  if (there_ != Dialect::kPostgresql) return TranslateName(name, there_);
  const auto found = names_.find(name);
  return found != names_.end() ? found->second : name;
}

std::optional<Rename> NamesThere::Of(const Rename& rename) const {
  Rename result = rename;
  result.table = Of(rename.table);
  if (!rename.column.empty()) return result;
  // One of the two may be known alone: what is gone is in no catalog any more.
  ObjectName after = Of(ObjectName{rename.table.schema, rename.to});
  result.table = InSchema(result.table, after.schema);
  after = InSchema(after, result.table.schema);
  if (after.schema != result.table.schema) return std::nullopt;
  result.to = after.name;
  return result;
}

Catalog NamesThere::Of(Catalog translated) const {
  if (names_.empty()) return translated;
  for (Table& table : translated.tables) {
    table.name = Of(table.name);
    for (ForeignKey& key : table.foreign_keys) key.referenced_table = Of(key.referenced_table);
  }
  for (View& view : translated.views) {
    view.name = Of(view.name);
    for (ObjectName& name : view.reads) name = Of(name);
  }
  SortByName(translated);
  return translated;
}

}  // namespace brant
