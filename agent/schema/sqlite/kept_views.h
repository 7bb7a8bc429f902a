#ifndef BRANT_AGENT_SCHEMA_SQLITE_KEPT_VIEWS_H_
#define BRANT_AGENT_SCHEMA_SQLITE_KEPT_VIEWS_H_

#include <set>
#include <string>
#include <vector>

#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"

namespace brant {

// A view that is left alone, and must be there again after a table that it reads was
// made anew.
struct SqliteKeptView {
  const View* view = nullptr;
  // Both sides have it. Else it may not be there.
  bool is_there = false;
  // It is of the first side, from before the renames.
  bool has_old_names = false;
};

// Those of both sides, each name once: on the way back it is the second catalog that
// is the database's.
std::vector<SqliteKeptView> SqliteKeptViews(const CatalogDiff& diff);

// Whether `view` reads any of `names`.
bool ReadsAny(const View& view, const std::set<std::string>& names);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SQLITE_KEPT_VIEWS_H_
