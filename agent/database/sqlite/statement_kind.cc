#include "agent/database/sqlite/statement_kind.h"

#include <array>
#include <string>

#include "absl/algorithm/container.h"
#include "agent/database/statement_words.h"

namespace brant {
namespace {

constexpr std::array<absl::string_view, 9> kSettings = {
    "busy_timeout", "cache_size",  "foreign_keys", "journal_mode",      "journal_size_limit",
    "mmap_size",    "synchronous", "temp_store",   "wal_autocheckpoint"};

// PRAGMA [schema.]name = value, or (value).
bool IsSetting(StatementWords rest) {
  std::string name = rest.Next();
  std::string next = rest.Next();
  if (next == ".") {
    name = rest.Next();
    next = rest.Next();
  }
  return (next == "=" || next == "(") && absl::c_linear_search(kSettings, name);
}

}  // namespace

StatementKind ClassifySqliteStatement(absl::string_view statement) {
  StatementWords words(Dialect::kSqlite, statement);
  const std::string first = words.Next();
  if (first == "begin" || first == "commit" || first == "end" || first == "rollback" ||
      first == "savepoint" || first == "release") {
    return StatementKind::kTransactionControl;
  }
  if (first == "pragma" && IsSetting(words)) return StatementKind::kSetting;
  if (first == "vacuum") return StatementKind::kMaintenance;
  return StatementKind::kTransactional;
}

}  // namespace brant
