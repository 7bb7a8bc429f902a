// The text of views, as the catalogue has it.

#ifndef BRANT_AGENT_SCHEMA_MYSQL_VIEW_TEXT_H_
#define BRANT_AGENT_SCHEMA_MYSQL_VIEW_TEXT_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"

namespace brant::mysql {

struct ViewText {
  // Without the qualification by the view's own database.
  std::string definition;
  // The names behind that qualification: tables, views and functions.
  std::set<std::string> reads;
};

// The catalogue writes all tables with their database. What only looks like it,
// in strings or as the alias of a table, stays.
ViewText ReadViewText(absl::string_view definition, absl::string_view database);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_VIEW_TEXT_H_
