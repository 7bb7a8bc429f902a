#include "agent/schema/lint/history.h"

#include "absl/strings/str_cat.h"
#include "agent/schema/lint/postgresql_tree.h"
#include "third_party/pg_query/pg_query.pb.h"

namespace brant {
namespace {

std::string Key(absl::string_view table, absl::string_view column) {
  return absl::StrCat(table, ".", column);
}

}  // namespace

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
    const std::string table = NameOf(node.create_stmt().relation());
    for (const pg_query::Node& element : node.create_stmt().table_elts()) {
      if (!element.has_column_def()) continue;
      types_[Key(table, element.column_def().colname())] =
          ColumnTypeOf(element.column_def().type_name());
    }
  }
  const std::string table = NameOf(node.alter_table_stmt().relation());
  for (const pg_query::Node& part : node.alter_table_stmt().cmds()) {
    const pg_query::AlterTableCmd& command = part.alter_table_cmd();
    const pg_query::ColumnDef& column = command.def().column_def();
    if (command.subtype() == pg_query::AT_AddColumn) {
      types_[Key(table, column.colname())] = ColumnTypeOf(column.type_name());
    } else if (command.subtype() == pg_query::AT_AlterColumnType) {
      types_[Key(table, command.name())] = ColumnTypeOf(column.type_name());
    } else if (command.subtype() == pg_query::AT_AddConstraint) {
      const std::string checked = CheckedNotNull(command.def().constraint());
      if (!checked.empty()) checked_not_null_.insert(Key(table, checked));
    }
  }
  for (const Operation& operation : statement.operations) TakeOperation(operation);
}

// What had another name, or is gone, is not known any more.
void LintHistory::TakeOperation(const Operation& operation) {
  if (operation.action == Action::kRenameColumn || operation.action == Action::kDropColumn) {
    types_.erase(Key(operation.table, operation.column));
    checked_not_null_.erase(Key(operation.table, operation.column));
  }
  if (operation.action == Action::kRenameTable || operation.action == Action::kDropTable) {
    const std::string prefix = Key(operation.table, "");
    absl::erase_if(types_, [&](const auto& entry) {
      return absl::string_view(entry.first).substr(0, prefix.size()) == prefix;
    });
    absl::erase_if(checked_not_null_, [&](const std::string& key) {
      return absl::string_view(key).substr(0, prefix.size()) == prefix;
    });
  }
}

const ColumnType* LintHistory::FindType(absl::string_view table, absl::string_view column) const {
  auto found = types_.find(Key(table, column));
  return found == types_.end() ? nullptr : &found->second;
}

bool LintHistory::IsCheckedNotNull(absl::string_view table, absl::string_view column) const {
  return checked_not_null_.contains(Key(table, column));
}

}  // namespace brant
