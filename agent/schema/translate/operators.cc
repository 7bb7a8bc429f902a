#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/translate/sql_writer.h"

namespace brant {
namespace {

// Operators that mean the same everywhere.
bool IsCommon(absl::string_view name) {
  static constexpr absl::string_view kCommon[] = {"=", "<>", "<", ">", "<=", ">=", "+", "-",
                                                  "*", "/",  "%", "&", "|",  "<<", ">>"};
  return absl::c_linear_search(kCommon, name);
}

// The text of a constant, below its cast.
const std::string& TextOf(const SqlNode& node) {
  return node.has_type_cast() ? TextOf(node.type_cast().arg()) : node.a_const().sval().sval();
}

// Is it a plain word, such as a field of JSON?
bool IsWord(const std::string& text) {
  return !text.empty() && absl::c_all_of(text, [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  });
}

// The array of `= ANY (…)`, below the casts that PostgreSQL shows.
const pg_query::A_ArrayExpr* ArrayOf(const SqlNode& node) {
  if (node.has_type_cast()) return ArrayOf(node.type_cast().arg());
  return node.has_a_array_expr() ? &node.a_array_expr() : nullptr;
}

}  // namespace

std::string SqlWriter::Operator(const pg_query::A_Expr& expression) {
  const std::vector<std::string> parts = NameParts(expression.name());
  if (parts.empty()) return Unknown("an operator without a name");
  const std::string& name = parts.back();
  switch (expression.kind()) {
    case pg_query::AEXPR_OP:
      return Binary(name, expression);
    case pg_query::AEXPR_OP_ANY:
      if (name != "=" || ArrayOf(expression.rexpr()) == nullptr) return Unknown("ANY");
      return Membership(expression, /*negated=*/false);
    case pg_query::AEXPR_OP_ALL:
      if (name != "<>" || ArrayOf(expression.rexpr()) == nullptr) return Unknown("ALL");
      return Membership(expression, /*negated=*/true);
    case pg_query::AEXPR_IN:
      return Membership(expression, name == "<>");
    case pg_query::AEXPR_DISTINCT:
      return Distinct(expression, true);
    case pg_query::AEXPR_NOT_DISTINCT:
      return Distinct(expression, false);
    case pg_query::AEXPR_NULLIF: {
      const std::string left = Write(expression.lexpr());
      return absl::StrCat("nullif(", left, ", ", Write(expression.rexpr()), ")");
    }
    case pg_query::AEXPR_LIKE:
      return Like(expression, name == "!~~", false);
    case pg_query::AEXPR_ILIKE:
      return Like(expression, name == "!~~*", true);
    case pg_query::AEXPR_BETWEEN:
    case pg_query::AEXPR_NOT_BETWEEN: {
      const std::string operand = WriteInParentheses(expression.lexpr());
      const SqlNodes& bounds = expression.rexpr().list().items();
      const std::string low = WriteInParentheses(bounds[0]);
      return absl::StrCat(
          operand, expression.kind() == pg_query::AEXPR_BETWEEN ? " BETWEEN " : " NOT BETWEEN ",
          low, " AND ", WriteInParentheses(bounds[1]));
    }
    default:
      return Unknown("an operator that is not known elsewhere");
  }
}

std::string SqlWriter::Binary(absl::string_view name, const pg_query::A_Expr& expression) {
  // What PostgreSQL shows of LIKE.
  if (name == "~~" || name == "!~~") return Like(expression, name == "!~~", false);
  if (name == "~~*" || name == "!~~*") return Like(expression, name == "!~~*", true);
  if (name == "||") return Concatenation(expression);
  if (name == "->" || name == "->>") return JsonField(name, expression);
  const bool regular = name == "~" || name == "~*";
  const bool not_regular = name == "!~" || name == "!~*";
  if (regular || not_regular) {
    if (To(Dialect::kSqlite)) return Unknown("a regular expression");
    const std::string left = WriteInParentheses(expression.lexpr());
    const std::string right = WriteInParentheses(expression.rexpr());
    if (To(Dialect::kPostgresql)) return absl::StrCat(left, " ", name, " ", right);
    Note("whether a regular expression heeds case is up to the column's collation on MySQL");
    return absl::StrCat(left, regular ? " REGEXP " : " NOT REGEXP ", right);
  }
  if (!IsCommon(name)) return Unknown(absl::StrCat("the operator ", name));
  if (!expression.has_lexpr()) {
    if (name != "-" && name != "+") return Unknown(absl::StrCat("the operator ", name));
    return absl::StrCat(name, WriteInParentheses(expression.rexpr()));
  }
  if (name == "/" && (from_ == Dialect::kMysql) != To(Dialect::kMysql)) {
    Note("a division of whole numbers has a fraction on MySQL, and none elsewhere");
  }
  const std::string left = WriteInParentheses(expression.lexpr());
  return absl::StrCat(left, " ", name, " ", WriteInParentheses(expression.rexpr()));
}

std::string SqlWriter::Membership(const pg_query::A_Expr& expression, bool negated) {
  const std::string left = WriteInParentheses(expression.lexpr());
  const pg_query::A_ArrayExpr* array = ArrayOf(expression.rexpr());
  const SqlNodes& values = array != nullptr ? array->elements() : expression.rexpr().list().items();
  return absl::StrCat(left, negated ? " NOT IN (" : " IN (", WriteList(values), ")");
}

std::string SqlWriter::Like(const pg_query::A_Expr& expression, bool negated, bool ignore_case) {
  // With ESCAPE, the pattern is a call.
  if (expression.rexpr().has_func_call()) return Unknown("LIKE with ESCAPE");
  const std::string left = WriteInParentheses(expression.lexpr());
  const std::string right = WriteInParentheses(expression.rexpr());
  if (from_ != to_.dialect()) {
    if (To(Dialect::kPostgresql) && !ignore_case) {
      Note("LIKE heeds case on PostgreSQL");
    } else if (from_ == Dialect::kPostgresql && !ignore_case) {
      Note("LIKE may not heed case there");
    }
  }
  const absl::string_view like = negated ? " NOT LIKE " : " LIKE ";
  if (!ignore_case) return absl::StrCat(left, like, right);
  if (To(Dialect::kPostgresql))
    return absl::StrCat(left, negated ? " NOT ILIKE " : " ILIKE ", right);
  return absl::StrCat("lower(", left, ")", like, "lower(", right, ")");
}

std::string SqlWriter::Distinct(const pg_query::A_Expr& expression, bool distinct) {
  const std::string left = WriteInParentheses(expression.lexpr());
  const std::string right = WriteInParentheses(expression.rexpr());
  switch (to_.dialect()) {
    case Dialect::kPostgresql:
      return absl::StrCat(left, distinct ? " IS DISTINCT FROM " : " IS NOT DISTINCT FROM ", right);
    case Dialect::kSqlite:
      return absl::StrCat(left, distinct ? " IS NOT " : " IS ", right);
    case Dialect::kMysql:
      break;
  }
  const std::string same = absl::StrCat(left, " <=> ", right);
  return distinct ? absl::StrCat("NOT (", same, ")") : same;
}

std::string SqlWriter::Concatenation(const pg_query::A_Expr& expression) {
  if (!To(Dialect::kMysql)) {
    const std::string left = WriteInParentheses(expression.lexpr());
    return absl::StrCat(left, " || ", WriteInParentheses(expression.rexpr()));
  }
  // MySQL's || is OR.
  const std::string left = Write(expression.lexpr());
  return absl::StrCat("concat(", left, ", ", Write(expression.rexpr()), ")");
}

std::string SqlWriter::JsonField(absl::string_view name, const pg_query::A_Expr& expression) {
  const std::string& field = TextOf(expression.rexpr());
  if (!IsWord(field)) return Unknown(absl::StrCat("the operator ", name));
  const std::string left = WriteInParentheses(expression.lexpr());
  if (!To(Dialect::kMysql)) {
    return absl::StrCat(left, " ", name, " ", Write(expression.rexpr()));
  }
  const std::string value = absl::StrCat("json_extract(", left, ", '$.", field, "')");
  return name == "->" ? value : absl::StrCat("json_unquote(", value, ")");
}

}  // namespace brant
