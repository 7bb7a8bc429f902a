// MySQL's and MariaDB's lexical rules, as far as they decide where a statement
// ends: strings, names, comments, conditional comments, delimiters.

#ifndef BRANT_AGENT_DATABASE_MYSQL_LEXER_H_
#define BRANT_AGENT_DATABASE_MYSQL_LEXER_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/database/mysql/sql_mode.h"

namespace brant::mysql {

enum class TokenKind {
  // A keyword, an unquoted name, a number, or \N.
  kWord,
  // `name`, or "name" in ANSI_QUOTES mode.
  kQuotedName,
  kString,
  // One byte of punctuation.
  kSymbol,
  // `/*!` or `/*M!` with its version number. What follows is code, up to
  // kConditionalClose.
  kConditionalOpen,
  kConditionalClose,
  // A comment that means something to the optimizer: /*+ … */.
  kHint,
  // The delimiter in force. Inside a conditional comment it is no delimiter.
  kDelimiter,
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  absl::string_view text;
  // Where it begins in the script, in bytes.
  size_t offset = 0;
  // Only blanks and comments stand before it on its line.
  bool starts_line = false;

  bool IsSymbol(char symbol) const { return kind == TokenKind::kSymbol && text[0] == symbol; }
};

// Cuts a script into tokens; blanks and comments fall away. Tokens point into
// the script. The time is linear in the script's length.
class Lexer {
 public:
  explicit Lexer(absl::string_view script) : script_(script) {}

  // Errors: UNSUPPORTED_STATEMENT for a string, name or comment without an end,
  // with the detail "position".
  absl::StatusOr<Token> Next();

  // The next token begins a statement: there `--` begins a comment also without
  // a blank behind it, as it does for the mysql client.
  void BeginStatement() { fresh_ = true; }

  // Not empty. Points into the script or to static storage.
  void SetDelimiter(absl::string_view delimiter) { delimiter_ = delimiter; }
  bool HasCustomDelimiter() const { return delimiter_ != ";"; }
  absl::string_view delimiter() const { return delimiter_; }

  void SetRules(LexicalRules rules) { rules_ = rules; }
  bool InConditional() const { return conditional_begin_ != absl::string_view::npos; }

  // What is left of the line behind the last token, without its end.
  absl::string_view RestOfLine() const;
  void SkipRestOfLine();
  // If a dollar-quoted string ($$…$$, $tag$…$tag$) comes next, the token.
  absl::StatusOr<Token> NextMaybeDollarQuoted();

 private:
  char Peek(size_t ahead = 0) const {
    return position_ + ahead < script_.size() ? script_[position_ + ahead] : '\0';
  }
  bool AtDelimiter(size_t position) const;
  bool AtLineComment() const;
  void SkipBlanks();
  // Skips what is no token; false at the end of the script.
  absl::StatusOr<bool> SkipToToken();
  absl::Status SkipComment();
  absl::StatusOr<Token> Quoted(char quote);
  Token Word();
  Token Take(TokenKind kind, size_t length);
  absl::Status Unterminated(absl::string_view what, size_t offset) const;

  absl::string_view script_;
  absl::string_view delimiter_ = ";";
  LexicalRules rules_;
  size_t position_ = 0;
  // Where the conditional comment that is open began.
  size_t conditional_begin_ = absl::string_view::npos;
  bool starts_line_ = true;
  bool fresh_ = true;
};

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_LEXER_H_
