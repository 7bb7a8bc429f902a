#include "agent/schema/rename_expression.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "agent/schema/quote.h"

namespace brant {
namespace {

using Names = std::map<std::string, std::string>;

bool IsWordByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' ||
         (c & 0x80) != 0;
}

// What comes behind `::`, as far as it is more than one word.
size_t SizeOfType(absl::string_view rest) {
  const size_t whole = rest.size();
  for (absl::string_view type : {"character varying", "bit varying", "double precision"}) {
    if (absl::ConsumePrefix(&rest, type)) return whole - rest.size();
  }
  if (!absl::ConsumePrefix(&rest, "timestamp") && !absl::ConsumePrefix(&rest, "time")) return 0;
  if (absl::StartsWith(rest, "(")) rest.remove_prefix(std::min(rest.find(')') + 1, rest.size()));
  for (absl::string_view zone : {" without time zone", " with time zone"}) {
    if (absl::ConsumePrefix(&rest, zone)) return whole - rest.size();
  }
  return 0;
}

class Renamer {
 public:
  Renamer(Dialect dialect, absl::string_view sql, const Names& names)
      : dialect_(dialect),
        sql_(sql),
        // Where MySQL writes one name in quotes, it writes all of them so.
        words_are_names_(dialect != Dialect::kMysql || !absl::StrContains(sql, "`")) {
    for (const auto& [from, to] : names) names_[Folded(from)] = to;
  }

  std::string Rename() {
    while (at_ < sql_.size()) {
      const char c = sql_[at_];
      if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
        Copy(1);
      } else if (IsString(c)) {
        Token(EndOfQuoted(c) - at_);
      } else if (IsQuote(c)) {
        Name(EndOfQuoted(c == '[' ? ']' : c));
      } else if (IsWordByte(c)) {
        size_t end = at_;
        while (end < sql_.size() && IsWordByte(sql_[end])) ++end;
        Name(end);
      } else {
        Symbol();
      }
    }
    return std::move(result_);
  }

 private:
  bool IsString(char c) const { return c == '\'' || (c == '"' && dialect_ == Dialect::kMysql); }

  bool IsQuote(char c) const {
    switch (dialect_) {
      case Dialect::kPostgresql:
        return c == '"';
      case Dialect::kSqlite:
        return c == '"' || c == '`' || c == '[';
      case Dialect::kMysql:
        return c == '`';
    }
    return false;
  }

  // Only PostgreSQL tells names apart by their case.
  std::string Folded(absl::string_view name) const {
    return dialect_ == Dialect::kPostgresql ? std::string(name) : absl::AsciiStrToLower(name);
  }

  // The index behind the quoted text at hand; a doubled quote is in it.
  size_t EndOfQuoted(char quote) const {
    const bool escapes = dialect_ == Dialect::kMysql && quote != '`';
    for (size_t at = at_ + 1; at < sql_.size(); ++at) {
      if (sql_[at] == '\\' && escapes) {
        ++at;
      } else if (sql_[at] == quote) {
        if (at + 1 == sql_.size() || sql_[at + 1] != quote) return at + 1;
        ++at;
      }
    }
    return sql_.size();
  }

  void Copy(size_t size) {
    absl::StrAppend(&result_, sql_.substr(at_, size));
    at_ += size;
  }

  // Copies a token, and remembers it.
  void Token(size_t size) {
    before_last_ = last_;
    last_ = absl::AsciiStrToLower(sql_.substr(at_, size));
    if (last_ != "as") renamed_.clear();
    Copy(size);
  }

  void Symbol() {
    const absl::string_view rest = sql_.substr(at_);
    if (absl::StartsWith(rest, "/*")) return Copy(std::min(rest.find("*/"), rest.size() - 2) + 2);
    if (absl::StartsWith(rest, "--")) return Copy(std::min(rest.find('\n'), rest.size()));
    if (absl::StartsWith(rest, "::")) {
      Token(2);
      if (const size_t size = SizeOfType(sql_.substr(at_)); size > 0) Token(size);
      return;
    }
    if (rest[0] == '(') casts_.push_back(last_ == "cast");
    if (rest[0] == ')' && !casts_.empty()) casts_.pop_back();
    Token(1);
  }

  void Name(size_t end) {
    const absl::string_view text = sql_.substr(at_, end - at_);
    const bool quoted = IsQuote(text[0]);
    std::string name(text);
    if (quoted) {
      const std::string quote(1, text.back());
      name = absl::StrReplaceAll(text.substr(1, text.size() - 2), {{quote + quote, quote}});
    }
    const auto found = names_.find(Folded(name));
    const bool is_name = quoted || (words_are_names_ && QuoteName(dialect_, name) == name);
    const bool is_function = end < sql_.size() && sql_[end] == '(';
    if (found == names_.end() || !is_name || is_function || IsElse(name)) {
      const bool in_type = last_ == "::" || (last_ == "." && type_);
      Token(text.size());
      type_ = in_type;
      return;
    }
    Token(0);
    last_ = "name";
    renamed_ = Folded(name);
    at_ = end;
    const bool always = dialect_ == Dialect::kMysql && quoted;
    absl::StrAppend(
        &result_, always ? absl::StrCat("`", absl::StrReplaceAll(found->second, {{"`", "``"}}), "`")
                         : QuoteName(dialect_, found->second));
  }

  // The word at hand is a type, an alias, a collation or the like, by what is
  // before it.
  bool IsElse(const std::string& name) const {
    if (last_ == "as") return renamed_ != Folded(name) || (!casts_.empty() && casts_.back());
    if (last_ == "(" && before_last_ == "extract") return true;
    return last_ == "::" || (last_ == "." && type_) || last_ == "collate" || last_ == "using";
  }

  const Dialect dialect_;
  const absl::string_view sql_;
  const bool words_are_names_;
  // The old ones folded.
  Names names_;
  size_t at_ = 0;
  std::string result_;
  // Tokens before the one at hand, in lower case.
  std::string last_;
  std::string before_last_;
  // The last token is of the name of a type.
  bool type_ = false;
  // What the last name was called, if it was renamed and nothing but AS came since.
  std::string renamed_;
  // For each parenthesis that is open: CAST was before it.
  std::vector<bool> casts_;
};

}  // namespace

std::string RenameInExpression(Dialect dialect, absl::string_view sql, const Names& names) {
  return Renamer(dialect, sql, names).Rename();
}

}  // namespace brant
