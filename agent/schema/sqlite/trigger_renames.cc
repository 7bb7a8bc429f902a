#include "agent/schema/sqlite/trigger_renames.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/schema/sqlite/tokens.h"

namespace brant {
namespace {

// A word that a table's name follows.
bool LeadsToTable(const SqliteToken& token) {
  return absl::c_any_of(std::vector<absl::string_view>{"ON", "INTO", "FROM", "JOIN", "UPDATE"},
                        [&token](absl::string_view word) { return token.IsWord(word); });
}

bool EndsStatement(const SqliteToken& token) {
  return token.IsSymbol(";") || token.IsWord("BEGIN");
}

}  // namespace

SqliteTriggerRenames::SqliteTriggerRenames(const std::vector<Rename>& renames,
                                           const Catalog& catalog) {
  for (const Rename& rename : renames) {
    const std::string table = absl::AsciiStrToLower(rename.table.name);
    if (rename.column.empty()) {
      tables_[table] = rename.to;
      before_[rename.to] = rename.table.name;
    } else {
      columns_[table][absl::AsciiStrToLower(rename.column)] = rename.to;
    }
  }
  // Also those without renames: to tell them from aliases.
  for (const Table& table : catalog.tables) {
    columns_.try_emplace(absl::AsciiStrToLower(Before(table.name.name)));
  }
}

std::string SqliteTriggerRenames::Before(const std::string& table) const {
  const auto found = before_.find(table);
  return found == before_.end() ? table : found->second;
}

std::string SqliteTriggerRenames::Apply(absl::string_view definition,
                                        const std::string& owner) const {
  const std::vector<SqliteToken> tokens = TokenizeSqlite(definition);
  // The columns of every table that the statement at hand speaks of; the first is
  // the trigger's head.
  Names columns;
  const auto enter_statement = [&](size_t first) {
    columns.clear();
    for (size_t i = first; i < tokens.size() && !EndsStatement(tokens[i]); ++i) {
      const auto found = columns_.find(absl::AsciiStrToLower(tokens[i].text));
      if (!tokens[i].IsName() || found == columns_.end()) continue;
      columns.insert(found->second.begin(), found->second.end());
    }
  };
  const auto find = [](const Names& names, const std::string& name) {
    const auto found = names.find(name);
    return found == names.end() ? nullptr : &found->second;
  };
  const auto columns_of = [&](const std::string& qualifier) -> const Names& {
    const bool is_row = qualifier == "new" || qualifier == "old";
    const auto found = columns_.find(is_row ? absl::AsciiStrToLower(Before(owner)) : qualifier);
    static const Names* const none = new Names;
    if (found != columns_.end()) return found->second;
    // Of an alias, one does not know.
    return is_row ? *none : columns;
  };
  std::string result;
  size_t copied = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const SqliteToken& token = tokens[i];
    if (i == 0 || EndsStatement(tokens[i - 1])) enter_statement(i);
    if (!token.IsName()) continue;
    const bool is_keyword =
        token.kind == SqliteTokenKind::kWord && QuoteSqlite(token.text) != token.text;
    if (is_keyword) continue;
    const std::string name = absl::AsciiStrToLower(token.text);
    const bool leads_to_table = i > 0 && LeadsToTable(tokens[i - 1]);
    const bool is_call = i + 1 < tokens.size() && tokens[i + 1].IsSymbol("(") && !leads_to_table;
    if (is_call) continue;
    const bool qualifies = i + 1 < tokens.size() && tokens[i + 1].IsSymbol(".");
    const std::string* to = nullptr;
    if (i > 1 && tokens[i - 1].IsSymbol(".")) {
      to = find(columns_of(absl::AsciiStrToLower(tokens[i - 2].text)), name);
    } else if (leads_to_table || qualifies) {
      to = find(tables_, name);
      // ON also leads to the condition of a join.
      if (to == nullptr && !qualifies) to = find(columns, name);
    } else {
      to = find(columns, name);
      if (to == nullptr) to = find(tables_, name);
    }
    if (to == nullptr) continue;
    absl::StrAppend(&result, definition.substr(copied, token.begin - copied), QuoteSqlite(*to));
    copied = token.end;
  }
  absl::StrAppend(&result, definition.substr(copied));
  return result;
}

}  // namespace brant
