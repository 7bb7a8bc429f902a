#include "agent/database/sqlite/resumable.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/database/not_resumable.h"

namespace brant {
namespace {

bool IsWordCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Words and names in lower case, without quotes; other characters and comments
// fall away.
std::vector<std::string> Words(absl::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    size_t size = 1;
    const char first = text[0];
    if (absl::StartsWith(text, "--")) {
      size = text.find('\n');
    } else if (absl::StartsWith(text, "/*")) {
      size = text.find("*/", 2);
      if (size != absl::string_view::npos) size += 2;
    } else if (first == '\'' || first == '"' || first == '`' || first == '[') {
      size = text.find(first == '[' ? ']' : first, 1);
      words.push_back(absl::AsciiStrToLower(
          text.substr(1, size == absl::string_view::npos ? absl::string_view::npos : size - 1)));
      if (size != absl::string_view::npos) ++size;
    } else if (IsWordCharacter(first)) {
      while (size < text.size() && IsWordCharacter(text[size])) ++size;
      words.push_back(absl::AsciiStrToLower(text.substr(0, size)));
    }
    text.remove_prefix(std::min(size, text.size()));
  }
  return words;
}

// CREATE TEMP TABLE [IF NOT EXISTS] [temp.]name and DROP TABLE [IF EXISTS] name.
struct Object {
  std::string kind;
  std::string name;
  bool temporary = false;
  bool conditional = false;
};
Object ReadObject(const std::vector<std::string>& words, absl::string_view verb) {
  Object object;
  const auto word = [&words](size_t i) { return i < words.size() ? words[i] : std::string(); };
  if (word(0) != verb) return object;
  size_t i = 1;
  object.temporary = word(i) == "temp" || word(i) == "temporary";
  if (object.temporary) ++i;
  object.kind = word(i++);
  if (word(i) == "if") {
    object.conditional = true;
    i += word(i + 1) == "not" ? 3 : 2;
  }
  if (word(i) == "temp" && i + 1 < words.size()) {
    object.temporary = true;
    ++i;
  }
  object.name = word(i);
  return object;
}

// The transaction that is open, by the number of the statement that began it.
// SAVEPOINT begins one too, and RELEASE of the same name ends it.
class Transaction {
 public:
  void Take(const std::vector<std::string>& words, int number) {
    const std::string first = words.empty() ? "" : words[0];
    if (first == "begin" || (first == "savepoint" && begun_ == 0)) {
      begun_ = number;
      savepoint_ = first == "savepoint" ? words.back() : "";
    } else if (first == "commit" || first == "end" ||
               (first == "rollback" && !absl::c_linear_search(words, "to")) ||
               (first == "release" && !savepoint_.empty() && words.back() == savepoint_)) {
      begun_ = 0;
    }
  }
  int begun() const { return begun_; }

 private:
  int begun_ = 0;
  std::string savepoint_;
};

}  // namespace

absl::Status CheckSqliteResumable(absl::Span<const Statement> statements, int done) {
  const int total = static_cast<int>(statements.size());
  if (done == 0 || done >= total) return absl::OkStatus();
  Transaction transaction;
  std::map<std::string, std::pair<Object, int>> objects;
  for (int i = 0; i < done; ++i) {
    const std::vector<std::string> words = Words(statements[i].text);
    if (statements[i].kind == StatementKind::kTransactionControl) transaction.Take(words, i + 1);
    if (Object made = ReadObject(words, "create"); made.temporary) {
      objects[made.name] = {made, i + 1};
    }
    if (Object dropped = ReadObject(words, "drop"); !dropped.name.empty()) {
      objects.erase(dropped.name);
    }
  }
  if (transaction.begun() != 0) {
    return NotResumable(transaction.begun(), done + 1, "the open transaction");
  }
  for (const auto& [name, object] : objects) {
    // Nobody names it where it acts.
    if (object.first.kind == "trigger") {
      return NotResumable(object.second, done + 1, absl::StrCat("the temporary trigger ", name));
    }
  }
  for (int i = done; i < total; ++i) {
    const std::vector<std::string> words = Words(statements[i].text);
    for (const char* function : {"last_insert_rowid", "changes", "total_changes"}) {
      if (i == done && absl::c_linear_search(words, function)) {
        return NotResumable(done, done + 1, absl::StrCat(function, "()"));
      }
    }
    const Object made = ReadObject(words, "create");
    if (!made.conditional && made.temporary) objects.erase(made.name);
    const Object dropped = ReadObject(words, "drop");
    if (dropped.conditional) objects.erase(dropped.name);
    for (const auto& [name, object] : objects) {
      if (absl::c_linear_search(words, name)) {
        return NotResumable(object.second, i + 1,
                            absl::StrCat("the temporary ", object.first.kind, " ", name));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace brant
