#include <algorithm>

#include "agent/schema/lint/checks.h"
#include "agent/schema/lint/word_operations.h"

namespace brant {
namespace {

// What the server copies the table for, or blocks writes during; empty: nothing
// that is known. InnoDB, by MySQL's and MariaDB's tables of online DDL.
std::string Copies(const LintWords& clause) {
  LintWords words = clause;
  if (words.Take({"convert", "to"})) return "CONVERT TO CHARACTER SET";
  if (words.Take({"order", "by"})) return "ORDER BY";
  if (words.Take({"algorithm"}) && words.HasAny({"copy"})) return "ALGORITHM=COPY";
  words = clause;
  if (words.Take({"lock"}) && words.HasAny({"exclusive", "shared"})) return "LOCK";
  words = clause;
  if (TakeAddColumn(words)) {
    words.TakeName();
    if (words.HasAny({"auto_increment"})) return "adding an AUTO_INCREMENT column";
    if (words.HasAny({"stored", "persistent"})) return "adding a stored column";
    return "";
  }
  if (!words.Take({"add"})) return "";
  if (words.TakeAny({"fulltext"})) return "ADD FULLTEXT";
  if (words.TakeAny({"spatial"})) return "ADD SPATIAL";
  return "";
}

void CheckAlter(const LintSection& section, const LintStatement& statement, LintReport& report) {
  const AlterTableClauses alter = ReadAlterTable(Dialect::kMysql, statement.text);
  if (alter.clauses.empty() || section.IsNew(alter.table, statement)) return;
  const auto any = [&](auto predicate) {
    return std::any_of(alter.clauses.begin(), alter.clauses.end(), predicate);
  };
  // Then the server refuses what it can't do without.
  const bool guarded = any([](LintWords clause) {
    return (clause.Take({"algorithm"}) && clause.HasAny({"inplace", "instant", "nocopy"})) ||
           (clause.Take({"lock"}) && clause.HasAny({"none"}));
  });
  if (guarded) return;
  for (const LintWords& clause : alter.clauses) {
    const std::string what = Copies(clause);
    if (!what.empty()) report.Add("copying-alter", statement, {.table = alter.table, .name = what});
  }
  const bool drops_key = any([](LintWords clause) {
    return clause.Take({"drop", "primary", "key"});
  });
  const bool adds_key = any([](LintWords clause) {
    return clause.Take({"add"}) && clause.Has({"primary", "key"});
  });
  if (drops_key && !adds_key) {
    report.Add("copying-alter", statement, {.table = alter.table, .name = "DROP PRIMARY KEY"});
  }
  const bool says_algorithm = any([](LintWords clause) {
    return clause.TakeAny({"algorithm", "lock"});
  });
  for (const Operation& operation : statement.operations) {
    if (operation.action == Action::kChangeColumn && !says_algorithm &&
        !section.IsNewColumn(operation.table, operation.column, statement)) {
      report.Add("unsaid-algorithm", statement, {.table = alter.table, .column = operation.column});
      return;
    }
  }
}

void CheckIndex(const LintSection& section, const LintStatement& statement, LintReport& report) {
  LintWords words(Dialect::kMysql, statement.text);
  if (!words.Take({"create"}) || !words.TakeAny({"fulltext", "spatial"})) return;
  for (const Operation& operation : statement.operations) {
    if (section.IsNew(operation.table, statement)) continue;
    report.Add("copying-alter", statement,
               {.table = operation.table, .name = "CREATE FULLTEXT or SPATIAL INDEX"});
  }
}

void CheckLock(const LintSection& section, const LintStatement& statement, LintReport& report) {
  LintWords words(Dialect::kMysql, statement.text);
  if (!words.Take({"lock"}) || !words.TakeAny({"table", "tables"})) return;
  const std::string table = words.TakeName();
  if (section.IsNew(table, statement)) return;
  if (words.HasAny({"write"})) report.Add("lock-table", statement, {.table = table});
}

// Of a section as a whole, at the first statement that makes it so.
void CheckCommits(const LintSection& section, LintReport& report) {
  int ddl = 0;
  bool data_said = false;
  const LintStatement* data = nullptr;
  for (const LintStatement& statement : section.statements()) {
    // Nobody misses the rows of a table that is new.
    const bool changes_rows = std::any_of(
        statement.operations.begin(), statement.operations.end(), [&](const Operation& operation) {
          return (operation.action == Action::kInsert || operation.action == Action::kUpdate ||
                  operation.action == Action::kDelete) &&
                 !section.IsNew(operation.table, statement);
        });
    if (changes_rows && data == nullptr) data = &statement;
    if (statement.changes_schema && ++ddl == 2) report.Add("several-ddl", statement, {});
    if (ddl > 0 && data != nullptr && !data_said) {
      report.Add("ddl-with-data", *data, {});
      data_said = true;
    }
  }
}

}  // namespace

void CheckMysql(const LintSection& section, LintReport& report) {
  for (const LintStatement& statement : section.statements()) {
    CheckAlter(section, statement, report);
    CheckIndex(section, statement, report);
    CheckLock(section, statement, report);
  }
  CheckCommits(section, report);
}

}  // namespace brant
