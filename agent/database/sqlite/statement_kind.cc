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

// Settings of the connection that count within a transaction too.
constexpr std::array<absl::string_view, 13> kSession = {
    "automatic_index",    "case_sensitive_like",
    "cell_size_check",    "ignore_check_constraints",
    "legacy_alter_table", "locking_mode",
    "query_only",         "read_uncommitted",
    "recursive_triggers", "reverse_unordered_selects",
    "secure_delete",      "trusted_schema",
    "writable_schema"};

// PRAGMA [schema.]name = value, or (value): the name. Empty for one that asks.
std::string PragmaSet(StatementWords rest) {
  std::string name = rest.Next();
  std::string next = rest.Next();
  if (next == ".") {
    name = rest.Next();
    next = rest.Next();
  }
  return next == "=" || next == "(" ? name : "";
}

}  // namespace

StatementKind ClassifySqliteStatement(absl::string_view statement) {
  StatementWords words(Dialect::kSqlite, statement);
  const std::string first = words.Next();
  if (first == "begin" || first == "commit" || first == "end" || first == "rollback" ||
      first == "savepoint" || first == "release") {
    return StatementKind::kTransactionControl;
  }
  if (first == "pragma") {
    const std::string name = PragmaSet(words);
    if (absl::c_linear_search(kSettings, name)) return StatementKind::kSetting;
    if (absl::c_linear_search(kSession, name)) return StatementKind::kSession;
  }
  if (first == "vacuum") return StatementKind::kMaintenance;
  return StatementKind::kTransactional;
}

}  // namespace brant
