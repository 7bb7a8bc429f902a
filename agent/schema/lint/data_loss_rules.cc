#include <algorithm>

#include "absl/strings/match.h"
#include "agent/schema/lint/checks.h"

namespace brant {
namespace {

// A later statement gives another table the name of this one, as the rebuild of
// a table does: its rows were copied.
bool IsReplaced(const LintSection& section, const LintStatement& drop, const std::string& table) {
  for (const LintStatement& statement : section.statements()) {
    if (statement.index < drop.index) continue;
    for (const Operation& operation : statement.operations) {
      if (operation.action == Action::kRenameTable &&
          absl::EqualsIgnoreCase(operation.name, table)) {
        return true;
      }
    }
  }
  return false;
}

bool IsRenamedType(const LintSection& section, const LintStatement& drop, const std::string& type) {
  return std::any_of(section.statements().begin(), section.statements().begin() + drop.index,
                     [&](const LintStatement& statement) {
                       return std::any_of(statement.operations.begin(), statement.operations.end(),
                                          [&](const Operation& operation) {
                                            return operation.action == Action::kRenameType &&
                                                   operation.name == type;
                                          });
                     });
}

// The columns were added by this section: somebody has to fill them.
bool FillsNewColumns(const LintSection& section, const LintStatement& statement,
                     const Operation& update) {
  return !update.columns.empty() &&
         std::all_of(update.columns.begin(), update.columns.end(), [&](const std::string& column) {
           return section.IsNewColumn(update.table, column, statement);
         });
}

void CheckOperation(const LintSection& section, const LintStatement& statement,
                    const Operation& operation, LintReport& report) {
  const std::string& table = operation.table;
  const bool is_new = section.IsNew(table, statement);
  const LintNames names = {table, operation.column, operation.name};
  switch (operation.action) {
    case Action::kDropColumn:
      if (!is_new && !section.IsNewColumn(table, operation.column, statement)) {
        report.Add("drop-column", statement, names);
      }
      break;
    case Action::kDropTable:
      if (!is_new && !IsReplaced(section, statement, table)) {
        report.Add("drop-table", statement, names);
      }
      break;
    case Action::kDropSchema:
      report.Add("drop-schema", statement, names);
      break;
    case Action::kDropDatabase:
      report.Add("drop-database", statement, names);
      break;
    case Action::kDropType:
      if (!IsRenamedType(section, statement, operation.name)) {
        report.Add("drop-type", statement, names);
      }
      break;
    case Action::kTruncate:
      if (!is_new) report.Add("truncate", statement, names);
      break;
    case Action::kUpdate:
      if (!is_new && !operation.filtered && !FillsNewColumns(section, statement, operation)) {
        const std::string column = operation.columns.empty() ? "" : operation.columns[0];
        report.Add("update-without-where", statement, {.table = table, .column = column});
      }
      break;
    case Action::kDelete:
      if (!is_new && !operation.filtered) report.Add("delete-without-where", statement, names);
      break;
    default:
      break;
  }
  if (operation.cascade) {
    const std::string& name = !operation.column.empty() ? operation.column
                              : !table.empty()          ? table
                                                        : operation.name;
    report.Add("drop-cascade", statement, {.table = table, .name = name});
  }
}

}  // namespace

void CheckDataLoss(const LintSection& section, LintReport& report) {
  for (const LintStatement& statement : section.statements()) {
    for (const Operation& operation : statement.operations) {
      CheckOperation(section, statement, operation, report);
    }
  }
}

}  // namespace brant
