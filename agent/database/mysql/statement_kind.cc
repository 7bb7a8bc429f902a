#include "agent/database/mysql/statement_kind.h"

#include <array>
#include <string>

#include "absl/algorithm/container.h"
#include "agent/database/mysql/token_reader.h"

namespace brant {
namespace {

using ::brant::mysql::TokenKind;
using ::brant::mysql::TokenReader;

// Undone by a rollback, on tables of engines that know transactions; or reads.
constexpr std::array<absl::string_view, 18> kData = {
    "insert", "update", "delete",  "replace",  "select", "with", "values", "table",    "(",
    "do",     "show",   "explain", "describe", "desc",   "get",  "signal", "resignal", "help"};

constexpr std::array<absl::string_view, 8> kMaintenance = {
    "optimize", "check", "checksum", "repair", "flush", "cache", "reset", "purge"};

constexpr std::array<absl::string_view, 4> kSession = {"use", "prepare", "deallocate", "handler"};

// MariaDB runs these also outside of stored programs. They may hold anything.
constexpr std::array<absl::string_view, 6> kBlocks = {"if",    "case",   "loop",
                                                      "while", "repeat", "for"};

// The variable that an assignment of SET names, and whose it is.
struct Target {
  bool of_server = false;
  std::string name;
};

// [GLOBAL|SESSION|…] name, @@global.name, @name.
Target TakeTarget(TokenReader& reader) {
  Target target;
  const bool one = reader.ConsumeSymbol('@');
  const bool user_variable = one && !reader.ConsumeSymbol('@');
  if (reader.IsWord("global") || reader.IsWord("persist") || reader.IsWord("persist_only")) {
    target.of_server = !user_variable;
  }
  if (reader.ConsumeAnyWord({"global", "persist", "persist_only", "session", "local"})) {
    reader.ConsumeSymbol('.');
  }
  if (user_variable) {
    reader.Advance();
    return target;
  }
  if (reader.token().kind == TokenKind::kQuotedName) {
    target.name = mysql::LastPart(reader.token().text);
    reader.Advance();
  } else {
    target.name = reader.TakeLower();
  }
  return target;
}

// Variables of the server are not the session's: setting them is repeated.
StatementKind ClassifySet(TokenReader reader) {
  if (reader.IsWord("password")) return StatementKind::kAutonomous;
  TokenReader ahead = reader;
  if (ahead.ConsumeWord("default") && ahead.IsWord("role")) return StatementKind::kAutonomous;
  bool of_server = true;
  while (!reader.AtEnd()) {
    const Target target = TakeTarget(reader);
    if (target.name == "autocommit" && !target.of_server) {
      return StatementKind::kTransactionControl;
    }
    of_server &= target.of_server;
    // To the next assignment: behind a comma that no parentheses hold.
    for (int depth = 0; !reader.AtEnd(); reader.Advance()) {
      if (reader.token().IsSymbol('(')) ++depth;
      if (reader.token().IsSymbol(')')) --depth;
      if (depth <= 0 && reader.ConsumeSymbol(',')) break;
    }
  }
  return of_server ? StatementKind::kMaintenance : StatementKind::kSession;
}

bool ControlsTransaction(const std::string& first, const TokenReader& rest) {
  if (first == "xa" || first == "commit" || first == "rollback" || first == "savepoint" ||
      first == "release") {
    return true;
  }
  // MariaDB's BEGIN NOT ATOMIC is a block of statements.
  if (first == "begin") return !rest.IsWord("not");
  if (first == "start") return rest.IsWord("transaction");
  return (first == "lock" || first == "unlock") && (rest.IsWord("tables") || rest.IsWord("table"));
}

// ANALYZE TABLE, or MariaDB's ANALYZE [FORMAT=JSON] of a statement that it runs.
StatementKind ClassifyAnalyze(TokenReader reader) {
  reader.ConsumeAnyWord({"local", "no_write_to_binlog"});
  if (reader.IsWord("table") || reader.IsWord("tables")) return StatementKind::kMaintenance;
  return StatementKind::kTransactional;
}

// A temporary table does not commit.
bool IsTemporary(const std::string& first, TokenReader rest) {
  if (first == "create" && rest.ConsumeWord("or")) rest.ConsumeWord("replace");
  return rest.IsWord("temporary");
}

}  // namespace

StatementKind ClassifyMysqlStatement(absl::string_view statement) {
  TokenReader reader(statement);
  reader.SkipSetStatement();
  const std::string first = reader.TakeLower();
  if (ControlsTransaction(first, reader)) return StatementKind::kTransactionControl;
  // `label: BEGIN NOT ATOMIC` included.
  if (first == "call" || first == "begin" || absl::c_linear_search(kBlocks, first) ||
      reader.token().IsSymbol(':')) {
    return StatementKind::kProcedure;
  }
  if (first == "set") return ClassifySet(reader);
  if (absl::c_linear_search(kSession, first)) return StatementKind::kSession;
  if (first == "drop" && reader.IsWord("prepare")) return StatementKind::kSession;
  if (absl::c_linear_search(kData, first)) return StatementKind::kTransactional;
  if (first == "load") {
    return reader.IsWord("index") ? StatementKind::kMaintenance : StatementKind::kTransactional;
  }
  if (first == "analyze") return ClassifyAnalyze(reader);
  if (absl::c_linear_search(kMaintenance, first)) return StatementKind::kMaintenance;
  if ((first == "create" || first == "drop") && IsTemporary(first, reader)) {
    return StatementKind::kTransactional;
  }
  return StatementKind::kAutonomous;
}

}  // namespace brant
