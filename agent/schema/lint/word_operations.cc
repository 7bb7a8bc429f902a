#include "agent/schema/lint/word_operations.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "agent/database/statement_words.h"

namespace brant {
namespace {

// Statements that are longer are rows, of which nothing is asked.
constexpr size_t kMaxWords = 10'000;

bool IsQuote(absl::string_view word) { return word == "\"" || word == "`" || word == "'"; }

class Reader {
 public:
  Reader(Dialect dialect, absl::string_view text)
      : dialect_(dialect), text_(text), words_(dialect, text) {}

  std::vector<Operation> Read() {
    if (words_.Take({"create"})) {
      ReadCreate();
    } else if (words_.Take({"drop"})) {
      ReadDrop();
    } else if (words_.Take({"alter"})) {
      ReadAlter();
    } else if (words_.Take({"rename", "table"}) || words_.Take({"rename", "tables"})) {
      ReadRenameTables();
    } else if (words_.Take({"truncate"})) {
      words_.Take({"table"});
      Add({Action::kTruncate, words_.TakeName()});
    } else if (words_.TakeAny({"insert", "replace"})) {
      ReadInsert();
    } else if (words_.Take({"update"})) {
      ReadUpdate();
    } else if (words_.Take({"delete"})) {
      ReadDelete();
    }
    return std::move(operations_);
  }

 private:
  void Add(Operation operation) {
    // What SQLite keeps for itself is no table of the application.
    if (dialect_ == Dialect::kSqlite && absl::StartsWith(operation.table, "sqlite_")) return;
    operations_.push_back(std::move(operation));
  }

  void SkipIfExists() {
    words_.Take({"if", "not", "exists"});
    words_.Take({"if", "exists"});
  }

  void ReadCreate() {
    words_.Take({"or", "replace"});
    words_.TakeAny({"temporary", "temp", "virtual"});
    const bool index = words_.TakeAny({"unique", "fulltext", "spatial"});
    if (words_.Take({"table"})) {
      SkipIfExists();
      Add({Action::kCreateTable, words_.TakeName()});
    } else if (words_.Take({"index"}) || index) {
      SkipIfExists();
      const std::string name = words_.TakeName();
      while (!words_.AtEnd() && !words_.Take({"on"})) words_.Skip();
      Add({.action = Action::kCreateIndex, .table = words_.TakeName(), .name = name});
    } else if (words_.Take({"view"})) {
      SkipIfExists();
      Add({Action::kCreateView, words_.TakeName()});
    }
  }

  void ReadDrop() {
    if (words_.TakeAny({"temporary"})) return;
    if (words_.TakeAny({"table", "tables"})) {
      SkipIfExists();
      do {
        Add({Action::kDropTable, words_.TakeName()});
      } while (words_.Take({","}));
    } else if (words_.TakeAny({"database", "schema"})) {
      SkipIfExists();
      Add({.action = Action::kDropDatabase, .name = words_.TakeName()});
    } else if (words_.Take({"index"})) {
      SkipIfExists();
      const std::string name = words_.TakeName();
      Add({.action = Action::kDropIndex,
           .table = words_.Take({"on"}) ? words_.TakeName() : "",
           .name = name});
    }
  }

  void ReadRenameTables() {
    do {
      SkipIfExists();
      const std::string table = words_.TakeName();
      if (!words_.Take({"to"})) return;
      Add({.action = Action::kRenameTable, .table = table, .name = words_.TakeName()});
    } while (words_.Take({","}));
  }

  void ReadAlter() {
    AlterTableClauses alter = ReadAlterTable(dialect_, text_);
    for (LintWords& clause : alter.clauses) ReadClause(alter.table, clause);
  }

  void ReadClause(const std::string& table, LintWords& clause) {
    if (TakeAddColumn(clause)) {
      Add({Action::kAddColumn, table, clause.TakeName()});
    } else if (clause.Take({"drop"})) {
      ReadDropClause(table, clause);
    } else if (clause.Take({"rename"})) {
      ReadRenameClause(table, clause);
    } else if (clause.Take({"modify"})) {
      clause.Take({"column"});
      clause.Take({"if", "exists"});
      Add({Action::kChangeColumn, table, clause.TakeName()});
    } else if (clause.Take({"change"})) {
      clause.Take({"column"});
      clause.Take({"if", "exists"});
      const std::string column = clause.TakeName();
      const std::string name = clause.TakeName();
      if (absl::AsciiStrToLower(column) != absl::AsciiStrToLower(name)) {
        Add({Action::kRenameColumn, table, column, name});
      }
      Add({Action::kChangeColumn, table, name});
    }
  }

  void ReadDropClause(const std::string& table, LintWords& clause) {
    const bool said = clause.Take({"column"});
    for (absl::string_view other : {"constraint", "index", "key", "primary", "foreign", "check",
                                    "partition", "period", "system"}) {
      if (!said && clause.Peek() == other) return;
    }
    clause.Take({"if", "exists"});
    Add({Action::kDropColumn, table, clause.TakeName()});
  }

  void ReadRenameClause(const std::string& table, LintWords& clause) {
    for (absl::string_view other : {"index", "key", "constraint"}) {
      if (clause.Peek() == other) return;
    }
    if (clause.TakeAny({"to", "as"})) {
      Add({.action = Action::kRenameTable, .table = table, .name = clause.TakeName()});
      return;
    }
    clause.Take({"column"});
    const std::string first = clause.TakeName();
    if (clause.Take({"to"})) {
      Add({Action::kRenameColumn, table, first, clause.TakeName()});
    } else {
      // MySQL: RENAME new_name.
      Add({.action = Action::kRenameTable, .table = table, .name = first});
    }
  }

  void ReadInsert() {
    while (!words_.AtEnd() && words_.Peek() != "into") words_.Skip();
    words_.Take({"into"});
    const std::string table = words_.TakeName();
    Add({.action = Action::kInsert, .table = table, .few = !words_.HasAny({"select"})});
  }

  void ReadUpdate() {
    if (words_.Take({"or"})) words_.Skip();
    while (words_.TakeAny({"low_priority", "ignore"})) {
    }
    Operation operation = {.action = Action::kUpdate, .table = words_.TakeName()};
    int depth = 0;
    bool sets = false;
    bool first_of_assignment = false;
    for (; !words_.AtEnd(); words_.Skip()) {
      const absl::string_view word = words_.Peek();
      if (word == "(") ++depth;
      if (word == ")") --depth;
      if (depth > 0) continue;
      if (word == "where") ReadWhere(operation);
      // A join or a second table says which rows; the rest is not looked at.
      if (word == "join" || word == "from" || word == "limit" || (word == "," && !sets)) {
        operation.filtered = true;
      }
      if (word == "set" && !sets) {
        sets = first_of_assignment = true;
      } else if (word == "," && sets) {
        first_of_assignment = true;
      } else if (first_of_assignment) {
        LintWords name = words_;
        operation.columns.push_back(name.TakeName());
        first_of_assignment = false;
      }
    }
    Add(std::move(operation));
  }

  void ReadDelete() {
    while (!words_.AtEnd() && words_.Peek() != "from") {
      // MySQL: DELETE t FROM t JOIN ….
      if (!words_.TakeAny({"low_priority", "quick", "ignore"})) return;
    }
    words_.Take({"from"});
    Operation operation = {.action = Action::kDelete, .table = words_.TakeName()};
    for (; !words_.AtEnd(); words_.Skip()) {
      if (words_.Peek() == "where") ReadWhere(operation);
      if (words_.Peek() == "using" || words_.Peek() == "limit") operation.filtered = true;
    }
    Add(std::move(operation));
  }

  // `column = constant` and no more.
  void ReadWhere(Operation& operation) {
    operation.filtered = true;
    LintWords rest = words_;
    rest.Skip();
    rest.TakeName();
    operation.few =
        rest.Take({"="}) && (IsQuote(rest.Peek()) || absl::ascii_isdigit(rest.Peek()[0]));
  }

  const Dialect dialect_;
  const absl::string_view text_;
  LintWords words_;
  std::vector<Operation> operations_;
};

}  // namespace

LintWords::LintWords(Dialect dialect, absl::string_view text) {
  StatementWords words(dialect, text);
  for (std::string word = words.Next(); !word.empty() && words_.size() < kMaxWords;
       word = words.Next()) {
    words_.push_back({std::move(word), words.text()});
  }
}

absl::string_view LintWords::Peek(size_t ahead) const {
  // A character, so that it can be asked for its first one.
  return at_ + ahead < words_.size() ? absl::string_view(words_[at_ + ahead].word)
                                     : absl::string_view("\0", 1);
}

bool LintWords::Take(std::initializer_list<absl::string_view> words) {
  size_t ahead = 0;
  for (absl::string_view word : words) {
    if (Peek(ahead++) != word) return false;
  }
  at_ += ahead;
  return true;
}

bool LintWords::TakeAny(std::initializer_list<absl::string_view> words) {
  if (std::find(words.begin(), words.end(), Peek()) == words.end()) return false;
  ++at_;
  return true;
}

std::string LintWords::TakeName() {
  std::string name;
  do {
    if (AtEnd()) return name;
    const bool bracket = Peek() == "[";
    if (bracket) ++at_;
    if (AtEnd()) return name;
    absl::string_view text = words_[at_].text;
    if (IsQuote(words_[at_].word) && text.size() >= 2) text = text.substr(1, text.size() - 2);
    name = std::string(text);
    ++at_;
    if (bracket) Take({"]"});
  } while (Take({"."}));
  return name;
}

bool LintWords::HasAny(std::initializer_list<absl::string_view> words) const {
  return std::any_of(words.begin(), words.end(),
                     [&](absl::string_view word) { return Has({word}); });
}

bool LintWords::Has(std::initializer_list<absl::string_view> words) const {
  return std::search(words_.begin() + static_cast<ptrdiff_t>(at_), words_.end(), words.begin(),
                     words.end(), [](const Word& word, absl::string_view wanted) {
                       return word.word == wanted;
                     }) != words_.end();
}

std::vector<LintWords> LintWords::Clauses() const {
  std::vector<LintWords> clauses(1);
  int depth = 0;
  for (size_t i = at_; i < words_.size(); ++i) {
    const std::string& word = words_[i].word;
    if (word == "(") ++depth;
    if (word == ")") --depth;
    if (word == "," && depth == 0) {
      clauses.emplace_back();
    } else {
      clauses.back().words_.push_back(words_[i]);
    }
  }
  return clauses;
}

std::vector<Operation> WordOperations(Dialect dialect, absl::string_view statement) {
  return Reader(dialect, statement).Read();
}

AlterTableClauses ReadAlterTable(Dialect dialect, absl::string_view statement) {
  AlterTableClauses result;
  LintWords words(dialect, statement);
  if (!words.Take({"alter"})) return result;
  words.TakeAny({"online", "ignore"});
  if (!words.Take({"table"})) return result;
  words.Take({"if", "exists"});
  result.table = words.TakeName();
  if (words.TakeAny({"wait", "nowait"})) words.Skip();
  result.clauses = words.Clauses();
  return result;
}

bool TakeAddColumn(LintWords& clause) {
  if (!clause.Take({"add"})) return false;
  if (!clause.Take({"column"})) {
    for (absl::string_view other :
         {"constraint", "index", "key", "unique", "primary", "foreign", "check", "fulltext",
          "spatial", "partition", "period", "system", "("}) {
      if (clause.Peek() == other) return false;
    }
  }
  clause.Take({"if", "not", "exists"});
  return true;
}

}  // namespace brant
