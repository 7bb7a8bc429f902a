#include <array>
#include <cstddef>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/schema/translate/sql_writer.h"

namespace brant {
namespace {

// What a function is called on PostgreSQL, SQLite and MySQL, by the order of
// Dialect: all its names, of which the first is written; empty: there is none.
using Names = std::array<absl::string_view, 3>;

constexpr Names kFunctions[] = {
    {"lower", "lower", "lower lcase"},
    {"upper", "upper", "upper ucase"},
    {"length char_length character_length", "length", "char_length character_length"},
    {"octet_length", "", "length octet_length"},
    {"substr substring", "substr substring", "substr substring mid"},
    {"replace", "replace", "replace"},
    {"btrim trim", "trim", "trim"},
    {"ltrim", "ltrim", "ltrim"},
    {"rtrim", "rtrim", "rtrim"},
    {"reverse", "", "reverse"},
    {"left", "", "left"},
    {"right", "", "right"},
    {"strpos", "instr", "instr"},
    {"abs", "abs", "abs"},
    {"round", "round", "round"},
    {"ceil ceiling", "ceil ceiling", "ceiling ceil"},
    {"floor", "floor", "floor"},
    {"sqrt", "sqrt", "sqrt"},
    {"power pow", "power pow", "pow power"},
    {"mod", "mod", "mod"},
    {"sign", "sign", "sign"},
    {"md5", "", "md5"},
    {"gen_random_uuid uuid_generate_v4", "", "uuid"},
    {"count", "count", "count"},
    {"sum", "sum", "sum"},
    {"min", "min", "min"},
    {"max", "max", "max"},
    {"avg", "avg", "avg"},
    {"coalesce", "ifnull", "ifnull"},
};

constexpr absl::string_view kUuidNames = "gen_random_uuid uuid_generate_v4 uuid";
// A random one (version 4) for SQLite, which has no function for it.
constexpr absl::string_view kSqliteUuid =
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || "
    "substr(hex(randomblob(2)), 2) || '-' || substr('89AB', 1 + (random() & 3), 1) || "
    "substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))";

constexpr absl::string_view kNowNames =
    "now transaction_timestamp statement_timestamp current_timestamp";

bool IsOneOf(absl::string_view name, absl::string_view names) {
  const std::vector<absl::string_view> all = absl::StrSplit(names, ' ');
  return absl::c_linear_search(all, name);
}

const Names* Find(absl::string_view name, Dialect dialect) {
  for (const Names& names : kFunctions) {
    if (IsOneOf(name, names[static_cast<size_t>(dialect)])) return &names;
  }
  return nullptr;
}

}  // namespace

std::string SqlWriter::Call(absl::string_view name, const pg_query::FuncCall& call) {
  if (call.agg_star()) return absl::StrCat(name, "(*)");
  return absl::StrCat(name, "(", call.agg_distinct() ? "DISTINCT " : "", WriteList(call.args()),
                      ")");
}

std::string SqlWriter::Function(const pg_query::FuncCall& call) {
  const std::vector<std::string> parts = NameParts(call.funcname());
  const std::string name = absl::AsciiStrToLower(parts.back());
  if (call.has_over() || call.has_agg_filter() || call.agg_order_size() > 0 ||
      call.agg_within_group() || call.func_variadic()) {
    return Unknown(absl::StrCat("how it calls ", name));
  }
  if (parts.size() > 1 && parts.front() != "pg_catalog") {
    return Unknown(absl::StrCat("the function ", parts.front(), ".", name));
  }
  const int arguments = call.args_size();
  if (arguments == 0 && IsOneOf(name, kNowNames)) return "CURRENT_TIMESTAMP";
  if (arguments == 0 && To(Dialect::kSqlite) && IsOneOf(name, kUuidNames)) {
    return std::string(kSqliteUuid);
  }
  if (from_ == Dialect::kSqlite && (name == "datetime" || name == "date") && arguments == 1 &&
      call.args(0).a_const().sval().sval() == "now") {
    return name == "date" ? "CURRENT_DATE" : "CURRENT_TIMESTAMP";
  }
  if (from_ == Dialect::kMysql && arguments == 0 && (name == "curdate" || name == "utc_date")) {
    return "CURRENT_DATE";
  }
  if (from_ == Dialect::kSqlite && arguments > 1 && (name == "min" || name == "max")) {
    if (!To(Dialect::kSqlite)) return Call(name == "min" ? "least" : "greatest", call);
  }
  if (arguments == 3 && (name == "if" || name == "iif")) {
    const std::string condition = Write(call.args(0));
    const std::string yes = Write(call.args(1));
    return absl::StrCat("CASE WHEN ", condition, " THEN ", yes, " ELSE ", Write(call.args(2)),
                        " END");
  }
  if (arguments == 1 && name == "isnull") {
    return absl::StrCat("(", WriteInParentheses(call.args(0)), " IS NULL)");
  }
  if (name == "concat" && from_ == Dialect::kMysql) {
    // NULL if one of them is, which is what || does.
    std::vector<std::string> values;
    for (const SqlNode& node : call.args()) values.push_back(WriteInParentheses(node));
    return absl::StrCat("(", absl::StrJoin(values, " || "), ")");
  }
  if (name == "mod" && arguments == 2 && To(Dialect::kSqlite)) {
    // Its mod() computes with fractions.
    const std::string left = WriteInParentheses(call.args(0));
    return absl::StrCat("(", left, " % ", WriteInParentheses(call.args(1)), ")");
  }
  if (name == "date" && arguments == 1 && from_ != Dialect::kPostgresql) {
    if (!To(Dialect::kPostgresql)) return Call("date", call);
    return absl::StrCat("CAST(", Write(call.args(0)), " AS date)");
  }
  if ((name == "extract" || name == "date_part") && arguments == 2 && To(Dialect::kMysql) &&
      from_ == Dialect::kPostgresql) {
    return absl::StrCat("extract(", call.args(0).a_const().sval().sval(), " FROM ",
                        Write(call.args(1)), ")");
  }
  const Names* names = Find(name, from_);
  const absl::string_view wanted =
      names == nullptr ? "" : (*names)[static_cast<size_t>(to_.dialect())];
  if (wanted.empty()) return Unknown(absl::StrCat("the function ", name));
  return Call(wanted.substr(0, wanted.find(' ')), call);
}

}  // namespace brant
