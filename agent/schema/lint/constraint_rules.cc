#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "agent/schema/lint/checks.h"
#include "agent/schema/lint/postgresql_tree.h"
#include "third_party/pg_query/pg_query.pb.h"

namespace brant {
namespace {

// DEFAULT NULL is none.
bool HasDefault(const pg_query::ColumnDef& column) {
  return std::any_of(column.constraints().begin(), column.constraints().end(),
                     [](const pg_query::Node& node) {
                       return node.constraint().contype() == pg_query::CONSTR_DEFAULT &&
                              !node.constraint().raw_expr().a_const().isnull();
                     });
}

// The database gives each row a value.
bool HasValues(const pg_query::ColumnDef& column) {
  const std::string type = TypeNameOf(column.type_name());
  return HasDefault(column) || HasConstraint(column, pg_query::CONSTR_IDENTITY) ||
         HasConstraint(column, pg_query::CONSTR_GENERATED) || IsSerial(type);
}

class Checker {
 public:
  Checker(const LintSection& section, const LintHistory& history, LintReport& report)
      : section_(section), history_(history), report_(report) {}

  void Check() {
    for (const LintStatement& statement : section_.statements()) {
      if (statement.tree == nullptr) continue;
      const pg_query::Node& node = StatementOf(*statement.tree);
      if (node.alter_table_stmt().objtype() == pg_query::OBJECT_TABLE) {
        CheckAlterTable(statement, node.alter_table_stmt());
      }
    }
  }

 private:
  void CheckAlterTable(const LintStatement& statement, const pg_query::AlterTableStmt& alter) {
    const std::string table = NameOf(alter.relation());
    if (section_.IsNew(table, statement)) return;
    for (const pg_query::Node& node : alter.cmds()) {
      const pg_query::AlterTableCmd& command = node.alter_table_cmd();
      switch (command.subtype()) {
        case pg_query::AT_AddColumn:
          CheckAddColumn(statement, table, command.def().column_def());
          break;
        case pg_query::AT_AddConstraint:
          CheckAddConstraint(statement, table, command.def().constraint());
          break;
        case pg_query::AT_SetNotNull: {
          const std::string column = absl::StrCat(table, ".", command.name());
          if (!checked_.contains(column) && !history_.IsCheckedNotNull(table, command.name())) {
            report_.Add("set-not-null", statement, {.table = table, .column = command.name()});
          }
          break;
        }
        case pg_query::AT_ValidateConstraint: {
          auto added = not_valid_.find(absl::StrCat(table, ".", command.name()));
          if (added != not_valid_.end() && statement.transaction != 0 &&
              added->second == statement.transaction) {
            report_.Add("validate-in-same-transaction", statement,
                        {.table = table, .name = command.name()});
          }
          break;
        }
        default:
          break;
      }
    }
  }

  void CheckAddColumn(const LintStatement& statement, const std::string& table,
                      const pg_query::ColumnDef& column) {
    const LintNames names = {.table = table, .column = column.colname()};
    const size_t within = PlaceOf(column);
    const bool primary = HasConstraint(column, pg_query::CONSTR_PRIMARY);
    if ((primary || HasConstraint(column, pg_query::CONSTR_NOTNULL)) && !HasValues(column)) {
      report_.Add("not-null-without-default", statement, names, within);
    }
    if (primary) report_.Add("primary-key", statement, names, within);
    if (HasConstraint(column, pg_query::CONSTR_UNIQUE)) {
      report_.Add("unique-constraint", statement, names, within);
    }
    if (HasConstraint(column, pg_query::CONSTR_CHECK))
      report_.Add("check-scan", statement, names, within);
    // Of a column that is NULL everywhere PostgreSQL knows that nothing refers.
    if (HasConstraint(column, pg_query::CONSTR_FOREIGN) && HasDefault(column)) {
      report_.Add("foreign-key-scan", statement, names, within);
    }
  }

  void CheckAddConstraint(const LintStatement& statement, const std::string& table,
                          const pg_query::Constraint& constraint) {
    const LintNames names = {.table = table, .name = constraint.conname()};
    const auto within = static_cast<size_t>(std::max(constraint.location(), 0));
    const std::string checked = CheckedNotNull(constraint);
    if (!checked.empty()) checked_.insert(absl::StrCat(table, ".", checked));
    if (constraint.skip_validation()) {
      not_valid_[absl::StrCat(table, ".", constraint.conname())] = statement.transaction;
    }
    switch (constraint.contype()) {
      case pg_query::CONSTR_FOREIGN:
        if (!constraint.skip_validation())
          report_.Add("foreign-key-scan", statement, names, within);
        break;
      case pg_query::CONSTR_CHECK:
        if (!constraint.skip_validation()) report_.Add("check-scan", statement, names, within);
        break;
      case pg_query::CONSTR_UNIQUE:
        if (constraint.indexname().empty())
          report_.Add("unique-constraint", statement, names, within);
        break;
      case pg_query::CONSTR_PRIMARY:
        if (constraint.indexname().empty()) report_.Add("primary-key", statement, names, within);
        break;
      case pg_query::CONSTR_EXCLUSION:
        report_.Add("exclusion-constraint", statement, names, within);
        break;
      default:
        break;
    }
  }

  const LintSection& section_;
  const LintHistory& history_;
  LintReport& report_;
  // `table.constraint` that was added NOT VALID, and in which transaction.
  absl::flat_hash_map<std::string, int> not_valid_;
  // `table.column` that a CHECK of this section holds not to be NULL.
  absl::flat_hash_set<std::string> checked_;
};

}  // namespace

void CheckConstraints(const LintSection& section, const LintHistory& history, LintReport& report) {
  Checker(section, history, report).Check();
}

}  // namespace brant
