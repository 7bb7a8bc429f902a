#include "agent/database/mysql/session_use.h"

#include <array>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "agent/database/mysql/token_reader.h"

namespace brant::mysql {
namespace {

// Functions, and words before a parenthesis, that give the same for the same.
// What is not known may read data, the time, or chance.
constexpr std::array<absl::string_view, 62> kPure = {"if",        "ifnull",       "nullif",
                                                     "coalesce",  "case",         "when",
                                                     "then",      "else",         "and",
                                                     "or",        "not",          "in",
                                                     "exists",    "select",       "where",
                                                     "on",        "concat",       "concat_ws",
                                                     "count",     "max",          "min",
                                                     "sum",       "group_concat", "replace",
                                                     "substring", "substr",       "substring_index",
                                                     "left",      "right",        "lower",
                                                     "upper",     "lcase",        "ucase",
                                                     "trim",      "ltrim",        "rtrim",
                                                     "length",    "char_length",  "cast",
                                                     "convert",   "database",     "schema",
                                                     "user",      "current_user", "version",
                                                     "hex",       "unhex",        "char",
                                                     "round",     "floor",        "ceil",
                                                     "ceiling",   "abs",          "mod",
                                                     "greatest",  "least",        "quote",
                                                     "repeat",    "locate",       "instr",
                                                     "md5",       "sha2"};

// What is no function, and another value each time.
constexpr std::array<absl::string_view, 14> kChanging = {
    "current_timestamp", "current_date", "current_time",  "localtime",  "localtimestamp",
    "utc_date",          "utc_time",     "utc_timestamp", "identity",   "last_insert_id",
    "insert_id",         "timestamp",    "warning_count", "error_count"};

bool IsWordCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

void AddWordsOf(absl::string_view text, std::set<std::string>& words) {
  std::string word;
  for (char c : text) {
    if (IsWordCharacter(c)) {
      word.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
    } else if (!word.empty()) {
      words.insert(std::exchange(word, ""));
    }
  }
  if (!word.empty()) words.insert(std::move(word));
}

// Behind the first @: the name of a user variable; empty for one of the server.
std::string TakeVariable(TokenReader& reader) {
  if (reader.ConsumeSymbol('@')) return "";
  if (reader.AtEnd() || reader.token().kind == TokenKind::kSymbol) return "";
  std::string name = absl::AsciiStrToLower(LastPart(reader.token().text));
  reader.Advance();
  return name;
}

// Judges the value that SET gives a variable, token by token.
class Value {
 public:
  void Take(TokenReader& reader) {
    if (reader.token().kind == TokenKind::kWord || reader.token().kind == TokenKind::kQuotedName) {
      TakeWord(reader);
      return;
    }
    const bool comma = reader.token().IsSymbol(',');
    if (tables_ && reader.token().IsSymbol(')')) tables_ = false;
    if (table_due_ && !comma) assignment_.repeatable = false;
    table_due_ = tables_ && comma;
    reader.Advance();
  }
  Assignment& assignment() { return assignment_; }

 private:
  void TakeWord(TokenReader& reader) {
    const bool qualified = std::exchange(qualified_, false);
    const std::string word = absl::AsciiStrToLower(LastPart(reader.token().text));
    reader.Advance();
    if (table_due_) {
      // A subquery reads tables: only the catalogue's may be read again.
      table_due_ = false;
      if (word != "information_schema") assignment_.repeatable = false;
      assignment_.of_catalogue = true;
    } else if (word == "from" || word == "join") {
      tables_ = table_due_ = true;
    } else if (word == "where" || word == "group" || word == "order" || word == "having" ||
               word == "limit" || word == "on") {
      tables_ = false;
    }
    if (!qualified && absl::c_linear_search(kChanging, word)) assignment_.repeatable = false;
    if (word == "next" || word == "previous") assignment_.repeatable = false;
    if (reader.token().IsSymbol('(') && (qualified || !absl::c_linear_search(kPure, word))) {
      assignment_.repeatable = false;
    }
    if (reader.ConsumeSymbol('.')) qualified_ = true;
  }

  Assignment assignment_{.repeatable = true};
  // Between FROM and what follows the tables, and where one must come.
  bool tables_ = false;
  bool table_due_ = false;
  bool qualified_ = false;
};

class Reader {
 public:
  explicit Reader(absl::string_view statement) : reader_(statement) {}

  SessionUse Read() {
    reader_.SkipSetStatement();
    AddWords();
    if (reader_.ConsumeWord("set")) {
      ReadSet();
    } else {
      ReadOther();
    }
    return std::move(use_);
  }

 private:
  void AddWords() {
    for (TokenReader rest = reader_; !rest.AtEnd(); rest.Advance()) {
      const Token& token = rest.token();
      if (token.kind == TokenKind::kWord) use_.words.insert(absl::AsciiStrToLower(token.text));
      if (token.kind == TokenKind::kQuotedName) {
        use_.words.insert(absl::AsciiStrToLower(LastPart(token.text)));
      }
      if (token.kind == TokenKind::kString) AddWordsOf(token.text, use_.words);
    }
  }

  void AddRead(const std::string& name) {
    if (!name.empty() && !use_.sets.contains(name)) use_.reads.insert(name);
  }

  void ReadSet() {
    while (!reader_.AtEnd()) {
      std::string target = reader_.ConsumeSymbol('@') ? TakeVariable(reader_) : "";
      Value value;
      for (int depth = 0; !reader_.AtEnd();) {
        if (depth == 0 && reader_.ConsumeSymbol(',')) break;
        if (reader_.token().IsSymbol('(')) ++depth;
        if (reader_.token().IsSymbol(')')) --depth;
        if (reader_.ConsumeSymbol('@')) {
          const std::string name = TakeVariable(reader_);
          AddRead(name);
          if (!name.empty()) value.assignment().from.insert(name);
        } else {
          value.Take(reader_);
        }
      }
      if (!target.empty()) use_.sets[target] = value.assignment();
    }
  }

  // SELECT … INTO @x, @x := …, and procedures, which may set what they are given.
  void ReadOther() {
    const bool call = reader_.IsWord("call");
    bool into = false;
    std::set<std::string> set;
    while (!reader_.AtEnd()) {
      if (reader_.ConsumeWord("into")) {
        into = true;
      } else if (reader_.ConsumeSymbol('@')) {
        const std::string name = TakeVariable(reader_);
        const bool assigned = reader_.token().IsSymbol(':');
        if (!into && !assigned) AddRead(name);
        if ((into || assigned || call) && !name.empty()) use_.sets[name] = Assignment();
      } else {
        if (!reader_.token().IsSymbol(',')) into = false;
        reader_.Advance();
      }
    }
  }

  TokenReader reader_;
  SessionUse use_;
};

}  // namespace

SessionUse ReadSessionUse(absl::string_view statement) { return Reader(statement).Read(); }

}  // namespace brant::mysql
