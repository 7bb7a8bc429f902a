#include "agent/database/mysql/temporary_tables.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/database/mysql/lexer.h"

namespace brant::mysql {
namespace {

// The tokens of a statement that the splitter has accepted, conditional comments
// taken as code.
class Reader {
 public:
  explicit Reader(absl::string_view statement) : lexer_(statement) { Advance(); }

  void Advance() {
    do {
      absl::StatusOr<Token> token = lexer_.Next();
      token_ = token.ok() ? *token : Token{};
    } while (token_.kind == TokenKind::kConditionalOpen ||
             token_.kind == TokenKind::kConditionalClose);
  }
  bool ConsumeWord(absl::string_view word) {
    if (token_.kind != TokenKind::kWord || !absl::EqualsIgnoreCase(token_.text, word)) return false;
    Advance();
    return true;
  }
  std::string ConsumeName() {
    if (token_.kind != TokenKind::kWord && token_.kind != TokenKind::kQuotedName) return "";
    std::string name(token_.text);
    Advance();
    return name;
  }
  bool ConsumePoint() {
    if (!token_.IsSymbol('.')) return false;
    Advance();
    return true;
  }

 private:
  Lexer lexer_;
  Token token_;
};

}  // namespace

std::string CreatedTemporaryTable(absl::string_view statement) {
  Reader reader(statement);
  if (!reader.ConsumeWord("create")) return "";
  if (reader.ConsumeWord("or") && !reader.ConsumeWord("replace")) return "";
  if (!reader.ConsumeWord("temporary") || !reader.ConsumeWord("table")) return "";
  if (reader.ConsumeWord("if") && (!reader.ConsumeWord("not") || !reader.ConsumeWord("exists"))) {
    return "";
  }
  std::string name = reader.ConsumeName();
  if (reader.ConsumePoint()) name = absl::StrCat(name, ".", reader.ConsumeName());
  return name;
}

}  // namespace brant::mysql
