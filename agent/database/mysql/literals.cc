#include "agent/database/mysql/literals.h"

#include <algorithm>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/base/error.h"

namespace brant::mysql {
namespace {

// Printable ASCII without a backslash: once its quotes are doubled, it means the
// same everywhere.
bool IsPlain(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (absl::ascii_isprint(c) || c == '\n' || c == '\t') && c != '\\';
  });
}

std::string Literal(const Value& value) {
  if (const int64_t* number = std::get_if<int64_t>(&value)) return absl::StrCat(*number);
  if (const std::string* text = std::get_if<std::string>(&value)) return TextLiteral(*text);
  return "NULL";
}

}  // namespace

std::string TextLiteral(absl::string_view text) {
  if (IsPlain(text)) return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
  return absl::StrCat("_utf8mb4 X'", absl::BytesToHexString(text), "'");
}

std::string QuoteName(absl::string_view name) {
  return absl::StrCat("`", absl::StrReplaceAll(name, {{"`", "``"}}), "`");
}

absl::StatusOr<std::string> Bind(absl::string_view sql, absl::Span<const Value> args) {
  std::string bound;
  size_t used = 0;
  char quote = '\0';
  for (char c : sql) {
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '\'' || c == '"' || c == '`') {
      quote = c;
    } else if (c == '?') {
      if (used < args.size()) absl::StrAppend(&bound, Literal(args[used]));
      ++used;
      continue;
    }
    bound.push_back(c);
  }
  if (used == args.size()) return bound;
  return Error(v1::ERROR_REASON_INTERNAL,
               absl::StrCat("a statement has ", used, " places for ", args.size(), " arguments"))
      .Statement(sql);
}

}  // namespace brant::mysql
