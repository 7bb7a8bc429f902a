#include "agent/database/sqlite/splitter.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {
namespace {

enum class TokenKind { kEnd, kBlank, kSemicolon, kWord, kOther };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  absl::string_view text;
};

bool IsWord(char c) {
  return absl::ascii_isalnum(c) || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

// The size of what is quoted by `close`, from its opening quote. A doubled
// quote stands for itself, but not in [brackets].
size_t QuotedSize(absl::string_view text, char close) {
  size_t end = 1;
  for (;;) {
    end = text.find(close, end);
    if (end == absl::string_view::npos) return text.size();
    ++end;
    if (close == ']' || end == text.size() || text[end] != close) return end;
    ++end;
  }
}

// As SQLite's tokenizer: an unterminated comment ends with the text, unless
// nothing follows its opening.
Token FirstToken(absl::string_view text) {
  if (text.empty()) return {};
  char first = text.front();
  auto token = [text](TokenKind kind, size_t size) { return Token{kind, text.substr(0, size)}; };
  if (absl::ascii_isspace(first)) {
    auto end = std::find_if_not(text.begin(), text.end(), absl::ascii_isspace);
    return token(TokenKind::kBlank, end - text.begin());
  }
  if (absl::StartsWith(text, "--")) {
    return token(TokenKind::kBlank, std::min(text.find('\n'), text.size()));
  }
  if (absl::StartsWith(text, "/*") && text.size() > 2) {
    size_t end = text.find("*/", 2);
    return token(TokenKind::kBlank, end == absl::string_view::npos ? text.size() : end + 2);
  }
  if (first == ';') return token(TokenKind::kSemicolon, 1);
  if (first == '\'' || first == '"' || first == '`') {
    return token(TokenKind::kOther, QuotedSize(text, first));
  }
  if (first == '[') return token(TokenKind::kOther, QuotedSize(text, ']'));
  if (IsWord(first)) {
    auto end = std::find_if_not(text.begin(), text.end(), IsWord);
    return token(TokenKind::kWord, end - text.begin());
  }
  return token(TokenKind::kOther, 1);
}

// Follows a statement as sqlite3_complete does: a semicolon ends it, but in
// CREATE TRIGGER only after another semicolon and END.
class Completeness {
 public:
  void Add(const Token& token) {
    switch (state_) {
      case State::kStart:
        state_ = Is(token, "explain")  ? State::kExplain
                 : Is(token, "create") ? State::kCreate
                                       : State::kNormal;
        return;
      case State::kExplain:
        // EXPLAIN QUERY PLAN CREATE … included.
        if (Is(token, "create")) {
          state_ = State::kCreate;
        } else if (Is(token, "explain") || Is(token, "temp") || Is(token, "temporary") ||
                   Is(token, "trigger") || Is(token, "end")) {
          state_ = State::kNormal;
        }
        return;
      case State::kCreate:
        if (Is(token, "trigger")) {
          state_ = State::kTrigger;
        } else if (!Is(token, "temp") && !Is(token, "temporary")) {
          state_ = State::kNormal;
        }
        return;
      case State::kNormal:
        return;
      case State::kTrigger:
      case State::kTriggerSemicolon:
      case State::kTriggerEnd:
        state_ = token.kind == TokenKind::kSemicolon                      ? State::kTriggerSemicolon
                 : state_ == State::kTriggerSemicolon && Is(token, "end") ? State::kTriggerEnd
                                                                          : State::kTrigger;
        return;
    }
  }

  // Whether a semicolon here ends the statement.
  bool EndsAtSemicolon() const {
    return state_ != State::kTrigger && state_ != State::kTriggerSemicolon;
  }

 private:
  enum class State {
    kStart,
    kExplain,
    kCreate,
    kNormal,
    kTrigger,
    kTriggerSemicolon,
    kTriggerEnd,
  };

  static bool Is(const Token& token, absl::string_view word) {
    return token.kind == TokenKind::kWord && absl::EqualsIgnoreCase(token.text, word);
  }

  State state_ = State::kStart;
};

absl::Status DotCommand(absl::string_view script, size_t offset) {
  absl::string_view line = script.substr(offset, script.substr(offset).find_first_of("\r\n"));
  return Error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT,
               absl::StrCat("'", line.substr(0, line.find(' ')),
                            "' is a command of the sqlite3 shell, not SQL"))
      .Statement(line)
      .With("position", absl::StrCat(offset))
      .Hint("remove the line, or write it as SQL");
}

}  // namespace

absl::StatusOr<std::vector<Statement>> SplitSqlite(absl::string_view script) {
  std::vector<Statement> statements;
  size_t begin = 0;  // of the statement; equal to `end` while nothing of it is seen
  size_t end = 0;    // of its last token that is no blank
  Completeness completeness;
  auto finish = [&](size_t next) {
    if (end > begin) statements.push_back({script.substr(begin, end - begin), begin});
    begin = end = next;
    completeness = Completeness();
  };
  size_t offset = 0;
  for (;;) {
    Token token = FirstToken(script.substr(offset));
    if (token.kind == TokenKind::kEnd) break;
    size_t next = offset + token.text.size();
    if (token.kind == TokenKind::kSemicolon && completeness.EndsAtSemicolon()) {
      finish(next);
    } else if (token.kind != TokenKind::kBlank) {
      if (begin == end) {
        begin = offset;
        bool letter = next < script.size() && absl::ascii_isalpha(script[next]);
        if (token.text == "." && letter) return DotCommand(script, offset);
      }
      end = next;
      completeness.Add(token);
    }
    offset = next;
  }
  finish(script.size());
  return statements;
}

}  // namespace brant
