#include "agent/database/mysql/splitter.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/mysql/compound.h"
#include "agent/database/mysql/lexer.h"
#include "agent/database/mysql/sql_mode.h"

namespace brant {
namespace {

using mysql::Token;
using mysql::TokenKind;

// Commands of the mysql client that stand where a statement begins. No
// statement of the server begins with any of these words.
constexpr std::array<absl::string_view, 21> kClientCommands = {
    "charset",   "clear",  "connect", "edit",     "ego",    "exit", "go",
    "notee",     "pager",  "nopager", "print",    "prompt", "quit", "rehash",
    "nowarning", "source", "status",  "warnings", "system", "tee",  "resetconnection"};

class Splitter {
 public:
  explicit Splitter(absl::string_view script) : script_(script), lexer_(script) {}

  absl::StatusOr<std::vector<Statement>> Split();

 private:
  static constexpr size_t kNone = absl::string_view::npos;

  absl::Status Take(const Token& token);
  // Handles what is no part of a statement; true if `token` was such.
  absl::StatusOr<bool> TakeClientCommand(const Token& token);
  absl::Status SetDelimiter(const Token& command);
  // DELIMITER in the middle of a statement: a command, or a name?
  bool IsDelimiterCommand(const Token& token) const;
  bool TakeUseLine(const Token& token);
  absl::Status CheckSupported(const Token& token);
  void Extend(const Token& token);
  void Finish();

  const absl::string_view script_;
  mysql::Lexer lexer_;
  mysql::LexicalRules rules_;
  mysql::CompoundTracker tracker_;
  std::vector<Statement> statements_;

  // The statement under way.
  size_t begin_ = kNone;
  size_t end_ = 0;
  // It holds more than conditional comments without content.
  bool has_code_ = false;
  int words_ = 0;
  bool is_set_ = false;
  bool is_load_ = false;
};

absl::Status Unsupported(absl::string_view message, absl::string_view hint, size_t position) {
  return Error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT, message)
      .Hint(hint)
      .With("position", absl::StrCat(position));
}

absl::StatusOr<std::vector<Statement>> Splitter::Split() {
  while (true) {
    BRANT_ASSIGN_OR_RETURN(Token token, tracker_.ExpectsForeignBody()
                                            ? lexer_.NextMaybeDollarQuoted()
                                            : lexer_.Next());
    if (token.kind == TokenKind::kEnd) {
      Finish();
      return std::move(statements_);
    }
    BRANT_RETURN_IF_ERROR(Take(token));
  }
}

absl::Status Splitter::Take(const Token& token) {
  if (token.kind == TokenKind::kDelimiter && lexer_.HasCustomDelimiter()) {
    Finish();
    return absl::OkStatus();
  }
  // The server cuts at semicolons also where the client has another delimiter.
  const bool semicolon = token.kind == TokenKind::kDelimiter || token.IsSymbol(';');
  if (semicolon && !tracker_.Open() && !lexer_.InConditional()) {
    Finish();
    return absl::OkStatus();
  }
  BRANT_ASSIGN_OR_RETURN(bool client_command, TakeClientCommand(token));
  if (client_command) return absl::OkStatus();
  BRANT_RETURN_IF_ERROR(CheckSupported(token));
  Extend(token);
  tracker_.Take(token);
  return absl::OkStatus();
}

absl::StatusOr<bool> Splitter::TakeClientCommand(const Token& token) {
  if (token.IsSymbol('\\') && lexer_.RestOfLine().empty()) {
    return Unsupported("a backslash at the end of a line is a mark of the mysql client, not SQL",
                       "remove it: a statement goes on over lines by itself", token.offset);
  }
  if (token.IsSymbol('\\')) {
    return Unsupported(
        absl::StrCat("'", script_.substr(token.offset, 2), "' is a command of the mysql client"),
        "leave it out: end statements with a semicolon", token.offset);
  }
  if (token.kind != TokenKind::kWord || lexer_.InConditional()) return false;
  if (absl::EqualsIgnoreCase(token.text, "delimiter") && IsDelimiterCommand(token)) {
    Finish();
    BRANT_RETURN_IF_ERROR(SetDelimiter(token));
    return true;
  }
  if (has_code_) return false;
  if (TakeUseLine(token)) return true;
  const bool command =
      std::any_of(kClientCommands.begin(), kClientCommands.end(),
                  [&](absl::string_view name) { return absl::EqualsIgnoreCase(token.text, name); });
  // A label may have any name.
  if (!command || absl::StartsWith(lexer_.RestOfLine(), ":")) return false;
  return Unsupported(absl::StrCat("'", token.text, "' is a command of the mysql client, not SQL"),
                     "write the statements themselves into the migration", token.offset);
}

bool Splitter::IsDelimiterCommand(const Token& token) const {
  if (!has_code_) return true;
  // The mysql client takes the word for a command wherever it stands, which
  // breaks columns of that name; so ask for more than the word.
  if (!token.starts_line || tracker_.parentheses() > 0) return false;
  const absl::string_view rest = lexer_.RestOfLine();
  return !rest.empty() && std::all_of(rest.begin(), rest.end(), [](unsigned char c) {
    return absl::ascii_ispunct(c) && c != '_' && c != ',' && c != '`';
  });
}

absl::Status Splitter::SetDelimiter(const Token& command) {
  absl::string_view rest = lexer_.RestOfLine();
  absl::string_view delimiter = rest.substr(0, rest.find_first_of(" \t\r\v\f"));
  if (!rest.empty() && absl::StrContains("'\"`", rest.substr(0, 1))) {
    const size_t close = rest.find(rest[0], 1);
    delimiter = close == kNone ? absl::string_view() : rest.substr(1, close - 1);
  }
  const size_t behind = command.offset + command.text.size();
  const bool blank =
      behind < script_.size() && absl::ascii_isspace(static_cast<unsigned char>(script_[behind]));
  if (delimiter.empty() || absl::StrContains(delimiter, "\\") || !blank) {
    return Error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "DELIMITER names no delimiter")
        .Hint("write it with a blank before the delimiter and no backslash in it: DELIMITER //")
        .With("position", absl::StrCat(command.offset));
  }
  lexer_.SetDelimiter(delimiter);
  lexer_.SkipRestOfLine();
  lexer_.BeginStatement();
  return absl::OkStatus();
}

// `USE name` on a line of its own needs no delimiter in the mysql client.
bool Splitter::TakeUseLine(const Token& token) {
  if (!absl::EqualsIgnoreCase(token.text, "use") || !token.starts_line) return false;
  const absl::string_view name = lexer_.RestOfLine();
  if (name.empty() || absl::StrContains(name, lexer_.delimiter()) ||
      name.find_first_of("; \t") != kNone) {
    return false;
  }
  Extend(token);
  end_ = static_cast<size_t>(name.end() - script_.begin());
  lexer_.SkipRestOfLine();
  Finish();
  return true;
}

absl::Status Splitter::CheckSupported(const Token& token) {
  if (token.kind != TokenKind::kWord || words_ > 3) return absl::OkStatus();
  ++words_;
  if (words_ == 1) {
    is_set_ = absl::EqualsIgnoreCase(token.text, "set");
    is_load_ = absl::EqualsIgnoreCase(token.text, "load");
  } else if (is_load_ && absl::EqualsIgnoreCase(token.text, "local")) {
    return Unsupported("LOAD … LOCAL reads a file of the client's machine",
                       "write the rows as INSERT statements, or use LOAD DATA INFILE with a file "
                       "on the server",
                       begin_);
  }
  return absl::OkStatus();
}

void Splitter::Extend(const Token& token) {
  if (begin_ == kNone) begin_ = token.offset;
  end_ = token.offset + token.text.size();
  has_code_ |= token.kind != TokenKind::kConditionalOpen &&
               token.kind != TokenKind::kConditionalClose && token.kind != TokenKind::kHint;
}

void Splitter::Finish() {
  if (has_code_) {
    const absl::string_view text = script_.substr(begin_, end_ - begin_);
    statements_.push_back(Statement{text, begin_});
    if (is_set_) {
      rules_ = mysql::RulesAfter(text, rules_);
      lexer_.SetRules(rules_);
    }
  }
  tracker_.Reset();
  lexer_.BeginStatement();
  begin_ = kNone;
  has_code_ = false;
  words_ = 0;
  is_set_ = false;
  is_load_ = false;
}

}  // namespace

absl::StatusOr<std::vector<Statement>> SplitMysql(absl::string_view script) {
  return Splitter(script).Split();
}

}  // namespace brant
