#include "agent/schema/postgresql/scratch_statement.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "agent/database/postgresql/statement_reader.h"
#include "agent/database/statement.h"
#include "agent/database/statement_kind.h"

namespace brant {
namespace {

// Of the whole server, and not of one database.
bool IsOfServer(StatementReader reader) {
  if (!reader.IsAny({"create", "alter", "drop"})) return false;
  reader.Advance();
  if (reader.Skip("user")) return !reader.Is("mapping");
  return reader.IsAny({"role", "group", "database", "tablespace", "subscription", "system"});
}

// `SET lock_timeout = 0` and its like, with which every pg_dump begins: the scratch
// space gives way to others whatever the script says.
bool SetsTimeout(StatementReader reader) {
  if (!reader.Skip("set")) return false;
  if (!reader.Skip("session")) reader.Skip("local");
  return reader.IsAny({"lock_timeout", "statement_timeout", "transaction_timeout",
                       "idle_in_transaction_session_timeout"});
}

// `CREATE SCHEMA a [AUTHORIZATION b]` and nothing else.
std::optional<std::string> SchemaMadeBy(StatementReader reader) {
  if (!reader.Skip({"create", "schema"})) return std::nullopt;
  reader.Skip({"if", "not", "exists"});
  const std::optional<PostgresqlName> name = reader.ReadName();
  if (!name.has_value()) return std::nullopt;
  if (reader.Skip("authorization")) reader.Advance();
  if (!reader.AtEnd()) return std::nullopt;
  return name->name;
}

void BlankOut(std::string& text, size_t begin, size_t end) {
  std::replace_if(
      text.begin() + begin, text.begin() + end, [](char c) { return c != '\n'; }, ' ');
}

void BlankOutRestrict(std::string& text) {
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const absl::string_view line = absl::string_view(text).substr(begin, end - begin);
    if (absl::StartsWith(line, "\\restrict ") || absl::StartsWith(line, "\\unrestrict ")) {
      BlankOut(text, begin, end);
    }
    begin = end + 1;
  }
}

}  // namespace

std::string LeavesPostgresqlScratch(absl::string_view statement) {
  const StatementReader reader(statement);
  if (IsOfServer(reader)) return "it is about the whole server, not about a schema";
  if (reader.Is("copy")) return "it moves data from or to files";
  // A sequence that it moves would not be moved back by the rollback.
  if (reader.Is("select") && !reader.HasAny({"set_config"})) {
    return "it makes nothing that belongs to a schema";
  }
  if (reader.HasAny({"concurrently"}) && reader.IsAny({"create", "drop", "reindex", "alter"}) &&
      ClassifyStatement(Dialect::kPostgresql, statement) != StatementKind::kTransactional) {
    return "CONCURRENTLY can't be in a transaction; leave that word out";
  }
  switch (ClassifyStatement(Dialect::kPostgresql, statement)) {
    case StatementKind::kAutonomous:
      return "it can't be in a transaction";
    case StatementKind::kMaintenance:
      return "it makes nothing that belongs to a schema";
    default:
      return "";
  }
}

std::string BlankOutDone(const std::string& script, const std::set<std::string>& schemas) {
  std::string text = script;
  BlankOutRestrict(text);
  const auto statements = SplitStatements(Dialect::kPostgresql, text);
  // Whoever runs the script sees the error again.
  if (!statements.ok()) return text;
  std::string result = text;
  for (const Statement& statement : *statements) {
    const std::optional<std::string> made = SchemaMadeBy(StatementReader(statement.text));
    if (SetsTimeout(StatementReader(statement.text)) ||
        (made.has_value() && schemas.contains(*made))) {
      BlankOut(result, statement.offset, statement.offset + statement.text.size());
    }
  }
  return result;
}

}  // namespace brant
