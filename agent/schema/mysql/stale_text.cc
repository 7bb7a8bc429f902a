#include "agent/schema/mysql/stale_text.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/database/mysql/token_reader.h"

namespace brant::mysql {
namespace {

// Behind a trigger's own name and table.
std::string BodyOf(const Trigger& trigger) {
  const size_t found = trigger.definition.find(" FOR EACH ROW ");
  return found == std::string::npos ? trigger.definition : trigger.definition.substr(found);
}

bool Has(const std::set<std::string>& names, const std::string& name) {
  return names.contains(absl::AsciiStrToLower(name));
}

void Note(std::vector<std::string>& notes, const std::string& what, const std::string& of,
          const std::string& fate) {
  notes.push_back(absl::StrCat(what, " speaks of ", of, ", which is ", fate, ": make it anew"));
}

}  // namespace

StaleText::StaleText(const CatalogDiff& diff) : renames_(diff.renames) {
  AddTriggers(*diff.from, /*is_new=*/false);
  AddViews(*diff.from, /*is_new=*/false);
  // On the way back it is the second catalog that is the database's.
  AddTriggers(*diff.to, /*is_new=*/true);
  AddViews(*diff.to, /*is_new=*/true);
}

void StaleText::AddTriggers(const Catalog& catalog, bool is_new) {
  for (const Table& table : catalog.tables) {
    for (const Trigger& trigger : table.triggers) {
      Add({absl::StrCat("the trigger ", trigger.name), table.name.name, {}, is_new},
          BodyOf(trigger));
    }
  }
}

void StaleText::AddViews(const Catalog& catalog, bool is_new) {
  for (const View& view : catalog.excluded_views) {
    Add({absl::StrCat("the view ", view.name.name, ", which is left alone,"), "", {}, is_new},
        view.definition);
  }
}

// One that both catalogs have is taken as the first has it.
void StaleText::Add(Text text, const std::string& sql) {
  if (absl::c_any_of(texts_, [&text](const Text& other) { return other.what == text.what; })) {
    return;
  }
  for (TokenReader reader(sql); !reader.AtEnd(); reader.Advance()) {
    const TokenKind kind = reader.token().kind;
    if (kind != TokenKind::kWord && kind != TokenKind::kQuotedName) continue;
    text.names.insert(absl::AsciiStrToLower(LastPart(reader.token().text)));
  }
  texts_.push_back(std::move(text));
}

bool StaleText::SpeaksOf(const Text& text, const std::string& table) const {
  if (text.owner == table || Has(text.names, table)) return true;
  return absl::c_any_of(renames_, [&](const Rename& rename) {
    return rename.column.empty() && rename.to == table && Has(text.names, rename.table.name);
  });
}

std::string StaleText::OfRenamedTable(const std::string& from, const std::string& to) const {
  std::vector<std::string> notes;
  for (const Text& text : texts_) {
    if (!Has(text.names, text.is_new ? to : from)) continue;
    Note(notes, text.what, from, absl::StrCat("renamed to ", to));
  }
  return absl::StrJoin(notes, "; ");
}

std::string StaleText::OfRenamedColumn(const std::string& table, const std::string& from,
                                       const std::string& to) const {
  std::vector<std::string> notes;
  for (const Text& text : texts_) {
    if (!SpeaksOf(text, table) || !Has(text.names, text.is_new ? to : from)) continue;
    Note(notes, text.what, absl::StrCat(table, ".", from), absl::StrCat("renamed to ", to));
  }
  return absl::StrJoin(notes, "; ");
}

std::string StaleText::OfDroppedTable(const std::string& table) const {
  std::vector<std::string> notes;
  for (const Text& text : texts_) {
    // Its own triggers go with it.
    if (text.is_new || text.owner == table || !Has(text.names, table)) continue;
    Note(notes, text.what, table, "dropped");
  }
  return absl::StrJoin(notes, "; ");
}

std::string StaleText::OfDroppedColumn(const std::string& table, const std::string& column) const {
  std::vector<std::string> notes;
  for (const Text& text : texts_) {
    if (text.is_new || !SpeaksOf(text, table) || !Has(text.names, column)) continue;
    Note(notes, text.what, absl::StrCat(table, ".", column), "dropped");
  }
  return absl::StrJoin(notes, "; ");
}

}  // namespace brant::mysql
