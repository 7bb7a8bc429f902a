#include "absl/container/flat_hash_set.h"
#include "agent/schema/lint/checks.h"
#include "agent/schema/lint/postgresql_tree.h"
#include "third_party/pg_query/pg_query.pb.h"

namespace brant {
namespace {

// Of four bytes or fewer, and numbered by the database.
bool IsSmallNumber(const pg_query::ColumnDef& column, const std::string& type) {
  if (IsSerial(type)) return type != "bigserial" && type != "serial8";
  return (type == "int4" || type == "int2") && HasConstraint(column, pg_query::CONSTR_IDENTITY);
}

class Checker {
 public:
  Checker(const LintStatement& statement, LintReport& report)
      : statement_(statement), report_(report) {}

  void CheckCreateTable(const pg_query::CreateStmt& create) {
    absl::flat_hash_set<std::string> key;
    for (const pg_query::Node& element : create.table_elts()) {
      const pg_query::Constraint& constraint = element.constraint();
      // Of a key of several columns each may be small.
      if (constraint.contype() == pg_query::CONSTR_PRIMARY && constraint.keys_size() == 1) {
        key.insert(constraint.keys(0).string().sval());
      }
    }
    for (const pg_query::Node& element : create.table_elts()) {
      if (element.has_column_def()) CheckColumn(element.column_def(), key);
    }
  }

  void CheckAlterTable(const pg_query::AlterTableStmt& alter) {
    for (const pg_query::Node& node : alter.cmds()) {
      const pg_query::AlterTableCmd& command = node.alter_table_cmd();
      if (command.subtype() == pg_query::AT_AddColumn) CheckColumn(command.def().column_def(), {});
    }
  }

 private:
  void CheckColumn(const pg_query::ColumnDef& column, const absl::flat_hash_set<std::string>& key) {
    const std::string type = TypeNameOf(column.type_name());
    const LintNames names = {.column = column.colname()};
    const size_t within = PlaceOf(column);
    if (type == "bpchar") report_.Add("char-type", statement_, names, within);
    if (type == "json") report_.Add("json-type", statement_, names, within);
    if (type == "timestamp") report_.Add("timestamp-without-zone", statement_, names, within);
    if (IsSerial(type)) report_.Add("serial-type", statement_, names, within);
    const bool primary =
        HasConstraint(column, pg_query::CONSTR_PRIMARY) || key.contains(column.colname());
    if (primary && IsSmallNumber(column, type)) {
      report_.Add("small-key", statement_, names, within);
    }
  }

  const LintStatement& statement_;
  LintReport& report_;
};

}  // namespace

void CheckStyle(const LintSection& section, LintReport& report) {
  for (const LintStatement& statement : section.statements()) {
    if (statement.tree == nullptr) continue;
    const pg_query::Node& node = StatementOf(*statement.tree);
    Checker checker(statement, report);
    if (node.has_create_stmt()) checker.CheckCreateTable(node.create_stmt());
    if (node.has_alter_table_stmt()) checker.CheckAlterTable(node.alter_table_stmt());
  }
}

}  // namespace brant
