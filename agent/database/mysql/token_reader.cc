#include "agent/database/mysql/token_reader.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace brant::mysql {

void TokenReader::Advance() {
  do {
    absl::StatusOr<Token> token = lexer_.Next();
    token_ = token.ok() ? *token : Token{TokenKind::kEnd, "", statement_.size()};
  } while (token_.kind == TokenKind::kConditionalOpen ||
           token_.kind == TokenKind::kConditionalClose || token_.kind == TokenKind::kHint);
}

bool TokenReader::IsWord(absl::string_view word) const {
  return token_.kind == TokenKind::kWord && absl::EqualsIgnoreCase(token_.text, word);
}

bool TokenReader::ConsumeWord(absl::string_view word) {
  if (!IsWord(word)) return false;
  Advance();
  return true;
}

bool TokenReader::ConsumeAnyWord(std::initializer_list<absl::string_view> words) {
  for (absl::string_view word : words) {
    if (ConsumeWord(word)) return true;
  }
  return false;
}

bool TokenReader::ConsumeSymbol(char symbol) {
  if (!token_.IsSymbol(symbol)) return false;
  Advance();
  return true;
}

std::string TokenReader::TakeLower() {
  std::string lower = token_.kind == TokenKind::kString || token_.kind == TokenKind::kQuotedName
                          ? std::string(token_.text.substr(0, 1))
                          : absl::AsciiStrToLower(token_.text);
  Advance();
  return lower;
}

bool TokenReader::IsName() const {
  return token_.kind == TokenKind::kWord || token_.kind == TokenKind::kQuotedName ||
         (token_.kind == TokenKind::kString && token_.text[0] == '"');
}

std::string TokenReader::ConsumeName() {
  std::string name;
  while (IsName()) {
    absl::StrAppend(&name, token_.text);
    Advance();
    if (!token_.IsSymbol('.')) break;
    Advance();
    name.push_back('.');
  }
  return name;
}

void TokenReader::SkipSetStatement() {
  TokenReader ahead = *this;
  if (!ahead.ConsumeWord("set") || !ahead.ConsumeWord("statement")) return;
  while (!ahead.AtEnd() && !ahead.IsWord("for")) ahead.Advance();
  if (ahead.ConsumeWord("for")) *this = ahead;
}

std::string LastPart(absl::string_view name) {
  TokenReader reader(name);
  std::string last;
  for (; !reader.AtEnd(); reader.Advance()) {
    absl::string_view text = reader.token().text;
    const char quote = text[0];
    if (text.size() >= 2 && (quote == '`' || quote == '"' || quote == '\'')) {
      const std::string one(1, quote);
      last = absl::StrReplaceAll(text.substr(1, text.size() - 2), {{one + one, one}});
    } else if (!reader.token().IsSymbol('.')) {
      last = std::string(text);
    }
  }
  return last;
}

}  // namespace brant::mysql
