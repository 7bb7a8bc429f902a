#include "agent/schema/renames.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {
namespace {

using Names = std::map<std::string, std::string>;

bool IsWordByte(char c) {
  return absl::ascii_isalnum(c) || c == '_' || c == '$' || (c & 0x80) != 0;
}

// The index behind the quoted text that begins at `begin`; a doubled quote is in
// it.
size_t EndOfQuoted(absl::string_view sql, size_t begin) {
  const char quote = sql[begin];
  size_t at = begin + 1;
  while (at < sql.size()) {
    if (sql[at] != quote) {
      ++at;
    } else if (at + 1 < sql.size() && sql[at + 1] == quote) {
      at += 2;
    } else {
      return at + 1;
    }
  }
  return sql.size();
}

void RenameAll(std::vector<std::string>& columns, const Names& names) {
  for (std::string& column : columns) {
    if (const auto found = names.find(column); found != names.end()) column = found->second;
  }
}

void RenameIn(Index& index, const Names& names) {
  for (IndexPart& part : index.parts) {
    if (const auto found = names.find(part.column); found != names.end()) {
      part.column = found->second;
    }
    part.expression = RenameInExpression(part.expression, names);
  }
  RenameAll(index.included, names);
  index.predicate = RenameInExpression(index.predicate, names);
}

// All in `table` that speaks of its own columns.
void RenameColumns(Table& table, const Names& names) {
  for (Column& column : table.columns) {
    if (const auto found = names.find(column.name); found != names.end()) {
      column.name = found->second;
    }
    column.generated = RenameInExpression(column.generated, names);
  }
  if (table.primary_key.has_value()) RenameAll(table.primary_key->columns, names);
  for (UniqueConstraint& unique : table.uniques) {
    RenameAll(unique.columns, names);
    RenameAll(unique.included, names);
  }
  for (CheckConstraint& check : table.checks) {
    check.expression = RenameInExpression(check.expression, names);
    const auto found = names.find(check.name);
    if (check.of_column && found != names.end()) check.name = found->second;
  }
  for (ForeignKey& key : table.foreign_keys) RenameAll(key.columns, names);
  for (ExclusionConstraint& exclusion : table.exclusions) {
    exclusion.definition = RenameInExpression(exclusion.definition, names);
  }
  for (Index& index : table.indexes) RenameIn(index, names);
}

absl::Status NothingThere(absl::string_view what, const Rename& rename) {
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               absl::StrCat("there is no ", what, " '", Describe(rename.table),
                            rename.column.empty() ? "" : ".", rename.column, "' to rename"))
      .Hint("the old name is the one that the database has, the new one that of the models");
}

}  // namespace

std::string RenameInExpression(absl::string_view sql, const Names& names) {
  std::string result;
  size_t at = 0;
  while (at < sql.size()) {
    const char c = sql[at];
    size_t end = at + 1;
    if (c == '\'') {
      end = EndOfQuoted(sql, at);
    } else if (c == '"' || c == '`') {
      end = EndOfQuoted(sql, at);
      const std::string inner(sql.substr(at + 1, end - at - 2));
      if (const auto found = names.find(inner); found != names.end()) {
        absl::StrAppend(&result, std::string(1, c), found->second, std::string(1, c));
        at = end;
        continue;
      }
    } else if (IsWordByte(c)) {
      while (end < sql.size() && IsWordByte(sql[end])) ++end;
      const std::string word(sql.substr(at, end - at));
      const bool is_function = end < sql.size() && sql[end] == '(';
      const auto found = names.find(word);
      if (found != names.end() && !is_function) {
        absl::StrAppend(&result, found->second);
        at = end;
        continue;
      }
    }
    absl::StrAppend(&result, sql.substr(at, end - at));
    at = end;
  }
  return result;
}

absl::StatusOr<Catalog> ApplyRenames(const Catalog& catalog, const std::vector<Rename>& renames) {
  Catalog result = catalog;
  if (renames.empty()) return result;
  std::map<ObjectName, Names> columns;
  std::map<ObjectName, ObjectName> tables;
  Names table_words;
  for (const Rename& rename : renames) {
    const Table* table = FindTable(catalog, rename.table);
    if (table == nullptr) return NothingThere("table", rename);
    if (rename.column.empty()) {
      tables[rename.table] = ObjectName{rename.table.schema, rename.to};
      table_words[rename.table.name] = rename.to;
    } else if (FindColumn(*table, rename.column) == nullptr) {
      return NothingThere("column", rename);
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
    if (const auto found = columns.find(table.name); found != columns.end()) {
      RenameColumns(table, found->second);
    }
    if (const auto found = tables.find(table.name); found != tables.end()) {
      table.name = found->second;
    }
  }
  for (View& view : result.views) {
    Names words = table_words;
    for (ObjectName& name : view.reads) {
      if (const auto found = columns.find(name); found != columns.end()) {
        words.insert(found->second.begin(), found->second.end());
      }
      if (const auto found = tables.find(name); found != tables.end()) name = found->second;
    }
    view.definition = RenameInExpression(view.definition, words);
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
