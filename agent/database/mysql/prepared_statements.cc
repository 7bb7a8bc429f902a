#include "agent/database/mysql/prepared_statements.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/database/mysql/token_reader.h"

namespace brant::mysql {
namespace {

// A string or @variable that is all of what is left.
std::string ReadText(TokenReader& reader) {
  std::string text;
  if (reader.ConsumeSymbol('@')) {
    text = absl::StrCat("@", reader.token().text);
  } else if (reader.token().kind == TokenKind::kString) {
    text = std::string(reader.token().text);
  } else {
    return "";
  }
  if (reader.token().kind == TokenKind::kSymbol || reader.AtEnd()) return "";
  reader.Advance();
  return reader.AtEnd() || reader.IsWord("using") ? text : "";
}

std::string ReadName(TokenReader& reader) {
  return absl::AsciiStrToLower(LastPart(reader.ConsumeName()));
}

}  // namespace

PreparedUse ReadPreparedUse(absl::string_view statement) {
  using Action = PreparedUse::Action;
  TokenReader reader(statement);
  reader.SkipSetStatement();
  PreparedUse use;
  if (reader.ConsumeWord("prepare")) {
    use.action = Action::kPrepare;
    use.name = ReadName(reader);
    if (reader.ConsumeWord("from")) use.text = ReadText(reader);
  } else if (reader.ConsumeWord("execute")) {
    use.action = Action::kExecute;
    if (reader.ConsumeWord("immediate")) {
      use.text = ReadText(reader);
    } else {
      use.name = ReadName(reader);
    }
  } else if (reader.ConsumeAnyWord({"deallocate", "drop"}) && reader.ConsumeWord("prepare")) {
    use.action = Action::kDeallocate;
    use.name = ReadName(reader);
  }
  return use;
}

bool IsHarmless(absl::string_view statement) {
  TokenReader reader(statement);
  if (!reader.ConsumeAnyWord({"select", "do"})) return false;
  for (; !reader.AtEnd(); reader.Advance()) {
    // A function may do anything, and INTO writes.
    if (reader.token().IsSymbol('(') || reader.IsWord("into")) return false;
  }
  return true;
}

}  // namespace brant::mysql
