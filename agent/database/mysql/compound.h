// Where a stored program ends: BEGIN … END, IF … END IF and their like.

#ifndef BRANT_AGENT_DATABASE_MYSQL_COMPOUND_H_
#define BRANT_AGENT_DATABASE_MYSQL_COMPOUND_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/database/mysql/lexer.h"

namespace brant::mysql {

// Follows the tokens of one statement and tells whether a semicolon ends it.
//
// END, IF, CASE, LOOP and their like mean different things in different places
// (IF() is a function, `end` a legal column), so the tracker knows at each token
// whether a statement of the program begins there: only there do they open and
// close blocks. Only CASE may also open within an expression.
class CompoundTracker {
 public:
  // A new statement begins.
  void Reset() { *this = CompoundTracker(); }

  // The next token of the statement. A semicolon comes as a kSymbol or
  // kDelimiter with the text ";".
  void Take(const Token& token);

  // A semicolon here belongs to the statement.
  bool Open() const { return !stack_.empty() || declaring_; }

  // The body of the routine comes next and may be dollar-quoted.
  bool ExpectsForeignBody() const { return phase_ == Phase::kBody && previous_word_ == "AS"; }

  int parentheses() const { return parentheses_; }

 private:
  enum class Phase {
    kStart,    // nothing seen
    kLabel,    // an unknown first word, which may be a label
    kBegin,    // BEGIN: a transaction or a block
    kCreate,   // CREATE or ALTER, of what is not known yet
    kRoutine,  // the header of a procedure or function
    kTrigger,
    kEvent,
    kPackage,
    kBody,   // statements of a program
    kPlain,  // a statement without a body
  };
  enum class Block { kBegin, kPackage, kIf, kCase, kCaseExpression, kLoop, kRepeat, kLoopHeader };

  void TakeWord(const std::string& word);
  void TakeSymbol(char symbol);
  void Start(const std::string& word);
  void Create(const std::string& word);
  void Header(const std::string& word);
  void Body(const std::string& word);
  // `word` begins a statement of the program.
  void BeginStatement(const std::string& word);
  // `word` stands within one.
  void WithinStatement(const std::string& word);
  // A token between HANDLER FOR and the handler's statement is one of its
  // conditions. `word` is empty for a quoted name or string.
  bool InConditions(absl::string_view word) const;
  void Semicolon();
  void EnterBody();
  // BEGIN turned out to open a block.
  void EnterBlock();
  void Declare();
  // The last token can't be the end of an expression, so END is a name here.
  bool ExpressionIncomplete() const;
  bool Top(Block block) const { return !stack_.empty() && stack_.back() == block; }

  Phase phase_ = Phase::kStart;
  std::vector<Block> stack_;
  // CREATE, in contrast to ALTER.
  bool creates_ = false;
  // The routine's parameters, or the trigger's EACH ROW, are behind us.
  bool header_complete_ = false;
  // A statement of the program begins at the next token.
  bool at_start_ = false;
  // Between AS or DECLARE and BEGIN, in Oracle mode.
  bool declaring_ = false;
  // PROCEDURE or FUNCTION within a package: AS begins its declarations.
  bool nested_header_ = false;
  // RETURN … IS: an operator or, in Oracle mode, the end of a header.
  bool undecided_is_ = false;
  // The body is RETURN …, or may be.
  bool returns_ = false;
  // UNTIL, whose condition ends with the END of END REPEAT.
  bool until_ = false;
  // Between `<<` and `>>`: a label of Oracle mode.
  bool angle_label_ = false;
  // DECLARE … HANDLER, and then its FOR with the conditions.
  bool declares_ = false;
  bool handler_ = false;
  bool conditions_ = false;

  int parentheses_ = 0;
  std::string previous_word_;  // empty if the last token was no word
  char previous_symbol_ = '\0';
  bool previous_began_ = false;  // the last token stood where a statement begins
};

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_COMPOUND_H_
