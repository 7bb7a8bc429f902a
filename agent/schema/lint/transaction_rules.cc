#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "agent/schema/lint/checks.h"
#include "agent/schema/lint/postgresql_tree.h"
#include "third_party/pg_query/pg_query.pb.h"

namespace brant {
namespace {

// As in LOCK TABLE's mode: SHARE and stronger keep writers out.
constexpr int kShareLock = 5;

bool ChangesManyRows(const LintSection& section, const LintStatement& statement) {
  return std::any_of(statement.operations.begin(), statement.operations.end(),
                     [&](const Operation& operation) {
                       const bool rows = operation.action == Action::kInsert ||
                                         operation.action == Action::kUpdate ||
                                         operation.action == Action::kDelete;
                       return rows && !operation.few && !section.IsNew(operation.table, statement);
                     });
}

bool KeepsReadersOut(const pg_query::AlterTableCmd& command) {
  switch (command.subtype()) {
    case pg_query::AT_ValidateConstraint:
    case pg_query::AT_SetStatistics:
    case pg_query::AT_AttachPartition:
    case pg_query::AT_SetRelOptions:
    case pg_query::AT_ResetRelOptions:
    case pg_query::AT_SetOptions:
    case pg_query::AT_ResetOptions:
    case pg_query::AT_ClusterOn:
    case pg_query::AT_EnableTrig:
    case pg_query::AT_DisableTrig:
    case pg_query::AT_EnableTrigAll:
    case pg_query::AT_DisableTrigAll:
    case pg_query::AT_EnableTrigUser:
    case pg_query::AT_DisableTrigUser:
      return false;
    case pg_query::AT_AddConstraint:
      return command.def().constraint().contype() != pg_query::CONSTR_FOREIGN;
    default:
      return true;
  }
}

// The table of which all queries wait from this statement to the commit; empty:
// none that is in use.
std::string TableLockedBy(const LintSection& section, const LintStatement& statement) {
  std::string table;
  const pg_query::Node& node = StatementOf(*statement.tree);
  if (node.alter_table_stmt().objtype() == pg_query::OBJECT_TABLE) {
    const auto& commands = node.alter_table_stmt().cmds();
    if (std::any_of(commands.begin(), commands.end(), [](const pg_query::Node& command) {
          return KeepsReadersOut(command.alter_table_cmd());
        })) {
      table = NameOf(node.alter_table_stmt().relation());
    }
  }
  for (const Operation& operation : statement.operations) {
    if (operation.action == Action::kRenameColumn || operation.action == Action::kTruncate ||
        operation.action == Action::kRenameTable) {
      table = operation.action == Action::kRenameTable ? operation.name : operation.table;
    }
  }
  return table.empty() || section.IsNew(table, statement) ? "" : table;
}

void CheckLockTable(const LintSection& section, const LintStatement& statement,
                    LintReport& report) {
  const pg_query::LockStmt& lock = StatementOf(*statement.tree).lock_stmt();
  if (lock.mode() < kShareLock) return;
  for (const pg_query::Node& relation : lock.relations()) {
    const std::string table = NameOf(relation.range_var());
    if (!section.IsNew(table, statement)) report.Add("lock-table", statement, {.table = table});
  }
}

// True if it found something.
bool CheckDataUnderLock(const LintSection& section, LintReport& report) {
  bool found = false;
  // Transactions, and the table that each has locked first.
  absl::flat_hash_map<int, std::string> locked;
  for (const LintStatement& statement : section.statements()) {
    if (statement.transaction == 0 || statement.tree == nullptr) continue;
    auto lock = locked.find(statement.transaction);
    if (lock != locked.end() && ChangesManyRows(section, statement)) {
      // Once says it.
      if (!lock->second.empty()) {
        report.Add("data-under-lock", statement, {.table = lock->second});
      }
      lock->second.clear();
      found = true;
    }
    std::string table = TableLockedBy(section, statement);
    if (!table.empty()) locked.try_emplace(statement.transaction, std::move(table));
  }
  return found;
}

void CheckMixture(const LintSection& section, LintReport& report) {
  // What only makes new tables and views locks nobody out.
  bool schema = false;
  const LintStatement* data = nullptr;
  for (const LintStatement& statement : section.statements()) {
    const bool makes_new = std::any_of(
        statement.operations.begin(), statement.operations.end(), [&](const Operation& operation) {
          return !operation.table.empty() && section.IsNew(operation.table, statement);
        });
    if (statement.changes_schema && !makes_new) schema = true;
    if (data == nullptr && ChangesManyRows(section, statement)) data = &statement;
  }
  if (schema && data != nullptr) report.Add("schema-and-data", *data, {});
}

}  // namespace

void CheckTransactions(const LintSection& section, LintReport& report) {
  const bool postgresql = section.dialect() == Dialect::kPostgresql;
  for (const LintStatement& statement : section.statements()) {
    if (statement.tree != nullptr) CheckLockTable(section, statement, report);
  }
  // MySQL has rules of its own for this.
  if (section.dialect() == Dialect::kMysql) return;
  const bool found = postgresql && CheckDataUnderLock(section, report);
  if (!found) CheckMixture(section, report);
}

}  // namespace brant
