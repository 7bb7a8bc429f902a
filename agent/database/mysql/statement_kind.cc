#include "agent/database/mysql/statement_kind.h"

#include <array>
#include <string>

#include "absl/algorithm/container.h"
#include "agent/database/statement_words.h"

namespace brant {
namespace {

// Undone by a rollback, on tables of engines that know transactions.
constexpr std::array<absl::string_view, 14> kData = {
    "insert", "update", "delete", "replace", "select",  "with",     "values",
    "table",  "(",      "do",     "show",    "explain", "describe", "desc"};

constexpr std::array<absl::string_view, 7> kMaintenance = {"analyze", "optimize", "check", "repair",
                                                           "flush",   "cache",    "reset"};

// SET [SESSION] autocommit = 0, also within a list of assignments.
bool SetsAutocommit(StatementWords words) {
  std::string previous;
  for (std::string word = words.Next(); !word.empty(); word = words.Next()) {
    if (word == "autocommit" && previous != "@") return true;
    // @@autocommit is the variable of the server, @autocommit is the user's.
    previous = word == "@" && previous == "@" ? "@@" : word;
  }
  return false;
}

bool ControlsTransaction(const std::string& first, StatementWords rest) {
  if (first == "set") return SetsAutocommit(rest);
  if (first == "xa") return true;
  std::string second = rest.Next();
  // MariaDB's BEGIN NOT ATOMIC is a block of statements.
  if (first == "begin") return second != "not";
  if (first == "start") return second == "transaction";
  if (first == "lock" || first == "unlock") return second == "tables" || second == "table";
  return first == "commit" || first == "rollback" || first == "savepoint" || first == "release";
}

// Variables of the server are not the session's: setting them is repeated.
StatementKind ClassifySet(StatementWords rest) {
  const std::string second = rest.Next();
  if (second == "password" || second == "default") return StatementKind::kAutonomous;
  if (second == "global" || second == "persist") return StatementKind::kMaintenance;
  return StatementKind::kSession;
}

}  // namespace

StatementKind ClassifyMysqlStatement(absl::string_view statement) {
  StatementWords words(Dialect::kMysql, statement);
  const std::string first = words.Next();
  if (ControlsTransaction(first, words)) return StatementKind::kTransactionControl;
  // A block of MariaDB's, BEGIN NOT ATOMIC, may hold anything.
  if (first == "call" || first == "begin") return StatementKind::kProcedure;
  if (first == "set") return ClassifySet(words);
  if (first == "use" || first == "prepare" || first == "deallocate") return StatementKind::kSession;
  if (absl::c_linear_search(kData, first)) return StatementKind::kTransactional;
  if (first == "load") {
    return words.Next() == "data" ? StatementKind::kTransactional : StatementKind::kMaintenance;
  }
  if (absl::c_linear_search(kMaintenance, first)) return StatementKind::kMaintenance;
  // A temporary table does not commit.
  if ((first == "create" || first == "drop") && words.Next() == "temporary") {
    return StatementKind::kTransactional;
  }
  return StatementKind::kAutonomous;
}

}  // namespace brant
