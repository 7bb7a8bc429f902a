#include "agent/schema/lint/postgresql_tree.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/io/coded_stream.h"
#include "pg_query.h"
#include "third_party/pg_query/pg_query.pb.h"

namespace brant {
namespace {

// A long `a || b || c …` is a deep tree.
constexpr int kMaxDepth = 5000;

// Schemas where unqualified names lead are left out.
std::string Qualified(const std::string& schema, const std::string& name) {
  if (schema.empty() || schema == "public" || schema == "pg_catalog") return name;
  return schema + "." + name;
}

template <typename Nodes>
std::vector<std::string> Strings(const Nodes& nodes) {
  std::vector<std::string> strings;
  for (const pg_query::Node& node : nodes) {
    if (node.has_string()) strings.push_back(node.string().sval());
  }
  return strings;
}

template <typename Nodes>
std::string QualifiedName(const Nodes& nodes) {
  const std::vector<std::string> names = Strings(nodes);
  if (names.empty()) return "";
  return Qualified(names.size() > 1 ? names[names.size() - 2] : "", names.back());
}

bool IsConstant(const pg_query::Node& node) {
  if (node.has_type_cast()) return IsConstant(node.type_cast().arg());
  return node.has_a_const();
}

// `column = constant`, perhaps with AND: most likely a few rows.
bool NamesFewRows(const pg_query::Node& where) {
  if (where.has_bool_expr() && where.bool_expr().boolop() == pg_query::AND_EXPR) {
    for (const pg_query::Node& part : where.bool_expr().args()) {
      if (NamesFewRows(part)) return true;
    }
    return false;
  }
  if (!where.has_a_expr()) return false;
  const pg_query::A_Expr& expression = where.a_expr();
  const bool equals = Strings(expression.name()) == std::vector<std::string>{"="};
  return equals &&
         (expression.kind() == pg_query::AEXPR_OP || expression.kind() == pg_query::AEXPR_IN) &&
         expression.lexpr().has_column_ref() &&
         (IsConstant(expression.rexpr()) || expression.rexpr().has_list());
}

class Reader {
 public:
  std::vector<Operation> Read(const pg_query::Node& node) {
    using Node = pg_query::Node;
    switch (node.node_case()) {
      case Node::kCreateStmt:
        Add({Action::kCreateTable, NameOf(node.create_stmt().relation())});
        break;
      case Node::kCreateTableAsStmt:
        Add({Action::kCreateTable, NameOf(node.create_table_as_stmt().into().rel())});
        break;
      case Node::kSelectStmt:
        if (node.select_stmt().has_into_clause()) {
          Add({Action::kCreateTable, NameOf(node.select_stmt().into_clause().rel())});
        }
        break;
      case Node::kViewStmt:
        Add({Action::kCreateView, NameOf(node.view_stmt().view())});
        break;
      case Node::kIndexStmt:
        Add({.action = Action::kCreateIndex,
             .table = NameOf(node.index_stmt().relation()),
             .name = node.index_stmt().idxname()});
        break;
      case Node::kAlterTableStmt:
        ReadAlterTable(node.alter_table_stmt());
        break;
      case Node::kRenameStmt:
        ReadRename(node.rename_stmt());
        break;
      case Node::kAlterObjectSchemaStmt:
        if (node.alter_object_schema_stmt().object_type() == pg_query::OBJECT_TABLE) {
          Add({.action = Action::kMoveTable,
               .table = NameOf(node.alter_object_schema_stmt().relation()),
               .name = node.alter_object_schema_stmt().newschema()});
        }
        break;
      case Node::kDropStmt:
        ReadDrop(node.drop_stmt());
        break;
      case Node::kDropdbStmt:
        Add({.action = Action::kDropDatabase, .name = node.dropdb_stmt().dbname()});
        break;
      case Node::kTruncateStmt:
        for (const Node& relation : node.truncate_stmt().relations()) {
          Add({Action::kTruncate, NameOf(relation.range_var())});
        }
        break;
      case Node::kInsertStmt:
        Add({.action = Action::kInsert,
             .table = NameOf(node.insert_stmt().relation()),
             .few = node.insert_stmt().select_stmt().select_stmt().values_lists_size() > 0 ||
                    !node.insert_stmt().has_select_stmt()});
        break;
      case Node::kUpdateStmt:
        ReadUpdate(node.update_stmt());
        break;
      case Node::kDeleteStmt: {
        const pg_query::DeleteStmt& statement = node.delete_stmt();
        Add({.action = Action::kDelete,
             .table = NameOf(statement.relation()),
             .filtered = statement.has_where_clause() || statement.using_clause_size() > 0,
             .few = NamesFewRows(statement.where_clause())});
        break;
      }
      default:
        break;
    }
    return std::move(operations_);
  }

 private:
  void Add(Operation operation) { operations_.push_back(std::move(operation)); }

  void ReadAlterTable(const pg_query::AlterTableStmt& statement) {
    if (statement.objtype() != pg_query::OBJECT_TABLE) return;
    const std::string table = NameOf(statement.relation());
    for (const pg_query::Node& node : statement.cmds()) {
      const pg_query::AlterTableCmd& command = node.alter_table_cmd();
      switch (command.subtype()) {
        case pg_query::AT_AddColumn:
          Add({Action::kAddColumn, table, command.def().column_def().colname()});
          break;
        case pg_query::AT_DropColumn:
          Add({.action = Action::kDropColumn,
               .table = table,
               .column = command.name(),
               .cascade = command.behavior() == pg_query::DROP_CASCADE});
          break;
        case pg_query::AT_AlterColumnType:
          Add({Action::kChangeColumn, table, command.name()});
          break;
        default:
          break;
      }
    }
  }

  void ReadRename(const pg_query::RenameStmt& statement) {
    const std::string table = NameOf(statement.relation());
    if (statement.rename_type() == pg_query::OBJECT_TABLE) {
      Add({.action = Action::kRenameTable,
           .table = table,
           .name = Qualified(statement.relation().schemaname(), statement.newname())});
    } else if (statement.rename_type() == pg_query::OBJECT_COLUMN &&
               statement.relation_type() == pg_query::OBJECT_TABLE) {
      Add({Action::kRenameColumn, table, statement.subname(), statement.newname()});
    } else if (statement.rename_type() == pg_query::OBJECT_TYPE) {
      Add({.action = Action::kRenameType, .name = statement.newname()});
    }
  }

  void ReadDrop(const pg_query::DropStmt& statement) {
    const bool cascade = statement.behavior() == pg_query::DROP_CASCADE;
    for (const pg_query::Node& object : statement.objects()) {
      const std::string name = NameOf(object);
      switch (statement.remove_type()) {
        case pg_query::OBJECT_TABLE:
          Add({.action = Action::kDropTable, .table = name, .cascade = cascade});
          break;
        case pg_query::OBJECT_INDEX:
          Add({.action = Action::kDropIndex, .name = name, .cascade = cascade});
          break;
        case pg_query::OBJECT_SCHEMA:
          Add({.action = Action::kDropSchema, .name = name, .cascade = cascade});
          break;
        case pg_query::OBJECT_TYPE:
        case pg_query::OBJECT_DOMAIN:
          Add({.action = Action::kDropType, .name = name, .cascade = cascade});
          break;
        default:
          break;
      }
    }
  }

  void ReadUpdate(const pg_query::UpdateStmt& statement) {
    Operation operation = {
        .action = Action::kUpdate,
        .table = NameOf(statement.relation()),
        .filtered = statement.has_where_clause() || statement.from_clause_size() > 0,
        .few = NamesFewRows(statement.where_clause())};
    for (const pg_query::Node& target : statement.target_list()) {
      operation.columns.push_back(target.res_target().name());
    }
    Add(std::move(operation));
  }

  std::vector<Operation> operations_;
};

// Of the parser's position, which counts characters from 1.
size_t OffsetOf(absl::string_view text, int position) {
  size_t offset = 0;
  for (; offset < text.size(); ++offset) {
    const bool begins = (static_cast<unsigned char>(text[offset]) & 0xC0) != 0x80;
    if (begins && --position == 0) break;
  }
  return offset;
}

}  // namespace

ParsedPostgresql ParsePostgresql(absl::string_view statement) {
  ParsedPostgresql result;
  PgQueryProtobufParseResult parsed = pg_query_parse_protobuf(std::string(statement).c_str());
  absl::Cleanup free_parsed = [&parsed] { pg_query_free_protobuf_parse_result(parsed); };
  if (parsed.error != nullptr) {
    // One without a place, such as a stack that is too deep, is not the syntax's.
    if (parsed.error->cursorpos > 0) {
      result.error = parsed.error->message;
      result.error_offset = OffsetOf(statement, parsed.error->cursorpos);
    }
    return result;
  }
  google::protobuf::io::CodedInputStream input(
      reinterpret_cast<const uint8_t*>(parsed.parse_tree.data),
      static_cast<int>(parsed.parse_tree.len));
  input.SetRecursionLimit(kMaxDepth);
  auto tree = std::make_shared<pg_query::ParseResult>();
  if (tree->ParseFromCodedStream(&input) && tree->stmts_size() == 1) result.tree = std::move(tree);
  return result;
}

const pg_query::Node& StatementOf(const pg_query::ParseResult& tree) {
  return tree.stmts(0).stmt();
}

std::vector<Operation> PostgresqlOperations(const pg_query::ParseResult& tree) {
  return Reader().Read(StatementOf(tree));
}

std::string NameOf(const pg_query::RangeVar& relation) {
  return Qualified(relation.schemaname(), relation.relname());
}

std::string NameOf(const pg_query::Node& identifiers) {
  if (identifiers.has_list()) return QualifiedName(identifiers.list().items());
  if (identifiers.has_type_name()) return QualifiedName(identifiers.type_name().names());
  return identifiers.string().sval();
}

std::string TypeNameOf(const pg_query::TypeName& type) { return QualifiedName(type.names()); }

std::vector<int> TypeModifiers(const pg_query::TypeName& type) {
  std::vector<int> modifiers;
  for (const pg_query::Node& modifier : type.typmods()) {
    if (modifier.a_const().has_ival()) modifiers.push_back(modifier.a_const().ival().ival());
  }
  return modifiers;
}

bool IsSerial(absl::string_view type) {
  return type == "serial" || type == "bigserial" || type == "smallserial" || type == "serial2" ||
         type == "serial4" || type == "serial8";
}

bool HasConstraint(const pg_query::ColumnDef& column, int type) {
  return std::any_of(
      column.constraints().begin(), column.constraints().end(),
      [&](const pg_query::Node& node) { return node.constraint().contype() == type; });
}

size_t PlaceOf(const pg_query::ColumnDef& column) {
  return static_cast<size_t>(std::max(column.location(), 0));
}

}  // namespace brant
