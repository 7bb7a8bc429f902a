// What statements of MySQL, MariaDB and SQLite do, read word by word.

#ifndef BRANT_AGENT_SCHEMA_LINT_WORD_OPERATIONS_H_
#define BRANT_AGENT_SCHEMA_LINT_WORD_OPERATIONS_H_

#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"
#include "agent/schema/lint/operation.h"

namespace brant {

// A statement's words, with a place among them.
class LintWords {
 public:
  LintWords() = default;
  // The text must outlive it and its copies.
  LintWords(Dialect dialect, absl::string_view text);

  bool AtEnd() const { return at_ == words_.size(); }
  // In lower case; empty at the end; a quoted text is its quote.
  absl::string_view Peek(size_t ahead = 0) const;
  void Skip() { at_ += AtEnd() ? 0 : 1; }
  // Goes past these words if they come next.
  bool Take(std::initializer_list<absl::string_view> words);
  // Goes past one of these.
  bool TakeAny(std::initializer_list<absl::string_view> words);
  // A name without its quotes, the last part of `database.name`.
  std::string TakeName();
  // One of these comes next or later.
  bool HasAny(std::initializer_list<absl::string_view> words) const;
  // These come next or later, one behind the other.
  bool Has(std::initializer_list<absl::string_view> words) const;

  // What is left, cut at the commas outside of parentheses.
  std::vector<LintWords> Clauses() const;

 private:
  struct Word {
    // As StatementWords::Next gives it.
    std::string word;
    absl::string_view text;
  };

  std::vector<Word> words_;
  size_t at_ = 0;
};

// Not of PostgreSQL.
std::vector<Operation> WordOperations(Dialect dialect, absl::string_view statement);

// The clauses of an ALTER TABLE, and its table; none for another statement.
struct AlterTableClauses {
  std::string table;
  std::vector<LintWords> clauses;
};
AlterTableClauses ReadAlterTable(Dialect dialect, absl::string_view statement);

// Goes past ADD [COLUMN] if a clause adds a column.
bool TakeAddColumn(LintWords& clause);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_LINT_WORD_OPERATIONS_H_
