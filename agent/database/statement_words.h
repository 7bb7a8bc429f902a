// Reads a statement word by word, as far as it takes to know what it is.

#ifndef BRANT_AGENT_DATABASE_STATEMENT_WORDS_H_
#define BRANT_AGENT_DATABASE_STATEMENT_WORDS_H_

#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"

namespace brant {

// Copies are cheap, and each goes on by itself.
class StatementWords {
 public:
  StatementWords(Dialect dialect, absl::string_view text) : dialect_(dialect), rest_(text) {}

  // A word in lower case, one other character, or a whole quoted string (as its
  // quote); empty at the end. Blanks and comments are skipped.
  std::string Next();

  // What Next gave last, as it is written.
  absl::string_view text() const { return text_; }

  // Any of the words is still to come.
  bool HasAny(std::initializer_list<absl::string_view> words) const;

 private:
  void SkipBlanksAndComments();
  void SkipComment();

  Dialect dialect_;
  absl::string_view rest_;
  absl::string_view text_;
};

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_STATEMENT_WORDS_H_
