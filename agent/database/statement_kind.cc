#include "agent/database/statement_kind.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace brant {
namespace {

bool IsWord(char c) {
  return absl::ascii_isalnum(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// Reads a statement word by word, in lower case.
class Words {
 public:
  Words(Dialect dialect, absl::string_view text) : dialect_(dialect), rest_(text) {}

  // A word, one other character, or a whole quoted string (as its quote); empty
  // at the end.
  std::string Next() {
    SkipBlanksAndComments();
    if (rest_.empty()) return "";
    char first = rest_.front();
    size_t size = 1;
    if (IsWord(first)) {
      while (size < rest_.size() && IsWord(rest_[size])) ++size;
    } else if (first == '\'' || first == '"') {
      size_t end = rest_.find(first, 1);
      rest_.remove_prefix(end == absl::string_view::npos ? rest_.size() : end + 1);
      return std::string(1, first);
    }
    std::string word = absl::AsciiStrToLower(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return word;
  }

 private:
  void SkipBlanksAndComments() {
    while (!rest_.empty()) {
      if (absl::ascii_isspace(rest_.front())) {
        rest_.remove_prefix(1);
      } else if (absl::StartsWith(rest_, "--") ||
                 (dialect_ == Dialect::kMysql && rest_.front() == '#')) {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else if (dialect_ == Dialect::kMysql &&
                 (absl::StartsWith(rest_, "/*!") || absl::StartsWith(rest_, "/*M!"))) {
        // What a conditional comment holds is executed.
        rest_.remove_prefix(rest_.find('!') + 1);
        while (!rest_.empty() && absl::ascii_isdigit(rest_.front())) rest_.remove_prefix(1);
      } else if (absl::StartsWith(rest_, "/*")) {
        SkipComment();
      } else {
        return;
      }
    }
  }

  // Comments nest on PostgreSQL only.
  void SkipComment() {
    int depth = 0;
    while (!rest_.empty()) {
      if (absl::StartsWith(rest_, "*/")) {
        rest_.remove_prefix(2);
        if (--depth == 0) return;
      } else if (absl::StartsWith(rest_, "/*") &&
                 (depth == 0 || dialect_ == Dialect::kPostgresql)) {
        rest_.remove_prefix(2);
        ++depth;
      } else {
        rest_.remove_prefix(1);
      }
    }
  }

  Dialect dialect_;
  absl::string_view rest_;
};

constexpr std::array<absl::string_view, 11> kDataWords = {"insert", "update", "delete", "replace",
                                                          "merge",  "select", "with",   "values",
                                                          "table",  "copy",   "("};

// SET [SESSION] autocommit = 0, also within a list of assignments.
bool SetsAutocommit(Words words) {
  std::string previous;
  for (std::string word = words.Next(); !word.empty(); word = words.Next()) {
    if (word == "autocommit" && previous != "@") return true;
    // @@autocommit is the variable of the server, @autocommit is the user's.
    previous = word == "@" && previous == "@" ? "@@" : word;
  }
  return false;
}

bool ControlsMysqlTransaction(const std::string& first, Words rest) {
  if (first == "set") return SetsAutocommit(rest);
  if (first == "xa") return true;
  std::string second = rest.Next();
  // MariaDB's BEGIN NOT ATOMIC is a block of statements.
  if (first == "begin") return second != "not";
  if (first == "start") return second == "transaction";
  if (first == "lock" || first == "unlock") return second == "tables" || second == "table";
  return first == "commit" || first == "rollback" || first == "savepoint" || first == "release";
}

bool ControlsTransaction(Dialect dialect, const std::string& first, Words rest) {
  if (dialect == Dialect::kMysql) return ControlsMysqlTransaction(first, rest);
  if (first == "begin" || first == "commit" || first == "end" || first == "rollback" ||
      first == "savepoint" || first == "release") {
    return true;
  }
  if (dialect == Dialect::kSqlite) return false;
  if (first == "abort") return true;
  // Not PREPARE name AS …, nor a future START of something else.
  return (first == "start" || first == "prepare") && rest.Next() == "transaction";
}

bool IsProcedure(Dialect dialect, const std::string& first, absl::string_view statement) {
  if (dialect == Dialect::kSqlite) return false;
  if (first == "call") return true;
  // PostgreSQL's DO, and MariaDB's BEGIN NOT ATOMIC; MySQL's DO evaluates.
  const bool block = dialect == Dialect::kPostgresql ? first == "do" : first == "begin";
  return block && absl::StrContains(absl::AsciiStrToLower(statement), "commit");
}

constexpr std::array<absl::string_view, 9> kSettingsOfSqlite = {
    "busy_timeout", "cache_size",  "foreign_keys", "journal_mode",      "journal_size_limit",
    "mmap_size",    "synchronous", "temp_store",   "wal_autocheckpoint"};

// PRAGMA [schema.]name = value, or (value).
bool IsSettingOfSqlite(Words rest) {
  std::string name = rest.Next();
  std::string next = rest.Next();
  if (next == ".") {
    name = rest.Next();
    next = rest.Next();
  }
  return (next == "=" || next == "(") && absl::c_linear_search(kSettingsOfSqlite, name);
}

}  // namespace

StatementKind ClassifyStatement(Dialect dialect, absl::string_view statement) {
  Words words(dialect, statement);
  std::string first = words.Next();
  if (ControlsTransaction(dialect, first, words)) return StatementKind::kTransactionControl;
  if (IsProcedure(dialect, first, statement)) return StatementKind::kProcedure;
  if (absl::c_linear_search(kDataWords, first)) return StatementKind::kData;
  if (dialect == Dialect::kSqlite && first == "pragma" && IsSettingOfSqlite(words)) {
    return StatementKind::kSetting;
  }
  if (dialect == Dialect::kMysql && first == "load") {
    return words.Next() == "data" ? StatementKind::kData : StatementKind::kOther;
  }
  return StatementKind::kOther;
}

}  // namespace brant
