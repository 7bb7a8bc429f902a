#include "agent/schema/mysql/settings.h"

#include <array>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/database/mysql/sql_mode.h"
#include "agent/database/mysql/token_reader.h"

namespace brant::mysql {
namespace {

constexpr std::array<absl::string_view, 15> kKnown = {"",
                                                      "autocommit",
                                                      "character_set_results",
                                                      "collation_connection",
                                                      "explicit_defaults_for_timestamp",
                                                      "foreign_key_checks",
                                                      "lock_wait_timeout",
                                                      "note_verbosity",
                                                      "sql_log_bin",
                                                      "sql_mode",
                                                      "sql_notes",
                                                      "sql_quote_show_create",
                                                      "sql_safe_updates",
                                                      "time_zone",
                                                      "unique_checks"};
// These say how the server reads the statements.
constexpr std::array<absl::string_view, 4> kCharacterSets = {"names", "charset", "character",
                                                             "character_set_client"};
// In which every byte below 128 is a character of its own.
constexpr std::array<absl::string_view, 6> kPlainSets = {"utf8",   "utf8mb3", "utf8mb4",
                                                         "latin1", "binary",  "ascii"};

// What is set; a scope before it falls away.
std::string TakeVariable(TokenReader& reader) {
  if (!reader.ConsumeSymbol('@')) {
    if (!reader.ConsumeWord("session")) reader.ConsumeWord("local");
  } else if (!reader.ConsumeSymbol('@')) {
    reader.Advance();
    return "";
  }
  const std::string name = absl::AsciiStrToLower(reader.ConsumeName());
  absl::string_view variable = name;
  if (!absl::ConsumePrefix(&variable, "session.")) absl::ConsumePrefix(&variable, "local.");
  return std::string(variable);
}

// To the comma behind it. A collation of NAMES is no part of it.
std::string TakeValue(TokenReader& reader) {
  std::string value;
  int depth = 0;
  bool is_collation = false;
  for (; !reader.AtEnd() && (depth > 0 || !reader.token().IsSymbol(',')); reader.Advance()) {
    if (reader.token().IsSymbol('(')) ++depth;
    if (reader.token().IsSymbol(')')) --depth;
    is_collation = is_collation || reader.IsWord("collate");
    const absl::string_view text = reader.token().text;
    if (is_collation) continue;
    absl::StrAppend(&value, text == "@" ? "@" : absl::AsciiStrToLower(LastPart(text)));
  }
  return value;
}

bool IsPlainSet(absl::string_view value) {
  return absl::c_linear_search(kPlainSets, value) || absl::StartsWith(value, "@");
}

}  // namespace

std::optional<std::vector<Setting>> ReadSettings(absl::string_view statement) {
  const LexicalRules rules = RulesAfter(statement, {});
  TokenReader reader(statement);
  if (!rules.backslash_escapes || rules.ansi_quotes || !reader.ConsumeWord("set")) {
    return std::nullopt;
  }
  std::vector<Setting> settings;
  do {
    Setting setting{TakeVariable(reader)};
    const bool is_character_set = absl::c_linear_search(kCharacterSets, setting.name);
    if (setting.name == "character" && !reader.ConsumeWord("set")) return std::nullopt;
    reader.ConsumeSymbol(':');
    const bool is_assigned = reader.ConsumeSymbol('=');
    setting.value = TakeValue(reader);
    if (is_character_set ? !IsPlainSet(setting.value)
                         : !is_assigned || !absl::c_linear_search(kKnown, setting.name)) {
      return std::nullopt;
    }
    settings.push_back(std::move(setting));
  } while (reader.ConsumeSymbol(','));
  return settings;
}

}  // namespace brant::mysql
