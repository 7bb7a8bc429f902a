#include "agent/schema/translate/sql_writer.h"

#include <cstdint>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace brant {
namespace {

constexpr size_t kMostBits = 63;

// Arrays of PostgreSQL are JSON elsewhere.
constexpr char kEmptyArray[] = "'[]'";

// `b0101` as a number; nothing readable: empty.
std::string BitsAsNumber(absl::string_view bits) {
  if (bits.empty() || bits.size() > kMostBits) return "";
  int64_t value = 0;
  for (char c : bits) value = value * 2 + (c == '1' ? 1 : 0);
  return absl::StrCat(value);
}

// The types that text is cast to in what PostgreSQL shows, without effect.
bool IsText(absl::string_view type) {
  return type == "text" || type == "varchar" || type == "bpchar" || type == "char" ||
         type == "nchar";
}

bool IsNumeric(absl::string_view type) {
  return type == "int2" || type == "int4" || type == "int8" || type == "numeric" ||
         type == "float4" || type == "float8";
}

// `-1`, `9000000000`, `0.5`.
bool IsNumber(absl::string_view text) {
  absl::ConsumePrefix(&text, "-");
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  return parts.size() <= 2 && absl::c_all_of(parts, [](absl::string_view digits) {
           return !digits.empty() && absl::c_all_of(digits, absl::ascii_isdigit);
         });
}

// A type of CAST, as each dialect has it (PostgreSQL, SQLite, MySQL); empty: the
// value goes without a cast there.
absl::string_view CastType(absl::string_view type, Dialect to) {
  struct Row {
    absl::string_view names;
    absl::string_view postgresql;
    absl::string_view sqlite;
    absl::string_view mysql;
  };
  static constexpr Row kRows[] = {
      {"int2 int4 int8 signed unsigned integer bigint smallint", "bigint", "INTEGER", "signed"},
      {"date", "date", "", "date"},
      {"float8 double real", "double precision", "REAL", "double"},
  };
  for (const Row& row : kRows) {
    const std::vector<std::string> names = absl::StrSplit(row.names, ' ');
    if (!absl::c_linear_search(names, type)) continue;
    if (to == Dialect::kPostgresql) return row.postgresql;
    return to == Dialect::kSqlite ? row.sqlite : row.mysql;
  }
  return "";
}

}  // namespace

std::vector<std::string> NameParts(const SqlNodes& nodes) {
  std::vector<std::string> parts;
  for (const SqlNode& node : nodes) parts.push_back(node.string().sval());
  return parts;
}

SqlWriter::SqlWriter(Dialect from, const SchemaDriver& to, const std::vector<std::string>& names)
    : from_(from), to_(to) {
  for (const std::string& name : names) names_.emplace(absl::AsciiStrToLower(name), name);
}

std::string SqlWriter::Unknown(absl::string_view what) {
  if (problem_.empty()) problem_ = std::string(what);
  return "";
}

void SqlWriter::Note(absl::string_view note) {
  if (!absl::c_linear_search(notes_, note)) notes_.emplace_back(note);
}

std::string SqlWriter::Text(absl::string_view text) const {
  const std::string quoted = absl::StrReplaceAll(text, {{"'", "''"}});
  if (!To(Dialect::kMysql)) return absl::StrCat("'", quoted, "'");
  return absl::StrCat("'", absl::StrReplaceAll(quoted, {{"\\", "\\\\"}}), "'");
}

std::string SqlWriter::Identifier(const std::string& name) const {
  const auto known = names_.find(absl::AsciiStrToLower(name));
  return to_.Quote(from_ != Dialect::kPostgresql && known != names_.end() ? known->second : name);
}

std::string SqlWriter::Write(const SqlNode& node) {
  switch (node.node_case()) {
    case SqlNode::kAConst:
      return Constant(node.a_const());
    case SqlNode::kColumnRef:
      return ColumnReference(node.column_ref());
    case SqlNode::kAExpr:
      return Operator(node.a_expr());
    case SqlNode::kBoolExpr:
      return BoolExpression(node.bool_expr());
    case SqlNode::kNullTest:
      return absl::StrCat(
          WriteInParentheses(node.null_test().arg()),
          node.null_test().nulltesttype() == pg_query::IS_NULL ? " IS NULL" : " IS NOT NULL");
    case SqlNode::kBooleanTest:
      return Test(node.boolean_test());
    case SqlNode::kTypeCast:
      return Cast(node.type_cast());
    case SqlNode::kFuncCall:
      return Function(node.func_call());
    case SqlNode::kCaseExpr:
      return Case(node.case_expr());
    case SqlNode::kCoalesceExpr:
      return absl::StrCat("coalesce(", WriteList(node.coalesce_expr().args()), ")");
    case SqlNode::kMinMaxExpr: {
      const bool greatest = node.min_max_expr().op() == pg_query::IS_GREATEST;
      if (from_ != to_.dialect() && (from_ == Dialect::kPostgresql || To(Dialect::kPostgresql))) {
        Note("greatest and least pass over NULL on PostgreSQL, and are NULL elsewhere");
      }
      const absl::string_view name =
          To(Dialect::kSqlite) ? (greatest ? "max" : "min") : (greatest ? "greatest" : "least");
      return absl::StrCat(name, "(", WriteList(node.min_max_expr().args()), ")");
    }
    case SqlNode::kSqlvalueFunction:
      return Values(node.sqlvalue_function());
    case SqlNode::kCollateClause:
      Note("a collation in it is left out");
      return Write(node.collate_clause().arg());
    case SqlNode::kRowExpr:
      return absl::StrCat("(", WriteList(node.row_expr().args()), ")");
    case SqlNode::kSubLink:
      return SubQuery(node.sub_link());
    case SqlNode::kAArrayExpr:
      if (!To(Dialect::kPostgresql)) {
        return node.a_array_expr().elements_size() == 0 ? kEmptyArray : Unknown("an array");
      }
      return absl::StrCat("ARRAY[", WriteList(node.a_array_expr().elements()), "]");
    default:
      return Unknown("a construct that is not known elsewhere");
  }
}

std::string SqlWriter::WriteInParentheses(const SqlNode& node) {
  std::string text = Write(node);
  switch (node.node_case()) {
    case SqlNode::kAExpr:
      // Calls, as they are written.
      if (absl::EndsWith(text, ")") && node.a_expr().kind() == pg_query::AEXPR_NULLIF) return text;
      return absl::StrCat("(", text, ")");
    case SqlNode::kBoolExpr:
    case SqlNode::kNullTest:
    case SqlNode::kBooleanTest:
      return absl::StrCat("(", text, ")");
    case SqlNode::kSubLink:
      return node.sub_link().sub_link_type() == pg_query::ANY_SUBLINK ? absl::StrCat("(", text, ")")
                                                                      : text;
    // A cast that is left out leaves its operand.
    case SqlNode::kTypeCast:
      return absl::StartsWith(text, "CAST(") ? text : WriteInParentheses(node.type_cast().arg());
    case SqlNode::kCollateClause:
      return WriteInParentheses(node.collate_clause().arg());
    default:
      return text;
  }
}

std::string SqlWriter::WriteList(const SqlNodes& nodes) {
  std::vector<std::string> parts;
  for (const SqlNode& node : nodes) parts.push_back(Write(node));
  return absl::StrJoin(parts, ", ");
}

std::string SqlWriter::Constant(const pg_query::A_Const& constant) {
  if (constant.isnull()) return "NULL";
  switch (constant.val_case()) {
    case pg_query::A_Const::kIval:
      return absl::StrCat(constant.ival().ival());
    case pg_query::A_Const::kFval:
      return constant.fval().fval();
    case pg_query::A_Const::kBoolval:
      return constant.boolval().boolval() ? "true" : "false";
    case pg_query::A_Const::kSval:
      return Text(constant.sval().sval());
    case pg_query::A_Const::kBsval:
      break;
    default:
      return Unknown("a constant of an unknown kind");
  }
  absl::string_view bits = constant.bsval().bsval();
  if (absl::ConsumePrefix(&bits, "x")) {
    return To(Dialect::kPostgresql) ? absl::StrCat("'\\x", bits, "'")
                                    : absl::StrCat("X'", bits, "'");
  }
  absl::ConsumePrefix(&bits, "b");
  const std::string number = BitsAsNumber(bits);
  return number.empty() ? Unknown("a string of many bits") : number;
}

std::string SqlWriter::ColumnReference(const pg_query::ColumnRef& reference) {
  return absl::StrJoin(reference.fields(), ".", [this](std::string* out, const SqlNode& field) {
    absl::StrAppend(out, field.has_a_star() ? "*" : Identifier(field.string().sval()));
  });
}

std::string SqlWriter::BoolExpression(const pg_query::BoolExpr& expression) {
  if (expression.boolop() == pg_query::NOT_EXPR) {
    const std::string operand = WriteInParentheses(expression.args(0));
    return absl::StrCat("NOT ", operand);
  }
  std::vector<std::string> parts;
  for (const SqlNode& node : expression.args()) {
    parts.push_back(node.has_bool_expr() ? WriteInParentheses(node) : Write(node));
  }
  return absl::StrJoin(parts, expression.boolop() == pg_query::AND_EXPR ? " AND " : " OR ");
}

std::string SqlWriter::Cast(const pg_query::TypeCast& cast) {
  const std::vector<std::string> names = NameParts(cast.type_name().names());
  const std::string type = names.empty() ? "" : names.back();
  if (cast.type_name().array_bounds_size() > 0 && cast.arg().has_a_const()) {
    if (cast.arg().a_const().isnull()) return Write(cast.arg());
    return cast.arg().a_const().sval().sval() == "{}" ? kEmptyArray : Unknown("an array");
  }
  // PostgreSQL shows a number as text where it is negative or large.
  if (IsNumeric(type) && IsNumber(cast.arg().a_const().sval().sval())) {
    return cast.arg().a_const().sval().sval();
  }
  // A literal has the type that its place gives it.
  if (cast.arg().has_a_const() && type != "interval" && !absl::StartsWith(type, "reg")) {
    return Write(cast.arg());
  }
  if (cast.type_name().array_bounds_size() > 0) {
    const bool is_known = cast.arg().has_a_array_expr() || cast.arg().has_type_cast();
    return is_known ? Write(cast.arg()) : Unknown("an array");
  }
  if (IsText(type) || type == "numeric" || type == "decimal") return Write(cast.arg());
  const absl::string_view wanted = CastType(type, to_.dialect());
  if (type == "date" && To(Dialect::kSqlite)) return absl::StrCat("date(", Write(cast.arg()), ")");
  if (wanted.empty()) return Unknown(absl::StrCat("a cast to ", type));
  return absl::StrCat("CAST(", Write(cast.arg()), " AS ", wanted, ")");
}

std::string SqlWriter::Case(const pg_query::CaseExpr& expression) {
  std::string result = "CASE";
  if (expression.has_arg()) absl::StrAppend(&result, " ", WriteInParentheses(expression.arg()));
  for (const SqlNode& node : expression.args()) {
    const std::string condition = Write(node.case_when().expr());
    absl::StrAppend(&result, " WHEN ", condition, " THEN ", Write(node.case_when().result()));
  }
  if (expression.has_defresult()) {
    absl::StrAppend(&result, " ELSE ", Write(expression.defresult()));
  }
  return absl::StrCat(result, " END");
}

std::string SqlWriter::Values(const pg_query::SQLValueFunction& function) {
  auto with_precision = [&](absl::string_view name) {
    return function.typmod() >= 0 && !To(Dialect::kSqlite)
               ? absl::StrCat(name, "(", function.typmod(), ")")
               : std::string(name);
  };
  switch (function.op()) {
    case pg_query::SVFOP_CURRENT_DATE:
      // MySQL takes it as a default in parentheses only; see IsLiteral.
      return "CURRENT_DATE";
    case pg_query::SVFOP_CURRENT_TIME:
    case pg_query::SVFOP_CURRENT_TIME_N:
    case pg_query::SVFOP_LOCALTIME:
    case pg_query::SVFOP_LOCALTIME_N:
      return with_precision("CURRENT_TIME");
    case pg_query::SVFOP_CURRENT_TIMESTAMP:
    case pg_query::SVFOP_CURRENT_TIMESTAMP_N:
    case pg_query::SVFOP_LOCALTIMESTAMP:
    case pg_query::SVFOP_LOCALTIMESTAMP_N:
      return with_precision("CURRENT_TIMESTAMP");
    case pg_query::SVFOP_CURRENT_USER:
    case pg_query::SVFOP_USER:
    case pg_query::SVFOP_CURRENT_ROLE:
      if (To(Dialect::kSqlite)) return Unknown("the user's name");
      return To(Dialect::kMysql) ? "current_user()" : "CURRENT_USER";
    default:
      return Unknown("a property of the session");
  }
}

std::string SqlWriter::Test(const pg_query::BooleanTest& test) {
  const std::string operand = WriteInParentheses(test.arg());
  switch (test.booltesttype()) {
    case pg_query::IS_TRUE:
      return absl::StrCat(operand, " IS TRUE");
    case pg_query::IS_NOT_TRUE:
      return absl::StrCat(operand, " IS NOT TRUE");
    case pg_query::IS_FALSE:
      return absl::StrCat(operand, " IS FALSE");
    case pg_query::IS_NOT_FALSE:
      return absl::StrCat(operand, " IS NOT FALSE");
    case pg_query::IS_UNKNOWN:
      return absl::StrCat(operand, " IS NULL");
    default:
      return absl::StrCat(operand, " IS NOT NULL");
  }
}

std::string SqlWriter::SubQuery(const pg_query::SubLink& link) {
  std::string query = absl::StrCat("(", WriteSelect(link.subselect().select_stmt()), ")");
  switch (link.sub_link_type()) {
    case pg_query::EXISTS_SUBLINK:
      return absl::StrCat("EXISTS ", query);
    case pg_query::EXPR_SUBLINK:
      return query;
    case pg_query::ANY_SUBLINK:
      // Without an operator it is IN.
      if (link.oper_name_size() == 0) {
        return absl::StrCat(WriteInParentheses(link.testexpr()), " IN ", query);
      }
      return Unknown("ANY");
    default:
      return Unknown("a subquery of an unknown kind");
  }
}

}  // namespace brant
