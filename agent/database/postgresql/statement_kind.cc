#include "agent/database/postgresql/statement_kind.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "agent/database/statement_words.h"

namespace brant {
namespace {

bool ControlsTransaction(const std::string& first, StatementWords rest) {
  if (first == "begin" || first == "commit" || first == "end" || first == "rollback" ||
      first == "savepoint" || first == "release" || first == "abort") {
    return true;
  }
  // Not PREPARE name AS …, nor a future START of something else.
  return (first == "start" || first == "prepare") && rest.Next() == "transaction";
}

bool IsSession(const std::string& first) {
  return first == "set" || first == "reset" || first == "prepare" || first == "deallocate" ||
         first == "discard" || first == "listen" || first == "unlisten" || first == "load";
}

// Each may be run again: ALTER SYSTEM writes the same value once more.
bool IsMaintenance(const std::string& first, StatementWords rest) {
  if (first == "alter") return rest.Next() == "system";
  return first == "vacuum" || first == "reindex" || first == "cluster" || first == "checkpoint";
}

// Statements that PostgreSQL refuses in a transaction block, those above aside.
bool IsAutonomous(const std::string& first, StatementWords rest) {
  const bool creates = first == "create";
  if (!creates && first != "drop" && first != "alter") return false;
  std::string object = rest.Next();
  if (creates && object == "unique") object = rest.Next();
  if (object == "index") return first != "alter" && rest.Next() == "concurrently";
  if (object == "database" || object == "tablespace") {
    return first != "alter" || rest.HasAny({"tablespace"});
  }
  if (object == "subscription") return true;
  return first == "alter" && object == "table" && rest.HasAny({"detach"}) &&
         rest.HasAny({"concurrently", "finalize"});
}

}  // namespace

StatementKind ClassifyPostgresqlStatement(absl::string_view statement) {
  StatementWords words(Dialect::kPostgresql, statement);
  const std::string first = words.Next();
  if (ControlsTransaction(first, words)) return StatementKind::kTransactionControl;
  if (first == "call") return StatementKind::kProcedure;
  if (first == "do") {
    const std::string lower = absl::AsciiStrToLower(statement);
    // Within the quotes of its body, so as text.
    const bool may_commit =
        absl::StrContains(lower, "commit") || absl::StrContains(lower, "rollback");
    return may_commit ? StatementKind::kProcedure : StatementKind::kTransactional;
  }
  if (IsSession(first)) return StatementKind::kSession;
  if (IsMaintenance(first, words)) return StatementKind::kMaintenance;
  if (IsAutonomous(first, words)) return StatementKind::kAutonomous;
  return StatementKind::kTransactional;
}

}  // namespace brant
