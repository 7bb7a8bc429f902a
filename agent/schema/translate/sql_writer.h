#ifndef BRANT_AGENT_SCHEMA_TRANSLATE_SQL_WRITER_H_
#define BRANT_AGENT_SCHEMA_TRANSLATE_SQL_WRITER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/schema/schema_driver.h"
#include "third_party/pg_query/pg_query.pb.h"

namespace brant {

using SqlNode = pg_query::Node;
using SqlNodes = google::protobuf::RepeatedPtrField<SqlNode>;

// Writes PostgreSQL's parse trees as SQL of a dialect. What it does not know how to
// say is named in `problem`; what it wrote then is worth nothing.
class SqlWriter {
 public:
  // `from`: the dialect whose meaning the tree's functions and operators have.
  // `names`: of columns, as the catalog writes them; the parser makes unquoted ones
  // lower case.
  SqlWriter(Dialect from, const SchemaDriver& to, const std::vector<std::string>& names);

  std::string Write(const SqlNode& node);
  std::string WriteSelect(const pg_query::SelectStmt& select);

  const std::string& problem() const { return problem_; }
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  // Expressions: sql_writer.cc.
  std::string WriteInParentheses(const SqlNode& node);
  std::string WriteList(const SqlNodes& nodes);
  std::string Constant(const pg_query::A_Const& constant);
  std::string ColumnReference(const pg_query::ColumnRef& reference);
  std::string BoolExpression(const pg_query::BoolExpr& expression);
  std::string Cast(const pg_query::TypeCast& cast);
  std::string Case(const pg_query::CaseExpr& expression);
  std::string Values(const pg_query::SQLValueFunction& function);
  std::string Test(const pg_query::BooleanTest& test);
  std::string SubQuery(const pg_query::SubLink& link);

  // Operators: operators.cc.
  std::string Operator(const pg_query::A_Expr& expression);
  std::string Binary(absl::string_view name, const pg_query::A_Expr& expression);
  std::string Membership(const pg_query::A_Expr& expression, bool negated);
  std::string Like(const pg_query::A_Expr& expression, bool negated, bool ignore_case);
  std::string Distinct(const pg_query::A_Expr& expression, bool distinct);
  std::string Concatenation(const pg_query::A_Expr& expression);
  std::string JsonField(absl::string_view name, const pg_query::A_Expr& expression);

  // Functions: functions.cc.
  std::string Function(const pg_query::FuncCall& call);
  std::string Call(absl::string_view name, const pg_query::FuncCall& call);

  // Queries: select_writer.cc.
  std::string Target(const SqlNode& node);
  std::string From(const SqlNode& node);
  std::string Join(const pg_query::JoinExpr& join);
  std::string Sort(const SqlNode& node);
  std::string Alias(const pg_query::Alias& alias);

  std::string Unknown(absl::string_view what);
  void Note(absl::string_view note);
  std::string Text(absl::string_view text) const;
  std::string Identifier(const std::string& name) const;
  bool To(Dialect dialect) const { return to_.dialect() == dialect; }

  const Dialect from_;
  const SchemaDriver& to_;
  std::map<std::string, std::string> names_;
  std::string problem_;
  std::vector<std::string> notes_;
};

// The parts of a name, `a.b`, as a list of nodes has them.
std::vector<std::string> NameParts(const SqlNodes& nodes);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_TRANSLATE_SQL_WRITER_H_
