#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/lint/checks.h"
#include "agent/schema/lint/postgresql_tree.h"
#include "third_party/pg_query/pg_query.pb.h"

namespace brant {
namespace {

// Functions that give another value for each row. Of others it is not known.
constexpr std::array<absl::string_view, 11> kVolatile = {
    "gen_random_uuid", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "uuidv4",
    "uuidv7",          "random",           "clock_timestamp",    "timeofday",        "nextval",
    "gen_random_bytes"};

bool IsVolatile(const pg_query::Node& expression) {
  if (expression.has_type_cast()) return IsVolatile(expression.type_cast().arg());
  if (expression.has_a_expr()) {
    return IsVolatile(expression.a_expr().lexpr()) || IsVolatile(expression.a_expr().rexpr());
  }
  if (!expression.has_func_call()) return false;
  const pg_query::FuncCall& call = expression.func_call();
  const std::string name = call.funcname(call.funcname_size() - 1).string().sval();
  if (std::find(kVolatile.begin(), kVolatile.end(), name) != kVolatile.end()) return true;
  return std::any_of(call.args().begin(), call.args().end(), IsVolatile);
}

int IntegerSize(const std::string& type) {
  if (type == "int2") return 2;
  if (type == "int4") return 4;
  return type == "int8" ? 8 : 0;
}

bool IsText(const ColumnType& type) { return type.name == "text" || type.name == "varchar"; }

// How long a text may be; -1: as long as it likes.
int Length(const ColumnType& type) {
  return type.name == "varchar" && !type.modifiers.empty() ? type.modifiers[0] : -1;
}

// Whether `to` has no room for some values of `from`.
bool IsNarrower(const ColumnType& from, const ColumnType& to) {
  if (from.array != to.array) return false;
  if (IsText(from) && IsText(to)) {
    return Length(to) >= 0 && (Length(from) < 0 || Length(from) > Length(to));
  }
  if (IntegerSize(from.name) > 0 && IntegerSize(to.name) > 0) {
    return IntegerSize(from.name) > IntegerSize(to.name);
  }
  if (from.name == "numeric" && to.name == "numeric" && !to.modifiers.empty()) {
    if (from.modifiers.empty()) return true;
    const auto scale = [](const ColumnType& type) {
      return type.modifiers.size() > 1 ? type.modifiers[1] : 0;
    };
    return scale(from) > scale(to) || from.modifiers[0] - scale(from) > to.modifiers[0] - scale(to);
  }
  if (from.name == "float8" && to.name == "float4") return true;
  return from.name == "timestamptz" && to.name == "date";
}

// Whether changing the type leaves the rows alone. `from` null: not known, and
// then the kinds of types that are mostly made larger are believed to be.
bool LeavesRows(const ColumnType* from, const ColumnType& to) {
  if (to.array) return from != nullptr && *from == to;
  if (from == nullptr) return IsText(to) || to.name == "numeric";
  if (*from == to) return true;
  if (IsText(*from) && IsText(to)) return !IsNarrower(*from, to);
  if (from->name == "numeric" && to.name == "numeric") {
    // Another scale rewrites, except that without a limit nothing does.
    const bool same_scale = from->modifiers.size() == to.modifiers.size() &&
                            (from->modifiers.size() < 2 || from->modifiers[1] == to.modifiers[1]);
    return to.modifiers.empty() || (same_scale && !IsNarrower(*from, to));
  }
  return false;
}

std::string Show(const ColumnType& type) {
  return absl::StrCat(
      type.name,
      type.modifiers.empty() ? "" : absl::StrCat("(", absl::StrJoin(type.modifiers, ","), ")"),
      type.array ? "[]" : "");
}

class Checker {
 public:
  Checker(const LintSection& section, const LintHistory& history, LintReport& report)
      : section_(section), history_(history), report_(report) {}

  void Check() {
    for (const LintStatement& statement : section_.statements()) {
      if (statement.tree != nullptr) CheckStatement(statement, StatementOf(*statement.tree));
    }
  }

 private:
  void CheckStatement(const LintStatement& statement, const pg_query::Node& node) {
    using Node = pg_query::Node;
    switch (node.node_case()) {
      case Node::kAlterTableStmt:
        if (node.alter_table_stmt().objtype() == pg_query::OBJECT_TABLE) {
          CheckAlterTable(statement, node.alter_table_stmt());
        }
        break;
      case Node::kVacuumStmt:
        for (const Node& option : node.vacuum_stmt().options()) {
          if (option.def_elem().defname() == "full") report_.Add("vacuum-full", statement, {});
        }
        break;
      case Node::kClusterStmt:
        report_.Add("vacuum-full", statement, {});
        break;
      case Node::kRefreshMatViewStmt: {
        const pg_query::RefreshMatViewStmt& refresh = node.refresh_mat_view_stmt();
        const std::string view = NameOf(refresh.relation());
        if (!refresh.concurrent() && !refresh.skip_data() && !section_.IsNew(view, statement)) {
          report_.Add("blocking-refresh", statement, {.table = view});
        }
        break;
      }
      default:
        break;
    }
  }

  void CheckAlterTable(const LintStatement& statement, const pg_query::AlterTableStmt& alter) {
    const std::string table = NameOf(alter.relation());
    if (section_.IsNew(table, statement)) return;
    for (const pg_query::Node& node : alter.cmds()) {
      const pg_query::AlterTableCmd& command = node.alter_table_cmd();
      switch (command.subtype()) {
        case pg_query::AT_AddColumn:
          CheckAddColumn(statement, table, command.def().column_def());
          break;
        case pg_query::AT_AlterColumnType:
          CheckType(statement, table, command);
          break;
        case pg_query::AT_SetLogged:
        case pg_query::AT_SetUnLogged:
        case pg_query::AT_SetAccessMethod:
        case pg_query::AT_SetTableSpace:
          report_.Add("table-rewrite", statement, {.table = table});
          break;
        default:
          break;
      }
    }
  }

  void CheckAddColumn(const LintStatement& statement, const std::string& table,
                      const pg_query::ColumnDef& column) {
    const LintNames names = {.table = table, .column = column.colname()};
    const size_t within = PlaceOf(column);
    if (IsSerial(TypeNameOf(column.type_name()))) {
      report_.Add("numbered-column", statement, names, within);
    }
    for (const pg_query::Node& node : column.constraints()) {
      const pg_query::Constraint& constraint = node.constraint();
      if (constraint.contype() == pg_query::CONSTR_IDENTITY) {
        report_.Add("numbered-column", statement, names, within);
      } else if (constraint.contype() == pg_query::CONSTR_GENERATED) {
        report_.Add("stored-generated-column", statement, names, within);
      } else if (constraint.contype() == pg_query::CONSTR_DEFAULT &&
                 IsVolatile(constraint.raw_expr())) {
        report_.Add("volatile-default", statement, names, within);
      }
    }
  }

  void CheckType(const LintStatement& statement, const std::string& table,
                 const pg_query::AlterTableCmd& command) {
    if (section_.IsNewColumn(table, command.name(), statement)) return;
    const pg_query::ColumnDef& column = command.def().column_def();
    const ColumnType to = ColumnTypeOf(column.type_name());
    const ColumnType* from = history_.FindType(table, command.name());
    LintNames names = {.table = table, .column = command.name()};
    if (from != nullptr && IsNarrower(*from, to)) {
      names.name = absl::StrCat(Show(*from), " to ", Show(to));
      report_.Add("narrower-type", statement, names, PlaceOf(column));
    }
    if (column.has_raw_default() || !LeavesRows(from, to)) {
      report_.Add("column-type-change", statement, names, PlaceOf(column));
    }
  }

  const LintSection& section_;
  const LintHistory& history_;
  LintReport& report_;
};

}  // namespace

void CheckRewrites(const LintSection& section, const LintHistory& history, LintReport& report) {
  Checker(section, history, report).Check();
}

}  // namespace brant
