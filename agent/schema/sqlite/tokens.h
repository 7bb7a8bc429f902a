// SQLite's SQL as tokens, and expressions in a form in which equal text means
// equal meaning. SQLite keeps the text of what was declared as it was typed.

#ifndef BRANT_AGENT_SCHEMA_SQLITE_TOKENS_H_
#define BRANT_AGENT_SCHEMA_SQLITE_TOKENS_H_

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace brant {

enum class SqliteTokenKind {
  // A bare identifier or keyword.
  kWord,
  // An identifier in double quotes, backticks or brackets.
  kQuoted,
  kString,
  kNumber,
  // Operators and punctuation.
  kSymbol,
};

struct SqliteToken {
  SqliteTokenKind kind;
  // Of a quoted identifier and a string, what it stands for; else as typed.
  std::string text;
  // Of kQuoted, its opening quote.
  char quote = '\0';
  // Where it is in the text.
  size_t begin = 0;
  size_t end = 0;

  bool IsWord(absl::string_view upper) const;
  bool IsSymbol(absl::string_view symbol) const;
  // An identifier, quoted or not.
  bool IsName() const { return kind == SqliteTokenKind::kWord || kind == SqliteTokenKind::kQuoted; }
};

// Blanks and comments are left out.
std::vector<SqliteToken> TokenizeSqlite(absl::string_view sql);

// The tokens as text: keywords in capitals, no quotes that are not needed, single
// blanks. Text in double quotes that is none of `columns` is a string, as SQLite
// takes it.
std::string CanonicalSqlite(absl::Span<const SqliteToken> tokens,
                            const std::set<std::string>& columns);

// Whether the text speaks of one of `names`, which are in lower case.
bool MentionsInSqlite(absl::string_view sql, const std::set<std::string>& names);

// An identifier, quoted if it has to be.
std::string QuoteSqlite(absl::string_view identifier);
// A string literal.
std::string SqliteLiteral(absl::string_view text);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SQLITE_TOKENS_H_
