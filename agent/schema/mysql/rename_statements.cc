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

class ColumnRenames {
 public:
  // `table` has the new names; null if it is none of the catalog's.
  ColumnRenames(const Table* table, const std::string& name, bool of_mariadb)
      : table_(table),
        alter_(absl::StrCat("ALTER TABLE ", QuoteIdentifier(name), " ")),
        of_mariadb_(of_mariadb) {}

  std::vector<std::string> Write(const Names& columns) const {
    std::set<std::string> names;
    for (const auto& [from, to] : columns) names.insert(to);
    RenameFollowers followers;
    if (table_ != nullptr && !of_mariadb_) followers = FollowRenames(*table_, names);
    std::vector<std::string> statements;
    Add(followers.drops, statements);
    // MySQL writes the table anew where columns change, and then refuses to rename those
    // of foreign keys.
    Names apart;
    if (!followers.changes.empty() && !AreSwapped(columns)) apart = Unspoken(columns, names);
    Add(Clauses(apart, names), statements);
    Names rest = columns;
    for (const auto& [from, to] : apart) rest.erase(from);
    std::vector<std::string> clauses = Clauses(rest, names);
    clauses.insert(clauses.end(), followers.changes.begin(), followers.changes.end());
    Add(clauses, statements);
    Add(followers.adds, statements);
    return statements;
  }

 private:
  void Add(const std::vector<std::string>& clauses, std::vector<std::string>& statements) const {
    if (!clauses.empty()) statements.push_back(alter_ + absl::StrJoin(clauses, ", "));
  }

  std::vector<std::string> Clauses(const Names& columns, const std::set<std::string>& names) const {
    std::vector<std::string> clauses;
    for (const auto& [from, to] : columns) clauses.push_back(Clause(names, from, to));
    return clauses;
  }

  std::string Clause(const std::set<std::string>& names, const std::string& from,
                     const std::string& to) const {
    const Column* column = table_ == nullptr ? nullptr : FindColumn(*table_, to);
    const bool is_written_anew = column != nullptr && (HasOwnCheck(*table_, *column) ||
                                                       (!of_mariadb_ && SpeaksOf(*column, names)));
    if (!is_written_anew) {
      return absl::StrCat("RENAME COLUMN ", QuoteIdentifier(from), " TO ", QuoteIdentifier(to));
    }
    return absl::StrCat("CHANGE COLUMN ", QuoteIdentifier(from), " ",
                        ColumnDefinition(*table_, *column));
  }

  static bool AreSwapped(const Names& columns) {
    return absl::c_any_of(columns,
                          [&](const auto& names) { return columns.contains(names.second); });
  }

  // Those that no other column speaks of, and that speak of none.
  Names Unspoken(const Names& columns, const std::set<std::string>& names) const {
    Names result;
    for (const auto& [from, to] : columns) {
      const Column* column = FindColumn(*table_, to);
      const bool speaks = column != nullptr && SpeaksOf(*column, names);
      if (!speaks && FollowRenames(*table_, {to}).changes.empty()) result[from] = to;
    }
    return result;
  }

  const Table* const table_;
  const std::string alter_;
  const bool of_mariadb_;
};

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
    for (std::string& sql : ColumnRenames(table, name, diff.from->of_mariadb).Write(names)) {
      statements.push_back({std::move(sql), "", absl::StrJoin(std::exchange(reviews, {}), "; ")});
    }
  }
  return statements;
}

}  // namespace brant::mysql
