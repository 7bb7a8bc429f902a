#include "agent/schema/translate/expression.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/schema/translate/common_syntax.h"
#include "agent/schema/translate/sql_writer.h"
#include "google/protobuf/io/coded_stream.h"
#include "pg_query.h"
#include "third_party/pg_query/pg_query.pb.h"

namespace brant {
namespace {

// As deep as expressions nest, several messages for each level.
constexpr int kDeepest = 2000;

std::optional<pg_query::SelectStmt> Parse(const std::string& sql) {
  const PgQueryProtobufParseResult parsed = pg_query_parse_protobuf(sql.c_str());
  const absl::Cleanup free = [&parsed] { pg_query_free_protobuf_parse_result(parsed); };
  if (parsed.error != nullptr) return std::nullopt;
  google::protobuf::io::CodedInputStream input(
      reinterpret_cast<const uint8_t*>(parsed.parse_tree.data),
      static_cast<int>(parsed.parse_tree.len));
  input.SetRecursionLimit(kDeepest);
  pg_query::ParseResult tree;
  if (!tree.ParseFromCodedStream(&input)) return std::nullopt;
  if (tree.stmts_size() != 1 || !tree.stmts(0).stmt().has_select_stmt()) return std::nullopt;
  return tree.stmts(0).stmt().select_stmt();
}

TranslatedSql Result(const SqlWriter& writer, absl::string_view original, std::string sql) {
  TranslatedSql result;
  result.problem = writer.problem();
  result.notes = writer.notes();
  result.sql = result.ok() ? std::move(sql) : std::string(original);
  return result;
}

TranslatedSql NotUnderstood(absl::string_view sql) {
  return {.sql = std::string(sql), .problem = "a construct that is not known elsewhere"};
}

// A literal, below the casts that are left out.
bool IsLiteral(const SqlNode& node) {
  if (node.has_type_cast()) return IsLiteral(node.type_cast().arg());
  return node.has_a_const();
}

}  // namespace

TranslatedSql TranslateExpression(absl::string_view sql, Dialect from, const SchemaDriver& to,
                                  const std::vector<std::string>& columns) {
  if (from == to.dialect()) return {.sql = std::string(sql)};
  const std::optional<pg_query::SelectStmt> select =
      Parse(absl::StrCat("SELECT ", ToPostgresqlSyntax(sql, from)));
  if (!select.has_value() || select->target_list_size() != 1 || select->from_clause_size() > 0 ||
      !select->target_list(0).res_target().name().empty()) {
    return NotUnderstood(sql);
  }
  SqlWriter writer(from, to, columns);
  const SqlNode& value = select->target_list(0).res_target().val();
  std::string text = writer.Write(value);
  TranslatedSql result = Result(writer, sql, std::move(text));
  result.is_literal =
      result.ok() && (IsLiteral(value) || absl::StartsWith(result.sql, "CURRENT_TIMESTAMP"));
  return result;
}

TranslatedSql TranslateQuery(absl::string_view sql, Dialect from, const SchemaDriver& to) {
  if (from == to.dialect()) return {.sql = std::string(sql)};
  const std::optional<pg_query::SelectStmt> select = Parse(ToPostgresqlSyntax(sql, from));
  if (!select.has_value()) return NotUnderstood(sql);
  SqlWriter writer(from, to, {});
  std::string text = writer.WriteSelect(*select);
  return Result(writer, sql, std::move(text));
}

}  // namespace brant
