#include "agent/schema/mysql/rename_statements.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/mysql/definitions.h"
#include "agent/schema/mysql/identifiers.h"
#include "agent/schema/mysql/rename_followers.h"

namespace brant::mysql {
namespace {

using Names = std::map<std::string, std::string>;

// Steps that the server can take one after the other: each leads to a name that is
// free.
std::vector<std::pair<std::string, std::string>> InOrder(Names names) {
  std::vector<std::pair<std::string, std::string>> steps;
  int cycles = 0;
  while (!names.empty()) {
    auto next = names.begin();
    while (next != names.end() && names.contains(next->second)) ++next;
    if (next != names.end()) {
      steps.emplace_back(next->first, next->second);
      names.erase(next);
      continue;
    }
    const auto [from, to] = *names.begin();
    const std::string between = absl::StrCat("brant_renamed_", ++cycles);
    steps.emplace_back(from, between);
    names.erase(names.begin());
    names[between] = to;
  }
  return steps;
}

void Note(std::string what, std::vector<std::string>& notes) {
  if (!what.empty()) notes.push_back(std::move(what));
}

bool HasOwnCheck(const Table& table, const Column& column) {
  return column.type.kind == TypeKind::kJson ||
         absl::c_any_of(table.checks, [&column](const CheckConstraint& check) {
           return check.of_column && check.name == column.name;
         });
}

// `names`: all new ones of the table's renamed columns.
std::string RenameColumn(const Table* table, const std::set<std::string>& names, bool of_mariadb,
                         const std::string& from, const std::string& to) {
  const Column* column = table == nullptr ? nullptr : FindColumn(*table, to);
  const bool is_written_anew = column != nullptr && (HasOwnCheck(*table, *column) ||
                                                     (!of_mariadb && SpeaksOf(*column, names)));
  if (!is_written_anew) {
    return absl::StrCat("RENAME COLUMN ", QuoteIdentifier(from), " TO ", QuoteIdentifier(to));
  }
  return absl::StrCat("CHANGE COLUMN ", QuoteIdentifier(from), " ",
                      ColumnDefinition(*table, *column));
}

// One ALTER TABLE. `table` has the new names.
std::string RenameColumns(const Table* table, const std::string& name, const Names& columns,
                          bool of_mariadb) {
  std::set<std::string> names;
  for (const auto& [from, to] : columns) names.insert(to);
  std::vector<std::string> clauses;
  for (const auto& [from, to] : columns) {
    clauses.push_back(RenameColumn(table, names, of_mariadb, from, to));
  }
  if (table != nullptr && !of_mariadb) {
    for (std::string& clause : FollowRenames(*table, names)) clauses.push_back(std::move(clause));
  }
  return absl::StrCat("ALTER TABLE ", QuoteIdentifier(name), " ", absl::StrJoin(clauses, ", "));
}

}  // namespace

std::vector<DdlStatement> RenameStatements(const CatalogDiff& diff, const StaleText& stale) {
  Names tables;
  std::map<std::string, Names> columns;
  for (const Rename& rename : diff.renames) {
    if (rename.column.empty()) {
      tables[rename.table.name] = rename.to;
    } else {
      columns[rename.table.name][rename.column] = rename.to;
    }
  }
  std::vector<DdlStatement> statements;
  if (!tables.empty()) {
    const auto append = [](std::string* out, const auto& names) {
      absl::StrAppend(out, QuoteIdentifier(names.first), " TO ", QuoteIdentifier(names.second));
    };
    std::vector<std::string> reviews;
    for (const auto& [from, to] : tables) Note(stale.OfRenamedTable(from, to), reviews);
    statements.push_back(
        {absl::StrCat("RENAME TABLE ", absl::StrJoin(InOrder(tables), ", ", append)), "",
         absl::StrJoin(reviews, "; ")});
  }
  for (const auto& [old_name, names] : columns) {
    const auto renamed = tables.find(old_name);
    const std::string name = renamed == tables.end() ? old_name : renamed->second;
    const Table* table = FindTable(*diff.from, {"", name});
    std::vector<std::string> reviews;
    for (const auto& [from, to] : names) Note(stale.OfRenamedColumn(name, from, to), reviews);
    statements.push_back({RenameColumns(table, name, names, diff.from->of_mariadb), "",
                          absl::StrJoin(reviews, "; ")});
  }
  return statements;
}

}  // namespace brant::mysql
