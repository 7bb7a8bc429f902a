#include "agent/database/mysql/lexer.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant::mysql {
namespace {

constexpr size_t kNone = absl::string_view::npos;

// mariadb-dump's first line: a command for the mariadb client in what is a
// comment for every server.
constexpr absl::string_view kDumpMarker = R"(/*M!999999\-)";

bool IsBlank(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)) || c == '\0'; }

// Letters, digits, `_`, `$`, and every byte of a character beyond ASCII.
bool IsWordCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

bool Lexer::AtDelimiter(size_t position) const {
  return position < script_.size() && script_[position] == delimiter_[0] &&
         absl::StartsWith(script_.substr(position), delimiter_);
}

// `-- ` needs its blank (or control character, or the end) in the middle of a
// statement, because 5--3 is arithmetic.
bool Lexer::AtLineComment() const {
  if (Peek() == '#') return true;
  if (Peek() != '-' || Peek(1) != '-') return false;
  return fresh_ || absl::ascii_iscntrl(static_cast<unsigned char>(Peek(2))) || IsBlank(Peek(2));
}

void Lexer::SkipBlanks() {
  while (position_ < script_.size() && IsBlank(script_[position_])) {
    if (script_[position_] == '\n') starts_line_ = true;
    ++position_;
  }
}

absl::Status Lexer::Unterminated(absl::string_view what, size_t offset) const {
  return Error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT,
               absl::StrCat("the ", what, " that begins here has no end"))
      .Hint("close it; nothing of the section has run")
      .With("position", absl::StrCat(offset));
}

absl::Status Lexer::SkipComment() {
  size_t end = script_.find("*/", position_ + 2);
  if (end == kNone) return Unterminated("comment", position_);
  if (script_.substr(position_, end - position_).find('\n') != kNone) starts_line_ = true;
  position_ = end + 2;
  return absl::OkStatus();
}

absl::StatusOr<bool> Lexer::SkipToToken() {
  while (true) {
    SkipBlanks();
    if (position_ >= script_.size()) {
      if (InConditional()) return Unterminated("conditional comment", conditional_begin_);
      return false;
    }
    // A delimiter may look like a comment (`#`, `/*!*/;`), so it comes first.
    if (!InConditional() && AtDelimiter(position_)) return true;
    if (AtLineComment()) {
      SkipRestOfLine();
      continue;
    }
    if (Peek() != '/' || Peek(1) != '*') return true;
    // `/*M` alone is a plain comment: only an exclamation mark makes it code.
    const bool conditional = Peek(2) == '!' || (Peek(2) == 'M' && Peek(3) == '!');
    const bool dump_marker = absl::StartsWith(script_.substr(position_), kDumpMarker);
    if ((conditional && !dump_marker) || Peek(2) == '+') return true;
    BRANT_RETURN_IF_ERROR(SkipComment());
  }
}

absl::StatusOr<Token> Lexer::Next() {
  BRANT_ASSIGN_OR_RETURN(bool found, SkipToToken());
  if (!found) return Take(TokenKind::kEnd, 0);
  if (!InConditional() && AtDelimiter(position_)) {
    return Take(TokenKind::kDelimiter, delimiter_.size());
  }
  const char c = Peek();
  if (c == '/' && Peek(1) == '*') {
    if (Peek(2) == '+') {
      const size_t begin = position_;
      BRANT_RETURN_IF_ERROR(SkipComment());
      const size_t length = position_ - begin;
      position_ = begin;
      return Take(TokenKind::kHint, length);
    }
    conditional_begin_ = position_;
    size_t length = Peek(2) == 'M' ? 4 : 3;
    while (absl::ascii_isdigit(static_cast<unsigned char>(Peek(length)))) ++length;
    return Take(TokenKind::kConditionalOpen, length);
  }
  if (c == '*' && Peek(1) == '/' && InConditional()) {
    conditional_begin_ = kNone;
    return Take(TokenKind::kConditionalClose, 2);
  }
  if (c == '\'' || c == '"' || c == '`') return Quoted(c);
  if (c == '\\' && Peek(1) == 'N') return Take(TokenKind::kWord, 2);
  if (IsWordCharacter(c)) return Word();
  return Take(TokenKind::kSymbol, 1);
}

// A doubled quote needs no rule of its own: it ends one string and begins
// another, and both belong to the same statement. Only one token must come of
// it, so that what stands before a keyword is known.
absl::StatusOr<Token> Lexer::Quoted(char quote) {
  const bool name = quote == '`' || (quote == '"' && rules_.ansi_quotes);
  const bool escapes = !name && rules_.backslash_escapes;
  size_t end = position_ + 1;
  while (end < script_.size()) {
    if (script_[end] == '\\' && escapes) {
      end += 2;
    } else if (script_[end] != quote) {
      ++end;
    } else if (end + 1 < script_.size() && script_[end + 1] == quote) {
      end += 2;
    } else {
      return Take(name ? TokenKind::kQuotedName : TokenKind::kString, end + 1 - position_);
    }
  }
  return Unterminated(name ? "quoted name" : "string", position_);
}

Token Lexer::Word() {
  const bool number = absl::ascii_isdigit(static_cast<unsigned char>(Peek()));
  size_t end = position_ + 1;
  while (end < script_.size() &&
         (IsWordCharacter(script_[end]) || (number && script_[end] == '.')) && !AtDelimiter(end)) {
    ++end;
  }
  return Take(TokenKind::kWord, end - position_);
}

Token Lexer::Take(TokenKind kind, size_t length) {
  Token token{kind, script_.substr(position_, length), position_, starts_line_};
  position_ += length;
  starts_line_ = false;
  fresh_ = false;
  return token;
}

absl::string_view Lexer::RestOfLine() const {
  absl::string_view rest = script_.substr(position_);
  rest = rest.substr(0, rest.find('\n'));
  return absl::StripAsciiWhitespace(rest);
}

void Lexer::SkipRestOfLine() {
  size_t end = script_.find('\n', position_);
  position_ = end == kNone ? script_.size() : end;
}

absl::StatusOr<Token> Lexer::NextMaybeDollarQuoted() {
  BRANT_ASSIGN_OR_RETURN(bool found, SkipToToken());
  if (!found || Peek() != '$' || AtDelimiter(position_)) return Next();
  size_t length = 1;
  while (IsWordCharacter(Peek(length)) && Peek(length) != '$') ++length;
  if (Peek(length) != '$') return Next();
  const absl::string_view tag = script_.substr(position_, length + 1);
  const size_t end = script_.find(tag, position_ + tag.size());
  if (end == kNone) return Unterminated("dollar-quoted string", position_);
  return Take(TokenKind::kString, end + tag.size() - position_);
}

}  // namespace brant::mysql
