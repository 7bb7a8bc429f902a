#include "agent/schema/sqlite/introspect.h"

#include <map>
#include <set>
#include <utility>

#include "agent/base/error.h"
#include "agent/schema/selection.h"
#include "agent/schema/sqlite/declaration.h"
#include "agent/schema/sqlite/tokens.h"

namespace brant {
namespace {

// sqlite_schema keeps what was declared; the names that SQLite made for itself
// begin with sqlite_.
constexpr absl::string_view kObjects = R"sql(
SELECT type, name, tbl_name, sql FROM sqlite_schema
 WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
   AND tbl_name NOT IN (SELECT name FROM pragma_table_list
                         WHERE schema = 'main' AND type IN ('virtual', 'shadow'))
 ORDER BY CASE type WHEN 'table' THEN 0 ELSE 1 END, name
)sql";

// A foreign key that names no columns means the other table's primary key.
void CompleteReferences(Catalog& catalog) {
  std::map<ObjectName, std::vector<std::string>> keys;
  for (const Table& table : catalog.tables) {
    if (table.primary_key.has_value()) keys[table.name] = table.primary_key->columns;
  }
  for (Table& table : catalog.tables) {
    for (ForeignKey& key : table.foreign_keys) {
      if (key.referenced_columns.empty()) key.referenced_columns = keys[key.referenced_table];
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
  if (begin < tokens.size()) tokens.erase(tokens.begin(), tokens.begin() + begin + 1);
  // In a view, text in double quotes nearly always is a name.
  view.definition = CanonicalSqlite(tokens, identifiers);
  return view;
}

// What of `names` the text speaks of.
std::vector<ObjectName> Mentioned(absl::string_view sql, const std::set<std::string>& names) {
  std::set<ObjectName> found;
  for (const SqliteToken& token : TokenizeSqlite(sql)) {
    if (token.IsName() && names.contains(token.text)) found.insert({"", token.text});
  }
  return {found.begin(), found.end()};
}

}  // namespace

absl::StatusOr<Catalog> IntrospectSqlite(Session& session, const Selection& selection) {
  BRANT_ASSIGN_OR_RETURN(const Rows rows, session.Query(kObjects));
  Catalog catalog;
  catalog.dialect = Dialect::kSqlite;
  std::map<std::string, size_t> places;
  std::set<std::string> names;
  for (const auto& row : rows) {
    const std::string& type = row[0].value();
    const std::string& name = row[1].value();
    const std::string& sql = row[3].value();
    const bool selected = IsSelected(selection, {"", row[2].value()});
    if (type == "table") {
      BRANT_ASSIGN_OR_RETURN(Table table, ReadSqliteTable(sql));
      table.name.name = name;
      names.insert(name);
      if (!selected) continue;
      places[name] = catalog.tables.size();
      catalog.tables.push_back(std::move(table));
    } else if (type == "view") {
      names.insert(name);
      if (selected) catalog.views.push_back(ReadView(name, sql));
    } else if (const auto found = places.find(row[2].value()); found != places.end()) {
      Table& table = catalog.tables[found->second];
      if (type == "trigger") {
        table.triggers.push_back({name, sql});
      } else {
        BRANT_ASSIGN_OR_RETURN(Index index, ReadSqliteIndex(sql, table));
        table.indexes.push_back(std::move(index));
      }
    }
  }
  for (View& view : catalog.views) view.reads = Mentioned(view.definition, names);
  CompleteReferences(catalog);
  SortByName(catalog);
  return catalog;
}

}  // namespace brant
