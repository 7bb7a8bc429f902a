#include "agent/database/postgresql/scanner.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace brant {
namespace {

constexpr size_t kNone = absl::string_view::npos;

bool StartsName(char c) {
  return absl::ascii_isalpha(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool ContinuesName(char c) { return StartsName(c) || absl::ascii_isdigit(c) || c == '$'; }

size_t LineCommentSize(absl::string_view text) {
  return std::min(text.find_first_of("\r\n"), text.size());
}

// They nest.
size_t BlockCommentSize(absl::string_view text) {
  int depth = 0;
  for (size_t at = 0; at + 1 < text.size(); ++at) {
    if (text[at] == '/' && text[at + 1] == '*') {
      ++depth;
      ++at;
    } else if (text[at] == '*' && text[at + 1] == '/') {
      --depth;
      ++at;
      if (depth == 0) return at + 1;
    }
  }
  return kNone;
}

// From the opening quote to behind the closing one; a doubled quote stands for
// itself, and with `escapes` so does what follows a backslash.
size_t QuotedSize(absl::string_view text, char quote, bool escapes) {
  size_t at = 1;
  while (at < text.size()) {
    if (escapes && text[at] == '\\') {
      at += 2;
    } else if (text[at] != quote) {
      ++at;
    } else if (at + 1 < text.size() && text[at + 1] == quote) {
      at += 2;
    } else {
      return at + 1;
    }
  }
  return text.size();
}

// What lies between two parts of one string: blanks and line comments with at
// least one line end. 0: there is no second part.
size_t GapBeforeContinuation(absl::string_view text) {
  bool line_end = false;
  size_t at = 0;
  while (at < text.size()) {
    if (absl::ascii_isspace(text[at])) {
      line_end |= text[at] == '\n' || text[at] == '\r';
      ++at;
    } else if (absl::StartsWith(text.substr(at), "--")) {
      at += LineCommentSize(text.substr(at));
    } else {
      break;
    }
  }
  return line_end && at < text.size() && text[at] == '\'' ? at : 0;
}

// E'…', of which each part may hold escapes.
size_t EscapeStringSize(absl::string_view text) {
  size_t size = 1 + QuotedSize(text.substr(1), '\'', true);
  while (size_t gap = GapBeforeContinuation(text.substr(size))) {
    size += gap;
    size += QuotedSize(text.substr(size), '\'', true);
  }
  return size;
}

// $tag$…$tag$; 0 if `text` does not begin with such a tag.
size_t DollarQuotedSize(absl::string_view text) {
  size_t tag_end = 1;
  if (tag_end < text.size() && StartsName(text[tag_end])) {
    while (tag_end < text.size() && ContinuesName(text[tag_end]) && text[tag_end] != '$') ++tag_end;
  }
  if (tag_end >= text.size() || text[tag_end] != '$') return 0;
  absl::string_view tag = text.substr(0, tag_end + 1);
  size_t end = text.find(tag, tag.size());
  return end == kNone ? text.size() : end + tag.size();
}

}  // namespace

PostgresqlToken FirstPostgresqlToken(absl::string_view text) {
  using Kind = PostgresqlTokenKind;
  if (text.empty()) return {};
  auto token = [text](Kind kind, size_t size) {
    return PostgresqlToken{kind, text.substr(0, size)};
  };
  char first = text.front();
  if (absl::ascii_isspace(first)) {
    auto end = std::find_if_not(text.begin(), text.end(), absl::ascii_isspace);
    return token(Kind::kBlank, end - text.begin());
  }
  if (absl::StartsWith(text, "--")) return token(Kind::kBlank, LineCommentSize(text));
  if (absl::StartsWith(text, "/*")) {
    size_t size = BlockCommentSize(text);
    // The database is to complain of a comment that does not end.
    return size == kNone ? token(Kind::kOther, text.size()) : token(Kind::kBlank, size);
  }
  switch (first) {
    case ';':
      return token(Kind::kSemicolon, 1);
    case '\\':
      return token(Kind::kBackslash, 1);
    case '\'':
    case '"':
      return token(Kind::kQuoted, QuotedSize(text, first, false));
    case '$':
      if (size_t size = DollarQuotedSize(text)) return token(Kind::kQuoted, size);
      return token(Kind::kOther, 1);
    default:
      break;
  }
  if (!StartsName(first)) return token(Kind::kOther, 1);
  if (text.size() > 1 && (first == 'e' || first == 'E') && text[1] == '\'') {
    return token(Kind::kQuoted, EscapeStringSize(text));
  }
  auto end = std::find_if_not(text.begin(), text.end(), ContinuesName);
  return token(Kind::kWord, end - text.begin());
}

}  // namespace brant
