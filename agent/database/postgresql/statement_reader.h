// Reads a statement from its beginning, as far as it takes to know what it is
// about.

#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_STATEMENT_READER_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_STATEMENT_READER_H_

#include <initializer_list>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/database/postgresql/scanner.h"

namespace brant {

// A name as the catalogue has it: folded, unquoted, shortened.
struct PostgresqlName {
  // Empty: where search_path leads.
  std::string schema;
  std::string name;

  // As SQL, quoted.
  std::string Quoted() const;
};

// Copies are cheap, and each goes on by itself. Points into the text.
class StatementReader {
 public:
  explicit StatementReader(absl::string_view text);

  bool AtEnd() const { return next_.kind == PostgresqlTokenKind::kEnd; }

  // What comes next is this key word (in lower case, not quoted) or character.
  bool Is(absl::string_view word) const;
  bool IsAny(std::initializer_list<absl::string_view> words) const;
  // If it is, goes past it.
  bool Skip(absl::string_view word);
  // All of them in this order, or nothing.
  bool Skip(std::initializer_list<absl::string_view> words);
  // Past whatever comes next.
  void Advance();
  // Any of the words is still to come.
  bool HasAny(std::initializer_list<absl::string_view> words) const;

  // Goes past a name of one or two parts; nothing: there is none, or it has
  // Unicode escapes (U&"…").
  std::optional<PostgresqlName> ReadName();

  // What comes next, a key word or not.
  const PostgresqlToken& next() const { return next_; }
  // From there to the end.
  absl::string_view rest() const { return rest_; }

 private:
  void SkipBlanks();
  std::optional<std::string> ReadPart();

  absl::string_view rest_;
  PostgresqlToken next_;
};

// A word or quoted name as the catalogue has it; nothing for other tokens.
std::optional<std::string> PostgresqlIdentifier(const PostgresqlToken& token);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_STATEMENT_READER_H_
