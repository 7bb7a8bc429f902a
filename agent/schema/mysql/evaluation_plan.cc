#include "agent/schema/mysql/evaluation_plan.h"

#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/database/mysql/lexer.h"
#include "agent/database/mysql/token_reader.h"
#include "agent/schema/mysql/settings.h"
#include "agent/schema/mysql/table_statement.h"

namespace brant::mysql {
namespace {

// Whatever may be a table's name, in lower case.
std::set<std::string> NamesIn(absl::string_view statement) {
  std::set<std::string> names;
  for (TokenReader reader(statement); !reader.AtEnd(); reader.Advance()) {
    const std::string name = absl::AsciiStrToLower(LastPart(reader.token().text));
    // A word that begins with a digit holds its dots.
    for (absl::string_view part : absl::StrSplit(name, '.')) names.emplace(part);
    names.insert(name);
  }
  return names;
}

// CREATE VIEW and its like.
bool MakesOthers(TokenReader reader) {
  if (!reader.ConsumeWord("create")) return false;
  // Behind the last ones comes the text of what is made.
  while (!reader.AtEnd() && !reader.ConsumeAnyWord({"table", "temporary", "as", "begin"})) {
    if (reader.ConsumeWord("index")) return !reader.IsWord("if");
    if (reader.ConsumeAnyWord({"view", "trigger", "function", "procedure"})) return true;
    reader.Advance();
  }
  return false;
}

// The name of a table that is made in a way that is not known here; empty: none is. One
// that is LIKE another one gets indexes that the foreign keys of that one have brought.
std::string TableOf(TokenReader reader) {
  if (!reader.ConsumeWord("create") || !reader.ConsumeWord("table")) return "";
  if (reader.ConsumeWord("if") && reader.ConsumeWord("not")) reader.ConsumeWord("exists");
  std::string name = absl::AsciiStrToLower(LastPart(reader.ConsumeName()));
  for (; !reader.AtEnd(); reader.Advance()) {
    if (reader.IsWord("like")) return "";
  }
  return name;
}

// CREATE INDEX that a temporary table may have. With IF NOT EXISTS it depends on the
// indexes that foreign keys have brought.
bool IsIndex(TokenReader reader) {
  if (!reader.ConsumeWord("create")) return false;
  reader.ConsumeAnyWord({"unique", "spatial"});
  return reader.ConsumeWord("index") && !reader.IsWord("if");
}

// ALTER TABLE t ADD CONSTRAINT u UNIQUE (a, b), which is the same.
bool IsUnique(TokenReader reader) {
  if (!reader.ConsumeWord("alter") || !reader.ConsumeWord("table")) return false;
  if (reader.ConsumeName().empty() || !reader.ConsumeWord("add")) return false;
  // What it would be called without a name depends on the foreign keys, too.
  if (!reader.ConsumeWord("constraint") || reader.IsWord("unique")) return false;
  if (reader.ConsumeName().empty() || !reader.ConsumeWord("unique")) return false;
  if (!reader.ConsumeSymbol('(')) return false;
  while (!reader.AtEnd() && !reader.token().IsSymbol(')')) reader.Advance();
  return reader.ConsumeSymbol(')') && reader.AtEnd();
}

class Planner {
 public:
  std::optional<EvaluationPlan> Plan(absl::Span<const ScratchStatement> statements) {
    for (const ScratchStatement& one : statements) {
      if (!Add(one.statement.text)) return std::nullopt;
    }
    for (const auto& [place, table] : tables_) {
      const bool is_named = named_.contains(absl::AsciiStrToLower(table.name));
      plan_.has_others |= is_named;
      plan_.statements[place] =
          absl::StrCat(is_named ? "CREATE " : "CREATE TEMPORARY ", table.without_keys);
      if (!is_named) plan_.temporary_tables.push_back(table.name);
    }
    return std::move(plan_);
  }

 private:
  bool Add(absl::string_view text) {
    if (std::optional<TableStatement> table = ReadCreateTable(text); table.has_value()) {
      return AddTable(*std::move(table));
    }
    if (const auto keys = ReadAddForeignKeys(text); keys.has_value()) return AddKeys(*keys);
    TokenReader reader(text);
    if (reader.IsWord("set")) return AddSetting(text);
    if (reader.IsWord("drop")) return AddDrop(text);
    if (IsIndex(reader) || IsUnique(reader)) {
      plan_.late_indexes.merge(NamesIn(text));
    } else if (!AddOther(text)) {
      return false;
    }
    plan_.statements.emplace_back(text);
    return true;
  }

  bool AddOther(absl::string_view text) {
    const std::string table = TableOf(TokenReader(text));
    if (table.empty() ? !MakesOthers(TokenReader(text)) : !made_.insert(table).second) return false;
    std::set<std::string> names = NamesIn(text);
    if (table.empty()) plan_.late_indexes.insert(names.begin(), names.end());
    named_.merge(names);
    plan_.has_others = true;
    return true;
  }

  bool AddTable(TableStatement table) {
    if (!made_.insert(absl::AsciiStrToLower(table.name)).second || !AddKeys(table)) return false;
    tables_.emplace_back(plan_.statements.size(), std::move(table));
    plan_.statements.emplace_back();
    return true;
  }

  // Where the server looks, what is referenced must come before.
  bool AddKeys(const TableStatement& statement) {
    const auto is_made = [this](const std::string& name) {
      return made_.contains(absl::AsciiStrToLower(name));
    };
    if (!is_made(statement.name)) return false;
    std::vector<ForeignKey>& keys = plan_.foreign_keys[statement.name];
    for (const ForeignKey& key : statement.keys) {
      if (checks_order_ && !is_made(key.referenced_table.name)) return false;
      keys.push_back(key);
    }
    if (keys.empty()) plan_.foreign_keys.erase(statement.name);
    return true;
  }

  bool AddSetting(absl::string_view text) {
    const std::optional<std::vector<Setting>> settings = ReadSettings(text);
    if (!settings.has_value()) return false;
    for (const Setting& setting : *settings) {
      if (setting.name == "foreign_key_checks") {
        checks_order_ = setting.value != "0" && setting.value != "off" && setting.value != "false";
      }
    }
    plan_.statements.emplace_back(text);
    return true;
  }

  // Scripts drop what is there before they make it, which here is nothing.
  bool AddDrop(absl::string_view text) {
    const std::set<std::string> names = NamesIn(text);
    const auto is_made = [this](const std::string& name) { return made_.contains(name); };
    if (absl::c_any_of(names, is_made)) return false;
    plan_.statements.emplace_back(text);
    return true;
  }

  EvaluationPlan plan_;
  // Their places among the statements.
  std::vector<std::pair<size_t, TableStatement>> tables_;
  // In lower case: the tables so far, and what statements of unknown content name.
  std::set<std::string> made_;
  std::set<std::string> named_;
  bool checks_order_ = true;
};

}  // namespace

std::optional<EvaluationPlan> PlanEvaluation(absl::Span<const ScratchStatement> statements) {
  return Planner().Plan(statements);
}

}  // namespace brant::mysql
