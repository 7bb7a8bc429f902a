#include "agent/schema/translate/common_syntax.h"

#include <cstddef>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace brant {
namespace {

bool IsWordByte(char c) {
  return absl::ascii_isalnum(c) || c == '_' || c == '$' || (c & 0x80) != 0;
}

// What MySQL's escape `\c` stands for.
char Unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 'Z':
      return '\x1a';
    default:
      return c;
  }
}

const std::map<std::string, std::string, std::less<>>& MysqlWords() {
  static const auto* const kWords = new std::map<std::string, std::string, std::less<>>{
      {"div", "/"}, {"mod", "%"}, {"regexp", "~*"}, {"rlike", "~*"}};
  return *kWords;
}

// Reads the text once, from left to right.
class Converter {
 public:
  Converter(absl::string_view sql, Dialect from) : sql_(sql), mysql_(from == Dialect::kMysql) {}

  std::string Convert() {
    while (at_ < sql_.size()) Step();
    return result_;
  }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

  void Step() {
    const char c = Peek();
    if (c == '\'' || (mysql_ && c == '"')) {
      String(c);
    } else if (mysql_ && c == '\\' && Peek(1) == '\'') {
      // MySQL shows the text of checks with its quotes escaped.
      ++at_;
      String('\'', /*escaped=*/true);
    } else if (c == '"' || c == '`') {
      Identifier(c, c);
    } else if (!mysql_ && c == '[') {
      Identifier('[', ']');
    } else if (IsWordByte(c)) {
      Word();
    } else {
      Operator();
    }
  }

  // A string, to a standard one. `escaped`: it ends with \'.
  void String(char quote, bool escaped = false) {
    std::string text;
    for (++at_; at_ < sql_.size(); ++at_) {
      const char c = sql_[at_];
      if (c == quote && Peek(1) == quote) {
        ++at_;
      } else if (c == quote) {
        ++at_;
        break;
      } else if (mysql_ && c == '\\' && at_ + 1 < sql_.size()) {
        ++at_;
        if (escaped && sql_[at_] == quote) {
          ++at_;
          break;
        }
        text += Unescaped(sql_[at_]);
        continue;
      }
      text += sql_[at_];
    }
    absl::StrAppend(&result_, "'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
  }

  void Identifier(char open, char close) {
    std::string name;
    for (++at_; at_ < sql_.size(); ++at_) {
      if (sql_[at_] == close) {
        if (open == '[' || Peek(1) != close) break;
        ++at_;
      }
      name += sql_[at_];
    }
    ++at_;
    absl::StrAppend(&result_, "\"", absl::StrReplaceAll(name, {{"\"", "\"\""}}), "\"");
  }

  void Word() {
    size_t end = at_;
    while (end < sql_.size() && IsWordByte(sql_[end])) ++end;
    const absl::string_view word = sql_.substr(at_, end - at_);
    const std::string lower = absl::AsciiStrToLower(word);
    const char behind = end < sql_.size() ? sql_[end] : '\0';
    at_ = end;
    if (mysql_ && word.front() == '_' && (behind == '\'' || behind == '\\')) return;
    if (mysql_ && absl::StartsWith(lower, "0x") && word.size() > 2) {
      absl::StrAppend(&result_, "X'", word.substr(2), "'");
    } else if (lower == "is" && !mysql_) {
      Is(word);
    } else if (lower == "charset" && mysql_) {
      SkipCharset();
    } else if (const auto known = MysqlWords().find(lower);
               mysql_ && known != MysqlWords().end() && behind != '(') {
      absl::StrAppend(&result_, known->second);
    } else {
      absl::StrAppend(&result_, word);
      // PostgreSQL writes these without parentheses.
      if ((absl::StartsWith(lower, "current_") || absl::StartsWith(lower, "localtime")) &&
          absl::StartsWith(sql_.substr(at_), "()")) {
        at_ += 2;
      }
    }
  }

  // The name in `cast(x as char charset utf8mb4)`.
  void SkipCharset() {
    while (Peek() == ' ') ++at_;
    while (IsWordByte(Peek())) ++at_;
  }

  // SQLite's IS compares anything.
  void Is(absl::string_view word) {
    std::string rest = absl::AsciiStrToLower(sql_.substr(at_));
    absl::string_view next = absl::StripLeadingAsciiWhitespace(rest);
    const bool negated = absl::ConsumePrefix(&next, "not ");
    next = absl::StripLeadingAsciiWhitespace(next);
    for (absl::string_view standard : {"null", "true", "false", "distinct"}) {
      if (absl::StartsWith(next, standard)) {
        absl::StrAppend(&result_, word);
        return;
      }
    }
    absl::StrAppend(&result_, negated ? "IS DISTINCT FROM" : "IS NOT DISTINCT FROM");
    if (negated) at_ = sql_.size() - next.size();
    if (negated) result_ += ' ';
  }

  void Operator() {
    const absl::string_view rest = sql_.substr(at_);
    struct Replacement {
      absl::string_view from;
      absl::string_view to;
      bool mysql;
    };
    static constexpr Replacement kReplacements[] = {
        {"<=>", " IS NOT DISTINCT FROM ", true},
        {"&&", " AND ", true},
        {"||", " OR ", true},
        {"==", "=", false},
    };
    for (const Replacement& replacement : kReplacements) {
      if (replacement.mysql != mysql_ || !absl::StartsWith(rest, replacement.from)) continue;
      absl::StrAppend(&result_, replacement.to);
      at_ += replacement.from.size();
      return;
    }
    if (mysql_ && rest.front() == '!' && !absl::StartsWith(rest, "!=")) {
      absl::StrAppend(&result_, " NOT ");
    } else {
      result_ += rest.front();
    }
    ++at_;
  }

  const absl::string_view sql_;
  const bool mysql_;
  size_t at_ = 0;
  std::string result_;
};

}  // namespace

std::string ToPostgresqlSyntax(absl::string_view sql, Dialect from) {
  if (from == Dialect::kPostgresql) return std::string(sql);
  return Converter(sql, from).Convert();
}

}  // namespace brant
