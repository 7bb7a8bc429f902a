#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "agent/schema/lint/checks.h"
#include "agent/schema/lint/postgresql_tree.h"
#include "third_party/pg_query/pg_query.pb.h"

namespace brant {
namespace {

template <typename Options>
bool HasOption(const Options& options, absl::string_view name) {
  return std::any_of(options.begin(), options.end(), [&](const pg_query::Node& option) {
    return option.def_elem().defname() == name;
  });
}

// What PostgreSQL refuses in a transaction; empty: nothing.
std::string RefusedInTransaction(const pg_query::Node& node) {
  using Node = pg_query::Node;
  switch (node.node_case()) {
    case Node::kIndexStmt:
      return node.index_stmt().concurrent() ? "CREATE INDEX CONCURRENTLY" : "";
    case Node::kDropStmt:
      return node.drop_stmt().concurrent() ? "DROP INDEX CONCURRENTLY" : "";
    case Node::kReindexStmt:
      return HasOption(node.reindex_stmt().params(), "concurrently") ? "REINDEX CONCURRENTLY" : "";
    case Node::kVacuumStmt:
      return node.vacuum_stmt().is_vacuumcmd() ? "VACUUM" : "";
    case Node::kCreatedbStmt:
      return "CREATE DATABASE";
    case Node::kDropdbStmt:
      return "DROP DATABASE";
    case Node::kAlterSystemStmt:
      return "ALTER SYSTEM";
    case Node::kCreateTableSpaceStmt:
      return "CREATE TABLESPACE";
    case Node::kDropTableSpaceStmt:
      return "DROP TABLESPACE";
    case Node::kAlterTableStmt:
      for (const Node& command : node.alter_table_stmt().cmds()) {
        if (command.alter_table_cmd().def().partition_cmd().concurrent()) {
          return "DETACH PARTITION CONCURRENTLY";
        }
      }
      return "";
    default:
      return "";
  }
}

// Units that take effect each by itself: statements, and whole transactions.
int CountUnits(const LintSection& section) {
  int units = 0;
  int last_transaction = 0;
  for (const LintStatement& statement : section.statements()) {
    switch (statement.kind) {
      case StatementKind::kSession:
      case StatementKind::kSetting:
      case StatementKind::kMaintenance:
      case StatementKind::kTransactionControl:
        continue;
      default:
        break;
    }
    if (statement.transaction == 0 || statement.transaction != last_transaction) ++units;
    last_transaction = statement.transaction;
  }
  return units;
}

}  // namespace

void CheckIndexes(const LintSection& section, LintReport& report) {
  absl::flat_hash_set<std::string> made_here;
  for (const LintStatement& statement : section.statements()) {
    if (statement.tree == nullptr) continue;
    const pg_query::Node& node = StatementOf(*statement.tree);
    if (node.has_index_stmt()) {
      const pg_query::IndexStmt& index = node.index_stmt();
      made_here.insert(index.idxname());
      const std::string table = NameOf(index.relation());
      if (!index.concurrent() && !section.IsNew(table, statement)) {
        report.Add("blocking-index", statement, {.table = table, .name = index.idxname()});
      }
    }
    if (!node.drop_stmt().concurrent()) {
      for (const Operation& operation : statement.operations) {
        if (operation.action != Action::kDropIndex || made_here.contains(operation.name)) continue;
        report.Add("blocking-index-drop", statement, {.name = operation.name});
      }
    }
    if (node.has_reindex_stmt() && !HasOption(node.reindex_stmt().params(), "concurrently")) {
      report.Add("blocking-reindex", statement, {});
    }
    const std::string refused = RefusedInTransaction(node);
    if (statement.transaction != 0 && !refused.empty()) {
      report.Add("not-in-transaction", statement, {.name = refused});
    }
  }
  if (!section.section().transactional && CountUnits(section) > 1) {
    report.Add("several-without-transaction", section.statements().front(), {});
  }
}

}  // namespace brant
