#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/schema/lint/checks.h"
#include "agent/schema/lint/postgresql_tree.h"
#include "third_party/pg_query/pg_query.pb.h"

namespace brant {
namespace {

// Another statement keeps the old name alive: a view, or a table that takes its
// place.
bool NameIsKept(const LintSection& section, const LintStatement& rename, const std::string& table) {
  for (const LintStatement& statement : section.statements()) {
    if (statement.index < rename.index) continue;
    for (const Operation& operation : statement.operations) {
      const bool view = operation.action == Action::kCreateView && operation.table == table;
      const bool other =
          operation.action == Action::kRenameTable && absl::EqualsIgnoreCase(operation.name, table);
      const bool made = operation.action == Action::kCreateTable && operation.table == table;
      if (view || other || made) return true;
    }
  }
  return false;
}

// The new name is one that this section took from another table, as where two
// are exchanged.
bool TakesPlace(const LintSection& section, const LintStatement& rename, const std::string& name) {
  for (const LintStatement& statement : section.statements()) {
    if (statement.index > rename.index) break;
    for (const Operation& operation : statement.operations) {
      const bool left =
          operation.action == Action::kRenameTable || operation.action == Action::kDropTable;
      if (left && absl::EqualsIgnoreCase(operation.table, name)) return true;
    }
  }
  return false;
}

void CheckRenames(const LintSection& section, const LintStatement& statement, LintReport& report) {
  for (const Operation& operation : statement.operations) {
    const std::string& table = operation.table;
    if (section.IsNew(table, statement)) continue;
    const LintNames names = {table, operation.column, operation.name};
    switch (operation.action) {
      case Action::kRenameTable:
        if (!NameIsKept(section, statement, table) &&
            !TakesPlace(section, statement, operation.name)) {
          report.Add("rename-table", statement, names);
        }
        break;
      case Action::kMoveTable:
        if (!NameIsKept(section, statement, table)) report.Add("move-table", statement, names);
        break;
      case Action::kRenameColumn:
        if (!section.IsNewColumn(table, operation.column, statement)) {
          report.Add("rename-column", statement, names);
        }
        break;
      default:
        break;
    }
  }
}

std::string Quoted(absl::string_view value) {
  return absl::StrCat("'", absl::StrReplaceAll(value, {{"'", "''"}}), "'");
}

// What only stores a text that holds the value, or names it to place another.
bool DoesNotUseValues(const pg_query::Node& node) {
  return node.has_create_function_stmt() || node.has_comment_stmt() || node.has_alter_enum_stmt() ||
         node.has_create_enum_stmt();
}

// Enums of PostgreSQL: a value can't be used before the transaction that adds it
// is committed. Where that made the type too, it depends on the server's version
// (17 allows it), and nothing is told.
class EnumChecker {
 public:
  explicit EnumChecker(LintReport& report) : report_(report) {}

  void Take(const LintStatement& statement, const pg_query::Node& node) {
    if (statement.transaction == 0) return;
    if (node.has_create_enum_stmt()) {
      const auto& names = node.create_enum_stmt().type_name();
      made_here_.push_back(names[names.size() - 1].string().sval());
    }
    if (!DoesNotUseValues(node)) {
      for (auto& [value, added_in] : added_) {
        if (added_in != statement.transaction || !absl::StrContains(statement.text, value))
          continue;
        report_.Add("enum-value-used", statement, {.name = value});
        added_in = 0;
      }
    }
    if (node.has_alter_enum_stmt()) TakeAlterEnum(statement, node.alter_enum_stmt());
  }

 private:
  void TakeAlterEnum(const LintStatement& statement, const pg_query::AlterEnumStmt& alter) {
    const std::string type = alter.type_name(alter.type_name_size() - 1).string().sval();
    if (std::find(made_here_.begin(), made_here_.end(), type) != made_here_.end()) return;
    if (alter.old_val().empty()) {
      added_[Quoted(alter.new_val())] = statement.transaction;
    } else {
      report_.Add("rename-enum-value", statement, {.name = Quoted(alter.old_val())});
    }
  }

  LintReport& report_;
  std::vector<std::string> made_here_;
  // The value in quotes, and its transaction; 0: reported already.
  absl::flat_hash_map<std::string, int> added_;
};

}  // namespace

void CheckCompatibility(const LintSection& section, LintReport& report) {
  EnumChecker enums(report);
  for (const LintStatement& statement : section.statements()) {
    CheckRenames(section, statement, report);
    if (statement.tree != nullptr) enums.Take(statement, StatementOf(*statement.tree));
  }
}

}  // namespace brant
