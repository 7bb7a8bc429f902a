// Views that Brant leaves alone and that read what it changes: the server refuses
// the change, and nothing but whoever made the view knows how to make it anew.

#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_EXCLUDED_VIEWS_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_EXCLUDED_VIEWS_H_

#include <set>
#include <string>
#include <vector>

#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"

namespace brant {

// Those of both sides: on the way back it is the second one that was read from the
// database.
class ExcludedViews {
 public:
  explicit ExcludedViews(const CatalogDiff& diff);

  // Of a table or view that is dropped, for people; empty: none reads it.
  std::string Review(const ObjectName& relation) const;
  // Of columns that are dropped or retyped.
  std::string Review(const ObjectName& table, const std::set<std::string>& columns) const;

 private:
  std::vector<const View*> views_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_EXCLUDED_VIEWS_H_
