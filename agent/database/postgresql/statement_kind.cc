#include "agent/database/postgresql/statement_kind.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "agent/database/postgresql/object_statement.h"
#include "agent/database/postgresql/statement_reader.h"

namespace brant {
namespace {

bool ControlsTransaction(StatementReader reader) {
  if (reader.IsAny({"begin", "commit", "end", "rollback", "savepoint", "release", "abort"})) {
    return true;
  }
  // Not PREPARE name AS …, nor a future START of something else.
  return (reader.Skip("start") || reader.Skip("prepare")) && reader.Is("transaction");
}

bool HasWord(absl::string_view text, absl::string_view word) {
  for (size_t at = text.find(word); at != absl::string_view::npos; at = text.find(word, at + 1)) {
    const absl::string_view after = text.substr(at + word.size());
    const bool begins = at == 0 || !(absl::ascii_isalnum(text[at - 1]) || text[at - 1] == '_');
    const bool ends = after.empty() || !(absl::ascii_isalnum(after[0]) || after[0] == '_');
    if (begins && ends) return true;
  }
  return false;
}

// Languages have functions of their own for it (plpy.commit, spi_commit), and a
// procedure that the block calls may commit too. All within the quotes of its
// body, so as text.
bool MayCommit(absl::string_view block) {
  const std::string lower = absl::AsciiStrToLower(block);
  return absl::StrContains(lower, "commit") || absl::StrContains(lower, "rollback") ||
         HasWord(lower, "call");
}

bool IsSession(StatementReader reader) {
  if (reader.Skip("set")) {
    // These end with the transaction.
    return !reader.IsAny({"local", "transaction", "constraints"});
  }
  if (reader.Skip("select")) {
    // As pg_dump's scripts empty search_path.
    reader.Skip({"pg_catalog", "."});
    return reader.Skip({"set_config", "("}) && reader.HasAny({"false"}) && !reader.HasAny({"from"});
  }
  return reader.IsAny({"reset", "prepare", "deallocate", "discard", "listen", "unlisten", "load"});
}

// Each may be run again: ALTER SYSTEM writes the same value once more.
bool IsMaintenance(StatementReader reader) {
  if (reader.Skip("alter")) return reader.Is("system");
  return reader.IsAny({"vacuum", "analyze", "analyse", "reindex", "cluster", "checkpoint"});
}

// Statements that PostgreSQL refuses in a transaction block, those above aside.
bool IsAutonomous(const ObjectStatement& statement) {
  switch (statement.action) {
    case ObjectAction::kCreateIndex:
    case ObjectAction::kDropIndex:
    case ObjectAction::kDetachPartition:
      return statement.concurrently;
    case ObjectAction::kFinalizeDetach:
    case ObjectAction::kDatabase:
    case ObjectAction::kTablespace:
    case ObjectAction::kSubscription:
      return true;
    case ObjectAction::kOther:
    case ObjectAction::kReindexIndex:
    case ObjectAction::kReindexTable:
    case ObjectAction::kReindexSchema:
    case ObjectAction::kReindexDatabase:
      return false;
  }
  return false;
}

}  // namespace

StatementKind ClassifyPostgresqlStatement(absl::string_view statement) {
  const StatementReader reader(statement);
  if (ControlsTransaction(reader)) return StatementKind::kTransactionControl;
  if (reader.Is("call")) return StatementKind::kProcedure;
  if (reader.Is("do")) {
    return MayCommit(statement) ? StatementKind::kProcedure : StatementKind::kTransactional;
  }
  if (IsSession(reader)) return StatementKind::kSession;
  if (IsMaintenance(reader)) return StatementKind::kMaintenance;
  if (IsAutonomous(ParseObjectStatement(statement))) return StatementKind::kAutonomous;
  return StatementKind::kTransactional;
}

}  // namespace brant
