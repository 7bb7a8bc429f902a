#include "agent/schema/sqlite/introspect.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/types/span.h"
#include "agent/base/error.h"
#include "agent/schema/selection.h"
#include "agent/schema/sqlite/declaration.h"
#include "agent/schema/sqlite/tokens.h"

namespace brant {
namespace {

// sqlite_schema keeps what was declared, also the table's name as the trigger typed
// it; the names that SQLite made for itself
// begin with sqlite_.
constexpr absl::string_view kObjects = R"sql(
SELECT type, name, tbl_name, sql FROM sqlite_schema
 WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
   AND tbl_name COLLATE NOCASE NOT IN (SELECT name FROM pragma_table_list
                         WHERE schema = 'main' AND type IN ('virtual', 'shadow'))
 ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'view' THEN 1 ELSE 2 END, name
)sql";

// By their names in lower case: SQLite does not care for it.
using Names = std::map<std::string, std::string>;

// A foreign key that names no columns means the other table's primary key. Its
// table gets the name that it was declared with.
void CompleteReferences(Catalog& catalog, const Names& names) {
  std::map<std::string, std::vector<std::string>> keys;
  for (const Table& table : catalog.tables) {
    if (table.primary_key.has_value()) keys[table.name.name] = table.primary_key->columns;
  }
  for (Table& table : catalog.tables) {
    for (ForeignKey& key : table.foreign_keys) {
      std::string& name = key.referenced_table.name;
      const auto found = names.find(absl::AsciiStrToLower(name));
      if (found != names.end()) name = found->second;
      if (key.referenced_columns.empty()) key.referenced_columns = keys[name];
    }
  }
}

View ReadView(const std::string& name, absl::string_view sql) {
  std::vector<SqliteToken> tokens = TokenizeSqlite(sql);
  size_t begin = 0;
  while (begin < tokens.size() && !tokens[begin].IsWord("AS")) ++begin;
  View view;
  view.name.name = name;
  std::set<std::string> identifiers;
  for (const SqliteToken& token : tokens) {
    if (token.kind == SqliteTokenKind::kQuoted) identifiers.insert(token.text);
  }
  const auto head = tokens.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto list =
      std::find_if(tokens.begin(), head, [](const SqliteToken& t) { return t.IsSymbol("("); });
  if (list != head) {
    const size_t first = list - tokens.begin();
    view.options["columns"] =
        CanonicalSqlite(absl::MakeSpan(tokens).subspan(first, begin - first), identifiers);
  }
  if (begin < tokens.size()) tokens.erase(tokens.begin(), tokens.begin() + begin + 1);
  // In a view, text in double quotes nearly always is a name.
  view.definition = CanonicalSqlite(tokens, identifiers);
  return view;
}

// What of `names` the text speaks of.
std::vector<ObjectName> Mentioned(absl::string_view sql, const Names& names) {
  std::set<ObjectName> mentioned;
  for (const SqliteToken& token : TokenizeSqlite(sql)) {
    if (!token.IsName()) continue;
    const auto found = names.find(absl::AsciiStrToLower(token.text));
    if (found != names.end()) mentioned.insert({"", found->second});
  }
  return {mentioned.begin(), mentioned.end()};
}

}  // namespace

absl::StatusOr<Catalog> IntrospectSqlite(Session& session, const Selection& selection) {
  BRANT_ASSIGN_OR_RETURN(const Rows rows, session.Query(kObjects));
  Catalog catalog;
  catalog.dialect = Dialect::kSqlite;
  std::map<std::string, size_t> tables;
  std::vector<View> all_views;
  std::map<std::string, size_t> views;
  Names names;
  for (const auto& row : rows) {
    const std::string& type = row[0].value();
    const std::string& name = row[1].value();
    const std::string& sql = row[3].value();
    const std::string place = absl::AsciiStrToLower(row[2].value());
    if (type == "table") {
      BRANT_ASSIGN_OR_RETURN(Table table, ReadSqliteTable(sql));
      table.name.name = name;
      names[place] = name;
      if (!IsSelected(selection, table.name)) continue;
      tables[place] = catalog.tables.size();
      catalog.tables.push_back(std::move(table));
    } else if (type == "view") {
      names[place] = name;
      views[place] = all_views.size();
      all_views.push_back(ReadView(name, sql));
    } else if (const auto view = views.find(place); view != views.end()) {
      all_views[view->second].triggers.push_back({name, sql});
    } else if (const auto found = tables.find(place); found != tables.end()) {
      Table& table = catalog.tables[found->second];
      if (type == "trigger") {
        table.triggers.push_back({name, sql});
      } else {
        BRANT_ASSIGN_OR_RETURN(Index index, ReadSqliteIndex(sql, table));
        table.indexes.push_back(std::move(index));
      }
    }
  }
  for (View& view : all_views) {
    view.reads = Mentioned(view.definition, names);
    const bool selected = IsSelected(selection, view.name);
    (selected ? catalog.views : catalog.excluded_views).push_back(std::move(view));
  }
  CompleteReferences(catalog, names);
  SortByName(catalog);
  return catalog;
}

}  // namespace brant
