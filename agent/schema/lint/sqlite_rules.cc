#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "agent/schema/lint/checks.h"
#include "agent/schema/lint/word_operations.h"

namespace brant {
namespace {

// DROP TABLE t, and then a table of this section is renamed to t.
bool IsRebuilt(const LintSection& section, const LintStatement& drop, const std::string& table) {
  for (const LintStatement& statement : section.statements()) {
    if (statement.index < drop.index) continue;
    for (const Operation& operation : statement.operations) {
      if (operation.action == Action::kRenameTable &&
          absl::EqualsIgnoreCase(operation.name, table) &&
          section.IsNew(operation.table, statement)) {
        return true;
      }
    }
  }
  return false;
}

bool ChecksForeignKeys(const LintSection& section, const LintStatement& drop) {
  for (const LintStatement& statement : section.statements()) {
    const LintWords words(Dialect::kSqlite, statement.text);
    if (statement.index > drop.index &&
        words.HasAny({"foreign_key_check", "pragma_foreign_key_check"})) {
      return true;
    }
  }
  return false;
}

// Sets `on` as a PRAGMA foreign_keys = … says, which does nothing in a
// transaction.
void ReadForeignKeys(const LintStatement& statement, bool& on) {
  LintWords words(Dialect::kSqlite, statement.text);
  if (statement.transaction != 0 || !words.Take({"pragma", "foreign_keys"})) return;
  if (!words.TakeAny({"=", "("})) return;
  on = words.TakeAny({"on", "1", "true", "yes"});
}

// DEFAULT (…) with a call in it; `(-1)` is a constant.
bool HasComputedDefault(LintWords definition) {
  while (!definition.AtEnd() && !definition.Take({"default", "("})) definition.Skip();
  int depth = 1;
  for (; !definition.AtEnd() && depth > 0; definition.Skip()) {
    const absl::string_view word = definition.Peek();
    if (absl::ascii_isalpha(word[0]) && definition.Peek(1) == "(") return true;
    if (word == "(") ++depth;
    if (word == ")") --depth;
  }
  return false;
}

// Why SQLite can't add such a column; empty if it can.
std::string Refusal(const LintWords& definition) {
  std::string reason;
  const bool generated = definition.HasAny({"generated", "as"});
  if (definition.Has({"primary", "key"})) return "it is a PRIMARY KEY";
  if (definition.HasAny({"unique"})) return "it is UNIQUE";
  if (generated) return definition.HasAny({"stored"}) ? "it is generated and STORED" : "";
  if (definition.HasAny({"current_timestamp", "current_date", "current_time"}) ||
      HasComputedDefault(definition)) {
    return "its default is not constant";
  }
  return "";
}

bool IsNotNullWithoutDefault(const LintWords& definition) {
  const bool default_null = definition.Has({"default", "null"});
  return definition.Has({"not", "null"}) && !definition.HasAny({"generated", "as"}) &&
         (default_null || !definition.HasAny({"default"}));
}

void CheckAddedColumns(const LintSection& section, const LintStatement& statement,
                       LintReport& report) {
  AlterTableClauses alter = ReadAlterTable(Dialect::kSqlite, statement.text);
  if (section.IsNew(alter.table, statement)) return;
  for (LintWords& clause : alter.clauses) {
    if (!TakeAddColumn(clause)) continue;
    LintNames names = {.table = alter.table, .column = clause.TakeName()};
    if (IsNotNullWithoutDefault(clause)) report.Add("not-null-without-default", statement, names);
    names.name = Refusal(clause);
    if (!names.name.empty()) report.Add("column-not-addable", statement, names);
  }
}

}  // namespace

void CheckSqlite(const LintSection& section, LintReport& report) {
  // Brant's sessions have them off, as SQLite has.
  bool foreign_keys = false;
  for (const LintStatement& statement : section.statements()) {
    ReadForeignKeys(statement, foreign_keys);
    CheckAddedColumns(section, statement, report);
    for (const Operation& operation : statement.operations) {
      if (operation.action != Action::kDropTable || section.IsNew(operation.table, statement) ||
          !IsRebuilt(section, statement, operation.table)) {
        continue;
      }
      const LintNames names = {.table = operation.table};
      if (foreign_keys) report.Add("rebuild-with-foreign-keys", statement, names);
      if (!ChecksForeignKeys(section, statement)) {
        report.Add("rebuild-without-check", statement, names);
      }
    }
  }
}

}  // namespace brant
