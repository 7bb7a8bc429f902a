#include "agent/schema/renames.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/base/error.h"
#include "agent/schema/quote.h"
#include "agent/schema/rename_expression.h"

namespace brant {
namespace {

using Names = std::map<std::string, std::string>;

void RenameAll(std::vector<std::string>& columns, const Names& names) {
  for (std::string& column : columns) {
    if (const auto found = names.find(column); found != names.end()) column = found->second;
  }
}

void RenameIn(Index& index, Dialect dialect, const Names& names) {
  for (IndexPart& part : index.parts) {
    if (const auto found = names.find(part.column); found != names.end()) {
      part.column = found->second;
    }
    part.expression = RenameInExpression(dialect, part.expression, names);
  }
  RenameAll(index.included, names);
  index.predicate = RenameInExpression(dialect, index.predicate, names);
}

// All in `table` that speaks of its own columns.
void RenameColumns(Table& table, Dialect dialect, const Names& names) {
  for (Column& column : table.columns) {
    if (const auto found = names.find(column.name); found != names.end()) {
      column.name = found->second;
    }
    column.generated = RenameInExpression(dialect, column.generated, names);
    // Elsewhere a default can't speak of columns; here they are in quotes.
    const bool may_speak = dialect == Dialect::kMysql && column.default_value.has_value() &&
                           absl::StrContains(*column.default_value, '`');
    if (may_speak) {
      column.default_value = RenameInExpression(dialect, *column.default_value, names);
    }
  }
  if (table.primary_key.has_value()) RenameAll(table.primary_key->columns, names);
  for (UniqueConstraint& unique : table.uniques) {
    RenameAll(unique.columns, names);
    RenameAll(unique.included, names);
  }
  for (CheckConstraint& check : table.checks) {
    check.expression = RenameInExpression(dialect, check.expression, names);
    const auto found = names.find(check.name);
    if (check.of_column && found != names.end()) check.name = found->second;
  }
  for (ForeignKey& key : table.foreign_keys) RenameAll(key.columns, names);
  for (ExclusionConstraint& exclusion : table.exclusions) {
    exclusion.definition = RenameInExpression(dialect, exclusion.definition, names);
  }
  for (Index& index : table.indexes) RenameIn(index, dialect, names);
  const auto partition = table.options.find("partition by");
  if (partition != table.options.end()) {
    partition->second = RenameInExpression(dialect, partition->second, names);
  }
}

// MySQL gives checks whose names look as if it had made them from the table's another
// one with that. (So do both servers with foreign keys: agent/schema/mysql/key_plan.)
void FollowTable(Table& table, const std::string& new_name, const Catalog& catalog) {
  if (catalog.dialect != Dialect::kMysql || catalog.of_mariadb) return;
  for (CheckConstraint& check : table.checks) {
    absl::string_view rest = check.name;
    if (!absl::ConsumePrefix(&rest, absl::StrCat(table.name.name, "_chk_")) || rest.empty())
      continue;
    check.name = absl::StrCat(new_name, "_chk_", rest);
  }
}

// Behind the trigger's own name, which may be that of a column. Those of other
// databases are renamed by their drivers, or are the server's affair.
void RenameIn(Trigger& trigger, Dialect dialect, const Names& names) {
  if (dialect != Dialect::kPostgresql) return;
  const std::string name = QuoteName(dialect, trigger.name);
  const size_t found = trigger.definition.find(name);
  const size_t head = found == std::string::npos ? 0 : found + name.size();
  trigger.definition =
      absl::StrCat(trigger.definition.substr(0, head),
                   RenameInExpression(dialect, trigger.definition.substr(head), names));
}

// Columns are named with their table's old name, and not with the one it gets.
std::string AdviceFor(absl::string_view wrong, absl::string_view to,
                      const std::vector<Rename>& renames) {
  for (const Rename& rename : renames) {
    const std::string renamed = Describe({rename.table.schema, rename.to});
    if (!rename.column.empty() || !absl::ConsumePrefix(&wrong, absl::StrCat(renamed, ".")))
      continue;
    return absl::StrCat("its table is still named as the database has it: ", Describe(rename.table),
                        ".", wrong, "=", to);
  }
  return "the old names are those that the database has, the new one is that of the desired "
         "schema";
}

absl::Status NothingThere(const Rename& rename, bool has_table,
                          const std::vector<Rename>& renames) {
  const std::string name =
      absl::StrCat(Describe(rename.table), rename.column.empty() ? "" : ".", rename.column);
  absl::string_view what = has_table ? "column" : "table";
  // Where there is no such table nobody knows whether it is `schema.table` or `table.column`.
  if (!has_table && absl::StrContains(name, '.')) what = "table or column";
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               absl::StrCat("there is no ", what, " '", name, "' to rename"))
      .Hint(AdviceFor(name, rename.to, renames));
}

}  // namespace

absl::StatusOr<Catalog> ApplyRenames(const Catalog& catalog, const std::vector<Rename>& renames) {
  Catalog result = catalog;
  if (renames.empty()) return result;
  std::map<ObjectName, Names> columns;
  std::map<ObjectName, ObjectName> tables;
  Names table_words;
  for (const Rename& rename : renames) {
    const Table* table = FindTable(catalog, rename.table);
    if (table == nullptr) return NothingThere(rename, /*has_table=*/false, renames);
    if (rename.column.empty()) {
      tables[rename.table] = ObjectName{rename.table.schema, rename.to};
      table_words[rename.table.name] = rename.to;
    } else if (FindColumn(*table, rename.column) == nullptr) {
      return NothingThere(rename, /*has_table=*/true, renames);
    } else {
      columns[rename.table][rename.column] = rename.to;
    }
  }
  for (Table& table : result.tables) {
    for (ForeignKey& key : table.foreign_keys) {
      if (const auto found = columns.find(key.referenced_table); found != columns.end()) {
        RenameAll(key.referenced_columns, found->second);
      }
      if (const auto found = tables.find(key.referenced_table); found != tables.end()) {
        key.referenced_table = found->second;
      }
    }
    Names words = table_words;
    if (const auto found = columns.find(table.name); found != columns.end()) {
      words.insert(found->second.begin(), found->second.end());
      RenameColumns(table, catalog.dialect, found->second);
    }
    for (Trigger& trigger : table.triggers) RenameIn(trigger, catalog.dialect, words);
    if (const auto found = tables.find(table.name); found != tables.end()) {
      FollowTable(table, found->second.name, catalog);
      table.name = found->second;
    }
  }
  const auto follow = [&](View& view) {
    Names words = table_words;
    for (ObjectName& name : view.reads) {
      if (const auto found = columns.find(name); found != columns.end()) {
        words.insert(found->second.begin(), found->second.end());
      }
      if (const auto found = tables.find(name); found != tables.end()) name = found->second;
    }
    view.definition = RenameInExpression(catalog.dialect, view.definition, words);
    for (Trigger& trigger : view.triggers) RenameIn(trigger, catalog.dialect, table_words);
  };
  for (View& view : result.views) follow(view);
  // Of the others, PostgreSQL alone follows by itself; elsewhere Render has to say
  // what a rename does to them.
  if (catalog.dialect == Dialect::kPostgresql) {
    for (View& view : result.excluded_views) follow(view);
  }
  SortByName(result);
  return result;
}

std::vector<Rename> Reverse(const std::vector<Rename>& renames) {
  std::map<ObjectName, std::string> tables;
  for (const Rename& rename : renames) {
    if (rename.column.empty()) tables[rename.table] = rename.to;
  }
  std::vector<Rename> result;
  for (const Rename& rename : renames) {
    Rename reverse;
    reverse.table = rename.table;
    if (const auto found = tables.find(rename.table); found != tables.end()) {
      reverse.table.name = found->second;
    }
    reverse.column = rename.column.empty() ? "" : rename.to;
    reverse.to = rename.column.empty() ? rename.table.name : rename.column;
    result.push_back(std::move(reverse));
  }
  return result;
}

}  // namespace brant
