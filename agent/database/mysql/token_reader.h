// Reads a statement that the splitter has accepted, token by token.

#ifndef BRANT_AGENT_DATABASE_MYSQL_TOKEN_READER_H_
#define BRANT_AGENT_DATABASE_MYSQL_TOKEN_READER_H_

#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/database/mysql/lexer.h"

namespace brant::mysql {

// Conditional comments are taken as code. What the lexer refuses is taken as the
// end. Tokens point into the statement.
class TokenReader {
 public:
  explicit TokenReader(absl::string_view statement) : statement_(statement), lexer_(statement) {
    Advance();
  }

  const Token& token() const { return token_; }
  bool AtEnd() const { return token_.kind == TokenKind::kEnd; }
  void Advance();

  // The token is that word, in any case, and no quoted name.
  bool IsWord(absl::string_view word) const;
  bool ConsumeWord(absl::string_view word);
  bool ConsumeAnyWord(std::initializer_list<absl::string_view> words);
  bool ConsumeSymbol(char symbol);
  // The word in lower case, a symbol, or a quote where something is quoted.
  std::string TakeLower();
  // A name with its qualifiers as it is written, such as `a`.`b`; empty if there
  // is none. Double quotes count as a name's: where a name is due, there is no
  // string.
  std::string ConsumeName();
  // SET STATEMENT … FOR, which leads to the statement itself.
  void SkipSetStatement();

  // What is left, from the token on.
  absl::string_view Rest() const { return statement_.substr(token_.offset); }

 private:
  bool IsName() const;

  absl::string_view statement_;
  Lexer lexer_;
  Token token_;
};

// What a name as it is written means: without quotes, and only its last part.
std::string LastPart(absl::string_view name);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_TOKEN_READER_H_
