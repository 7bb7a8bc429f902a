#include "agent/schema/mysql/table_parts.h"

#include <utility>
#include <vector>

namespace brant::mysql {
namespace {

// Of a collation's name; they begin with it.
std::string CharacterSetOf(const std::string& collation) {
  return collation.substr(0, collation.find('_'));
}

}  // namespace

void SetEngine(Table& table, absl::string_view engine) {
  if (engine != "InnoDB") table.options["engine"] = std::string(engine);
}

void SetCollation(Table& table, const Server& server, const std::string& collation) {
  if (collation == server.collation) return;
  table.options["collation"] = collation;
  const std::string charset = CharacterSetOf(collation);
  if (charset != server.character_set) table.options["charset"] = charset;
}

void AddIndex(Table& table, Index index) {
  // MariaDB adds it to every unique key by itself.
  const Column* last = FindColumn(table, index.parts.back().column);
  const bool is_added = index.unique && last != nullptr && last->generated == "ROW END";
  if (is_added && index.parts.size() > 1) index.parts.pop_back();
  bool plain = index.unique && index.comment.empty();
  std::vector<std::string> columns;
  for (const IndexPart& part : index.parts) {
    plain &= !part.descending && part.prefix_length == 0 && part.expression.empty();
    columns.push_back(part.column);
  }
  if (index.name == "PRIMARY") {
    table.primary_key = PrimaryKey{"", std::move(columns)};
  } else if (plain) {
    table.uniques.push_back({index.name, std::move(columns)});
  } else {
    table.indexes.push_back(std::move(index));
  }
}

}  // namespace brant::mysql
