#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/schema/translate/sql_writer.h"

namespace brant {
namespace {

// What a view may have and a translation has not.
bool IsBeyond(const pg_query::SelectStmt& select) {
  return select.has_with_clause() || select.window_clause_size() > 0 ||
         select.values_lists_size() > 0 || select.locking_clause_size() > 0 ||
         select.group_distinct() || select.limit_option() == pg_query::LIMIT_OPTION_WITH_TIES;
}

absl::string_view SetOperator(pg_query::SetOperation operation) {
  switch (operation) {
    case pg_query::SETOP_UNION:
      return " UNION ";
    case pg_query::SETOP_INTERSECT:
      return " INTERSECT ";
    default:
      return " EXCEPT ";
  }
}

}  // namespace

std::string SqlWriter::WriteSelect(const pg_query::SelectStmt& select) {
  if (IsBeyond(select)) return Unknown("WITH, WINDOW, VALUES or FOR in a query");
  std::string result;
  if (select.op() != pg_query::SETOP_NONE && select.op() != pg_query::SET_OPERATION_UNDEFINED) {
    const std::string left = WriteSelect(select.larg());
    result = absl::StrCat(left, SetOperator(select.op()), select.all() ? "ALL " : "",
                          WriteSelect(select.rarg()));
  } else {
    result = "SELECT ";
    if (select.distinct_clause_size() > 0) {
      // DISTINCT is one empty node; DISTINCT ON has expressions.
      if (select.distinct_clause(0).node_case() != SqlNode::NODE_NOT_SET) {
        return Unknown("DISTINCT ON");
      }
      result += "DISTINCT ";
    }
    std::vector<std::string> targets;
    for (const SqlNode& node : select.target_list()) targets.push_back(Target(node));
    absl::StrAppend(&result, absl::StrJoin(targets, ", "));
    std::vector<std::string> sources;
    for (const SqlNode& node : select.from_clause()) sources.push_back(From(node));
    if (!sources.empty()) absl::StrAppend(&result, " FROM ", absl::StrJoin(sources, ", "));
    if (select.has_where_clause()) {
      absl::StrAppend(&result, " WHERE ", Write(select.where_clause()));
    }
    if (select.group_clause_size() > 0) {
      absl::StrAppend(&result, " GROUP BY ", WriteList(select.group_clause()));
    }
    if (select.has_having_clause()) {
      absl::StrAppend(&result, " HAVING ", Write(select.having_clause()));
    }
  }
  std::vector<std::string> keys;
  for (const SqlNode& node : select.sort_clause()) keys.push_back(Sort(node));
  if (!keys.empty()) absl::StrAppend(&result, " ORDER BY ", absl::StrJoin(keys, ", "));
  if (select.has_limit_count()) {
    absl::StrAppend(&result, " LIMIT ", Write(select.limit_count()));
    if (select.has_limit_offset()) {
      absl::StrAppend(&result, " OFFSET ", Write(select.limit_offset()));
    }
  } else if (select.has_limit_offset()) {
    return Unknown("OFFSET without LIMIT");
  }
  return result;
}

std::string SqlWriter::Alias(const pg_query::Alias& alias) {
  if (alias.colnames_size() > 0) return Unknown("an alias with columns");
  return alias.aliasname().empty() ? "" : absl::StrCat(" AS ", to_.Quote(alias.aliasname()));
}

std::string SqlWriter::Target(const SqlNode& node) {
  const pg_query::ResTarget& target = node.res_target();
  const std::string value = Write(target.val());
  return target.name().empty() ? value : absl::StrCat(value, " AS ", to_.Quote(target.name()));
}

std::string SqlWriter::From(const SqlNode& node) {
  if (node.has_range_var()) {
    const pg_query::RangeVar& table = node.range_var();
    if (!table.schemaname().empty()) return Unknown("a table of another schema");
    return absl::StrCat(Identifier(table.relname()), table.has_alias() ? Alias(table.alias()) : "");
  }
  if (node.has_join_expr()) return Join(node.join_expr());
  if (node.has_range_subselect() && !node.range_subselect().lateral()) {
    const pg_query::RangeSubselect& query = node.range_subselect();
    const std::string text = WriteSelect(query.subquery().select_stmt());
    return absl::StrCat("(", text, ")", query.has_alias() ? Alias(query.alias()) : "");
  }
  return Unknown("what it reads from");
}

std::string SqlWriter::Join(const pg_query::JoinExpr& join) {
  if (join.is_natural() || join.has_alias()) return Unknown("a join of an unknown kind");
  absl::string_view kind = " JOIN ";
  if (join.jointype() == pg_query::JOIN_LEFT) kind = " LEFT JOIN ";
  if (join.jointype() == pg_query::JOIN_RIGHT) kind = " RIGHT JOIN ";
  if (join.jointype() == pg_query::JOIN_FULL) {
    if (To(Dialect::kMysql)) return Unknown("FULL JOIN");
    kind = " FULL JOIN ";
  }
  const bool nested = join.rarg().has_join_expr();
  const std::string left = From(join.larg());
  const std::string right = From(join.rarg());
  std::string result = absl::StrCat(left, kind, nested ? "(" : "", right, nested ? ")" : "");
  if (join.using_clause_size() > 0) {
    std::vector<std::string> columns;
    for (const std::string& name : NameParts(join.using_clause())) {
      columns.push_back(Identifier(name));
    }
    absl::StrAppend(&result, " USING (", absl::StrJoin(columns, ", "), ")");
  } else if (join.has_quals()) {
    absl::StrAppend(&result, " ON ", Write(join.quals()));
  } else {
    // CROSS JOIN.
    absl::StrAppend(&result, " ON true");
  }
  return result;
}

std::string SqlWriter::Sort(const SqlNode& node) {
  const pg_query::SortBy& key = node.sort_by();
  if (key.sortby_nulls() != pg_query::SORTBY_NULLS_DEFAULT && To(Dialect::kMysql)) {
    return Unknown("NULLS FIRST or NULLS LAST");
  }
  std::string result = Write(key.node());
  if (key.sortby_dir() == pg_query::SORTBY_DESC) result += " DESC";
  if (key.sortby_nulls() == pg_query::SORTBY_NULLS_FIRST) result += " NULLS FIRST";
  if (key.sortby_nulls() == pg_query::SORTBY_NULLS_LAST) result += " NULLS LAST";
  return result;
}

}  // namespace brant
