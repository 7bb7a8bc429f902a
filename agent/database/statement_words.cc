#include "agent/database/statement_words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace brant {
namespace {

bool IsWord(char c) {
  return absl::ascii_isalnum(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::string StatementWords::Next() {
  SkipBlanksAndComments();
  text_ = "";
  if (rest_.empty()) return "";
  char first = rest_.front();
  size_t size = 1;
  if (IsWord(first)) {
    while (size < rest_.size() && IsWord(rest_[size])) ++size;
  } else if (first == '\'' || first == '"' || (first == '`' && dialect_ != Dialect::kPostgresql)) {
    size_t end = rest_.find(first, 1);
    text_ = rest_.substr(0, end == absl::string_view::npos ? end : end + 1);
    rest_.remove_prefix(text_.size());
    return std::string(1, first);
  }
  text_ = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return absl::AsciiStrToLower(text_);
}

bool StatementWords::HasAny(std::initializer_list<absl::string_view> words) const {
  StatementWords rest = *this;
  for (std::string word = rest.Next(); !word.empty(); word = rest.Next()) {
    if (std::find(words.begin(), words.end(), word) != words.end()) return true;
  }
  return false;
}

void StatementWords::SkipBlanksAndComments() {
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
void StatementWords::SkipComment() {
  int depth = 0;
  while (!rest_.empty()) {
    if (absl::StartsWith(rest_, "*/")) {
      rest_.remove_prefix(2);
      if (--depth == 0) return;
    } else if (absl::StartsWith(rest_, "/*") && (depth == 0 || dialect_ == Dialect::kPostgresql)) {
      rest_.remove_prefix(2);
      ++depth;
    } else {
      rest_.remove_prefix(1);
    }
  }
}

}  // namespace brant
