#include "agent/database/mysql/compound.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"

namespace brant::mysql {
namespace {

template <size_t kSize>
bool In(const std::array<absl::string_view, kSize>& words, absl::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Statements that open a block.
constexpr std::array<absl::string_view, 7> kOpeners = {"BEGIN", "IF",     "CASE", "LOOP",
                                                       "WHILE", "REPEAT", "FOR"};

// First words of statements that may be the whole body of a routine. None of
// them is a word of a routine's header, but for the two uses of SET.
constexpr std::array<absl::string_view, 31> kStatements = {
    "RETURN",   "SELECT", "INSERT",   "UPDATE",   "DELETE",  "REPLACE", "SET",     "CALL",
    "WITH",     "DO",     "SIGNAL",   "RESIGNAL", "VALUES",  "EXECUTE", "PREPARE", "CREATE",
    "ALTER",    "DROP",   "TRUNCATE", "GET",      "DECLARE", "LOAD",    "RENAME",  "ANALYZE",
    "OPTIMIZE", "FLUSH",  "GRANT",    "REVOKE",   "START",   "COMMIT",  "ROLLBACK"};

// Before SET in a header: RETURNS SET('a','b'), CHARACTER SET utf8mb4.
constexpr std::array<absl::string_view, 3> kBeforeSetInHeader = {"RETURNS", "CHARACTER", "CHAR"};

// Conditions of a handler that are several words, or words of the language.
constexpr std::array<absl::string_view, 6> kConditions = {"SQLSTATE",   "VALUE", "SQLEXCEPTION",
                                                          "SQLWARNING", "NOT",   "FOUND"};

// What follows IS where it is an operator.
constexpr std::array<absl::string_view, 7> kAfterIs = {"NULL",    "NOT",  "TRUE",    "FALSE",
                                                       "UNKNOWN", "JSON", "DISTINCT"};

// Words after which an expression is not at its end yet.
constexpr std::array<absl::string_view, 20> kOperators = {
    "WHEN",   "THEN",  "ELSE",   "CASE",     "AND",   "OR",     "NOT",
    "IN",     "LIKE",  "IS",     "XOR",      "DIV",   "MOD",    "INTERVAL",
    "REGEXP", "RLIKE", "BINARY", "DISTINCT", "UNTIL", "BETWEEN"};

}  // namespace

void CompoundTracker::Take(const Token& token) {
  switch (token.kind) {
    case TokenKind::kConditionalOpen:
    case TokenKind::kConditionalClose:
    case TokenKind::kHint:
    case TokenKind::kEnd:
      return;
    case TokenKind::kSymbol:
    case TokenKind::kDelimiter:
      TakeSymbol(token.text[0]);
      previous_word_.clear();
      previous_symbol_ = token.text[0];
      previous_began_ = false;
      return;
    case TokenKind::kWord:
    case TokenKind::kQuotedName:
    case TokenKind::kString:
      break;
  }
  if (phase_ == Phase::kPlain) return;
  // Behind a point or an at sign every word is a name: t.end, @case.
  const bool keyword =
      token.kind == TokenKind::kWord && previous_symbol_ != '.' && previous_symbol_ != '@';
  // A handler's statement may begin here without a semicolon before it.
  if (conditions_ && !InConditions(keyword ? absl::AsciiStrToUpper(token.text) : "")) {
    conditions_ = token.kind == TokenKind::kString;
    at_start_ = !conditions_;
  }
  const bool began = at_start_ || phase_ == Phase::kStart;
  if (keyword) {
    std::string word = absl::AsciiStrToUpper(token.text);
    TakeWord(word);
    previous_word_ = std::move(word);
  } else {
    if (phase_ == Phase::kStart) phase_ = Phase::kLabel;
    if (phase_ == Phase::kBegin) EnterBlock();
    // A foreign language's body: AS '…', AS $$…$$.
    if (ExpectsForeignBody() && token.kind == TokenKind::kString) declaring_ = false;
    at_start_ = false;
    previous_word_.clear();
  }
  previous_symbol_ = '\0';
  previous_began_ = began;
}

void CompoundTracker::TakeSymbol(char symbol) {
  switch (symbol) {
    case '(':
      ++parentheses_;
      break;
    case ')':
      if (parentheses_ > 0) --parentheses_;
      if (phase_ == Phase::kRoutine && parentheses_ == 0) header_complete_ = true;
      break;
    case ';':
      parentheses_ = 0;
      if (phase_ == Phase::kBody) Semicolon();
      return;
    case ':':
      if (phase_ == Phase::kLabel || (parentheses_ == 0 && header_complete_ &&
                                      (phase_ == Phase::kRoutine || phase_ == Phase::kTrigger))) {
        EnterBody();
        return;
      }
      if (previous_began_) {
        at_start_ = true;
        return;
      }
      break;
    case '<':
      if (at_start_) angle_label_ = true;
      break;
    case '>':
      if (angle_label_ && previous_symbol_ == '>') {
        angle_label_ = false;
        at_start_ = true;
        return;
      }
      break;
    default:
      break;
  }
  at_start_ = false;
  if (phase_ == Phase::kStart || phase_ == Phase::kLabel || phase_ == Phase::kBegin) {
    phase_ = Phase::kPlain;
  }
}

void CompoundTracker::TakeWord(const std::string& word) {
  switch (phase_) {
    case Phase::kStart:
      return Start(word);
    case Phase::kLabel:
      phase_ = Phase::kPlain;
      return;
    case Phase::kBegin:
      if (word == "WORK") {
        phase_ = Phase::kPlain;
        return;
      }
      EnterBlock();
      return Body(word);
    case Phase::kCreate:
      return Create(word);
    case Phase::kRoutine:
    case Phase::kTrigger:
    case Phase::kEvent:
    case Phase::kPackage:
      if (parentheses_ == 0) Header(word);
      return;
    case Phase::kBody:
      return Body(word);
    case Phase::kPlain:
      return;
  }
}

void CompoundTracker::Start(const std::string& word) {
  if (word == "CREATE" || word == "ALTER") {
    creates_ = word == "CREATE";
    phase_ = Phase::kCreate;
  } else if (word == "BEGIN") {
    phase_ = Phase::kBegin;
  } else if (word == "DECLARE" || In(kOpeners, word)) {
    // MariaDB runs these outside of routines as well.
    EnterBody();
    Body(word);
  } else {
    phase_ = Phase::kLabel;
  }
}

void CompoundTracker::Create(const std::string& word) {
  if (previous_symbol_ == '=') return;  // DEFINER = name
  if (word == "OR" || word == "REPLACE" || word == "AGGREGATE" || word == "DEFINER") return;
  if (word == "EVENT") {
    phase_ = Phase::kEvent;
  } else if (creates_ && (word == "PROCEDURE" || word == "FUNCTION")) {
    phase_ = Phase::kRoutine;
  } else if (creates_ && word == "TRIGGER") {
    phase_ = Phase::kTrigger;
  } else if (creates_ && word == "PACKAGE") {
    phase_ = Phase::kPackage;
  } else {
    phase_ = Phase::kPlain;
  }
}

void CompoundTracker::Header(const std::string& word) {
  const bool as = word == "AS" || word == "IS";
  switch (phase_) {
    case Phase::kEvent:
      if (word == "DO") EnterBody();
      return;
    case Phase::kPackage:
      if (!as) return;
      EnterBody();
      stack_.push_back(Block::kPackage);
      return;
    case Phase::kRoutine:
      if (as) {
        EnterBody();
        return Declare();
      }
      break;
    default:
      break;
  }
  if (phase_ == Phase::kTrigger && word == "ROW" && previous_word_ == "EACH") {
    header_complete_ = true;
    return;
  }
  if (!header_complete_) return;
  const bool set_of_header = word == "SET" && In(kBeforeSetInHeader, previous_word_);
  if (In(kOpeners, word) || (In(kStatements, word) && !set_of_header)) {
    EnterBody();
    Body(word);
  }
}

void CompoundTracker::EnterBody() {
  phase_ = Phase::kBody;
  at_start_ = true;
}

void CompoundTracker::EnterBlock() {
  EnterBody();
  stack_.push_back(Block::kBegin);
}

void CompoundTracker::Declare() {
  declaring_ = true;
  nested_header_ = false;
  at_start_ = true;
}

void CompoundTracker::Body(const std::string& word) {
  if (angle_label_) return;
  if (undecided_is_) {
    undecided_is_ = false;
    if (!In(kAfterIs, word)) Declare();
  }
  if (at_start_) {
    BeginStatement(word);
  } else {
    WithinStatement(word);
  }
}

void CompoundTracker::BeginStatement(const std::string& word) {
  at_start_ = false;
  declares_ = false;
  handler_ = false;
  if (word == "BEGIN") {
    // The initialization of a package ends with the package's own END.
    if (!Top(Block::kPackage) || declaring_) stack_.push_back(Block::kBegin);
    declaring_ = false;
    at_start_ = true;
  } else if ((word == "NOT" && previous_word_ == "BEGIN") ||
             (word == "ATOMIC" && previous_word_ == "NOT") || word == "ELSE") {
    at_start_ = true;
  } else if (word == "IF") {
    stack_.push_back(Block::kIf);
  } else if (word == "CASE") {
    stack_.push_back(Block::kCase);
  } else if (word == "LOOP" || word == "REPEAT") {
    stack_.push_back(word == "LOOP" ? Block::kLoop : Block::kRepeat);
    at_start_ = true;
  } else if (word == "WHILE" || word == "FOR") {
    stack_.push_back(Block::kLoopHeader);
  } else if (word == "END") {
    if (!stack_.empty()) stack_.pop_back();
  } else if (word == "UNTIL") {
    until_ = true;
  } else if (word == "DECLARE") {
    declares_ = true;
    if (stack_.empty()) declaring_ = true;
  } else if (word == "PROCEDURE" || word == "FUNCTION") {
    nested_header_ = declaring_ || Top(Block::kPackage);
  } else if (word == "RETURN") {
    returns_ = stack_.empty();
  }
}

bool CompoundTracker::InConditions(absl::string_view word) const {
  return previous_symbol_ == ',' || previous_word_ == "FOR" || In(kConditions, word);
}

void CompoundTracker::WithinStatement(const std::string& word) {
  if (conditions_) return;
  if (word == "CASE") {
    if (previous_word_ != "END") stack_.push_back(Block::kCaseExpression);
  } else if (word == "END") {
    if (ExpressionIncomplete()) return;
    if (Top(Block::kCaseExpression) || (until_ && Top(Block::kRepeat))) stack_.pop_back();
  } else if (word == "THEN" || word == "ELSE") {
    at_start_ = !stack_.empty() && !Top(Block::kCaseExpression);
  } else if (word == "DO" || word == "LOOP") {
    if (!Top(Block::kLoopHeader)) return;
    stack_.back() = Block::kLoop;
    at_start_ = true;
  } else if (word == "HANDLER") {
    handler_ = declares_;
  } else if (word == "FOR") {
    conditions_ = handler_;
  } else if ((word == "AS" || word == "IS") && parentheses_ == 0) {
    if (nested_header_ || (returns_ && word == "AS")) return Declare();
    undecided_is_ = returns_;
  }
}

void CompoundTracker::Semicolon() {
  while (Top(Block::kCaseExpression)) stack_.pop_back();
  at_start_ = true;
  nested_header_ = false;
  undecided_is_ = false;
  returns_ = false;
  until_ = false;
  angle_label_ = false;
  declares_ = false;
  handler_ = false;
  conditions_ = false;
}

bool CompoundTracker::ExpressionIncomplete() const {
  if (previous_symbol_ != '\0') return previous_symbol_ != ')';
  return In(kOperators, previous_word_);
}

}  // namespace brant::mysql
