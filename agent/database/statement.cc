#include "agent/database/statement.h"

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/mysql/resumable.h"
#include "agent/database/mysql/splitter.h"
#include "agent/database/postgresql/resumable.h"
#include "agent/database/postgresql/splitter.h"
#include "agent/database/sqlite/resumable.h"
#include "agent/database/sqlite/splitter.h"
#include "agent/database/statement_kind.h"
#include "agent/database/statement_words.h"

namespace brant {
namespace {

absl::StatusOr<std::vector<Statement>> Split(Dialect dialect, absl::string_view script) {
  switch (dialect) {
    case Dialect::kPostgresql:
      return SplitPostgresql(script);
    case Dialect::kSqlite:
      return SplitSqlite(script);
    case Dialect::kMysql:
      return SplitMysql(script);
  }
  return Error(v1::ERROR_REASON_INTERNAL, "unknown dialect");
}

// SET …, autocommit = 0, …: the last assignment of it counts.
bool TurnsAutocommitOff(StatementWords words) {
  bool off = false;
  for (std::string word = words.Next(); !word.empty(); word = words.Next()) {
    if (word != "autocommit") continue;
    word = words.Next();
    if (word == ":") word = words.Next();
    if (word != "=") continue;
    const std::string value = words.Next();
    off = value == "0" || value == "off" || value == "false";
  }
  return off;
}

}  // namespace

absl::StatusOr<std::vector<Statement>> SplitStatements(Dialect dialect, absl::string_view script) {
  // Parsers would take it for the end, and silently leave out the rest.
  if (size_t nul = script.find('\0'); nul != absl::string_view::npos) {
    return Error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "the script holds a NUL byte")
        .With("position", absl::StrCat(nul))
        .Hint("save the file as UTF-8 text without it");
  }
  BRANT_ASSIGN_OR_RETURN(std::vector<Statement> statements, Split(dialect, script));
  for (Statement& statement : statements) {
    statement.kind = ClassifyStatement(dialect, statement.text);
  }
  return statements;
}

TransactionControl ReadTransactionControl(Dialect dialect, absl::string_view statement) {
  StatementWords words(dialect, statement);
  const std::string first = words.Next();
  if (first == "begin" || first == "start") return TransactionControl::kBegins;
  if (first == "commit" || first == "end" || first == "abort") return TransactionControl::kEnds;
  if (first == "rollback") {
    return words.HasAny({"to"}) ? TransactionControl::kOther : TransactionControl::kEnds;
  }
  if (first == "set") {
    return TurnsAutocommitOff(words) ? TransactionControl::kAutocommitOff
                                     : TransactionControl::kAutocommitOn;
  }
  if (first == "lock") return TransactionControl::kLocksTables;
  if (first == "unlock") return TransactionControl::kUnlocksTables;
  return TransactionControl::kOther;
}

bool IsOfSession(Dialect dialect, const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::kSession:
    case StatementKind::kSetting:
      return true;
    case StatementKind::kTransactionControl:
      switch (ReadTransactionControl(dialect, statement.text)) {
        case TransactionControl::kAutocommitOff:
        case TransactionControl::kAutocommitOn:
        case TransactionControl::kLocksTables:
        case TransactionControl::kUnlocksTables:
          return true;
        default:
          return false;
      }
    default:
      return false;
  }
}

absl::Status CheckResumable(Dialect dialect, absl::Span<const Statement> statements, int done) {
  switch (dialect) {
    case Dialect::kPostgresql:
      return CheckPostgresqlResumable(statements, done);
    case Dialect::kSqlite:
      return CheckSqliteResumable(statements, done);
    case Dialect::kMysql:
      return CheckMysqlResumable(statements, done);
  }
  return Error(v1::ERROR_REASON_INTERNAL, "unknown dialect");
}

}  // namespace brant
