#include "agent/schema/mysql/view_text.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/database/mysql/token_reader.h"

namespace brant::mysql {
namespace {

std::vector<Token> TokensOf(absl::string_view sql) {
  std::vector<Token> tokens;
  for (TokenReader reader(sql); !reader.AtEnd(); reader.Advance()) {
    tokens.push_back(reader.token());
  }
  return tokens;
}

bool IsWord(const Token& token, absl::string_view word) {
  return token.kind == TokenKind::kWord && absl::EqualsIgnoreCase(token.text, word);
}

// Behind FROM or JOIN, and parentheses that open there.
bool IsTablePlace(const std::vector<Token>& tokens, size_t at) {
  while (at > 0 && tokens[at - 1].IsSymbol('(')) --at;
  return at > 0 && (IsWord(tokens[at - 1], "from") || IsWord(tokens[at - 1], "join") ||
                    IsWord(tokens[at - 1], "straight_join"));
}

// Whether the quoted name at `at`, with a dot and a name behind it, is a
// database: `db`.`table`.`column`, `db`.`function`(, or a table's place.
bool IsDatabase(const std::vector<Token>& tokens, size_t at) {
  if (at + 2 >= tokens.size() || !tokens[at + 1].IsSymbol('.')) return false;
  if (at > 0 && tokens[at - 1].IsSymbol('.')) return false;
  if (tokens[at + 2].kind != TokenKind::kQuotedName) return false;
  const bool goes_on =
      at + 3 < tokens.size() && (tokens[at + 3].IsSymbol('.') || tokens[at + 3].IsSymbol('('));
  return goes_on || IsTablePlace(tokens, at);
}

}  // namespace

ViewText ReadViewText(absl::string_view definition, absl::string_view database) {
  const std::vector<Token> tokens = TokensOf(definition);
  ViewText text;
  size_t copied = 0;
  for (size_t at = 0; at < tokens.size(); ++at) {
    if (tokens[at].kind != TokenKind::kQuotedName || LastPart(tokens[at].text) != database ||
        !IsDatabase(tokens, at)) {
      continue;
    }
    text.reads.insert(LastPart(tokens[at + 2].text));
    absl::StrAppend(&text.definition, definition.substr(copied, tokens[at].offset - copied));
    copied = tokens[at + 2].offset;
  }
  absl::StrAppend(&text.definition, definition.substr(copied));
  return text;
}

}  // namespace brant::mysql
