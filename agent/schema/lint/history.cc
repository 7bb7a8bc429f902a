#include "agent/schema/lint/history.h"

#include "agent/schema/lint/postgresql_tree.h"
#include "third_party/pg_query/pg_query.pb.h"

namespace brant {

std::string CheckedNotNull(const pg_query::Constraint& constraint) {
  if (constraint.contype() != pg_query::CONSTR_CHECK) return "";
  const pg_query::NullTest& test = constraint.raw_expr().null_test();
  if (test.nulltesttype() != pg_query::IS_NOT_NULL) return "";
  const pg_query::ColumnRef& column = test.arg().column_ref();
  return column.fields_size() == 1 ? column.fields(0).string().sval() : "";
}

ColumnType ColumnTypeOf(const pg_query::TypeName& type) {
  return {TypeNameOf(type), TypeModifiers(type), type.array_bounds_size() > 0};
}

void LintHistory::Take(const LintSection& section) {
  for (const LintStatement& statement : section.statements()) TakeStatement(statement);
}

void LintHistory::TakeStatement(const LintStatement& statement) {
  if (statement.tree == nullptr) return;
  const pg_query::Node& node = StatementOf(*statement.tree);
  if (node.has_create_stmt()) {
    Table& table = tables_[NameOf(node.create_stmt().relation())];
    for (const pg_query::Node& element : node.create_stmt().table_elts()) {
      if (!element.has_column_def()) continue;
      table.types[element.column_def().colname()] = ColumnTypeOf(element.column_def().type_name());
    }
  }
  if (node.has_alter_table_stmt()) {
    Table& table = tables_[NameOf(node.alter_table_stmt().relation())];
    for (const pg_query::Node& part : node.alter_table_stmt().cmds()) {
      const pg_query::AlterTableCmd& command = part.alter_table_cmd();
      const pg_query::ColumnDef& column = command.def().column_def();
      if (command.subtype() == pg_query::AT_AddColumn) {
        table.types[column.colname()] = ColumnTypeOf(column.type_name());
      } else if (command.subtype() == pg_query::AT_AlterColumnType) {
        table.types[command.name()] = ColumnTypeOf(column.type_name());
      } else if (command.subtype() == pg_query::AT_AddConstraint) {
        const std::string checked = CheckedNotNull(command.def().constraint());
        if (!checked.empty()) table.checked_not_null.insert(checked);
      }
    }
  }
  for (const Operation& operation : statement.operations) TakeOperation(operation);
}

// What had another name, or is gone, is not known any more.
void LintHistory::TakeOperation(const Operation& operation) {
  if (operation.action == Action::kRenameTable || operation.action == Action::kDropTable) {
    tables_.erase(operation.table);
  }
  if (operation.action == Action::kRenameColumn || operation.action == Action::kDropColumn) {
    auto table = tables_.find(operation.table);
    if (table == tables_.end()) return;
    table->second.types.erase(operation.column);
    table->second.checked_not_null.erase(operation.column);
  }
}

const ColumnType* LintHistory::FindType(absl::string_view table, absl::string_view column) const {
  auto known = tables_.find(table);
  if (known == tables_.end()) return nullptr;
  auto found = known->second.types.find(column);
  return found == known->second.types.end() ? nullptr : &found->second;
}

bool LintHistory::IsCheckedNotNull(absl::string_view table, absl::string_view column) const {
  auto known = tables_.find(table);
  return known != tables_.end() && known->second.checked_not_null.contains(column);
}

}  // namespace brant
