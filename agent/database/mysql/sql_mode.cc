#include "agent/database/mysql/sql_mode.h"

#include <array>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace brant::mysql {
namespace {

constexpr absl::string_view kVariable = "SQL_MODE";
// Modes that stand for several others, ANSI_QUOTES among them.
constexpr std::array<absl::string_view, 7> kAnsiModes = {
    "ANSI_QUOTES", "ANSI", "ORACLE", "POSTGRESQL", "MSSQL", "DB2", "MAXDB"};

bool IsNameCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$';
}

// True for sql_mode, @@sql_mode, @@session.sql_mode, SESSION sql_mode; false for
// a user variable of that name (@sql_mode) and for the global one.
bool IsSessionVariable(absl::string_view before) {
  if (!before.empty() && IsNameCharacter(before.back())) return false;
  if (absl::EndsWith(before, "@")) return absl::EndsWith(before, "@@");
  absl::string_view scope = absl::StripTrailingAsciiWhitespace(absl::StripSuffix(before, "."));
  return !absl::EndsWith(scope, "GLOBAL") && !absl::EndsWith(scope, "PERSIST");
}

// True if `after` begins with an assignment, which is then cut off.
bool ConsumeAssignment(absl::string_view& after) {
  absl::ConsumePrefix(&after, "`");
  after = absl::StripLeadingAsciiWhitespace(after);
  return absl::ConsumePrefix(&after, ":=") || absl::ConsumePrefix(&after, "=");
}

LexicalRules RulesOf(absl::string_view modes) {
  LexicalRules rules;
  for (absl::string_view mode : absl::StrSplit(modes, absl::ByAnyChar(", '\"()\t\n\r"))) {
    if (mode == "NO_BACKSLASH_ESCAPES") rules.backslash_escapes = false;
    for (absl::string_view ansi : kAnsiModes) rules.ansi_quotes |= mode == ansi;
  }
  return rules;
}

}  // namespace

LexicalRules RulesAfter(absl::string_view statement, LexicalRules rules) {
  const std::string upper = absl::AsciiStrToUpper(statement);
  const absl::string_view text = upper;
  // The last assignment holds; only its value is read, or a statement of many
  // assignments would take quadratic time.
  bool assigned = false;
  absl::string_view value;
  for (size_t at = text.find(kVariable); at != absl::string_view::npos;
       at = text.find(kVariable, at + kVariable.size())) {
    absl::string_view before = text.substr(0, at);
    absl::ConsumeSuffix(&before, "`");
    absl::string_view after = text.substr(at + kVariable.size());
    if (!IsSessionVariable(before) || !ConsumeAssignment(after)) continue;
    assigned = true;
    value = after;
  }
  return assigned ? RulesOf(value) : rules;
}

}  // namespace brant::mysql
