// What tables and views rest on and Brant does not write: functions, domains,
// extensions and so on. It is for people only: whoever runs the statements has to
// make it before.

#ifndef BRANT_AGENT_SCHEMA_NEEDS_H_
#define BRANT_AGENT_SCHEMA_NEEDS_H_

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"

namespace brant {

// What the second side of a diff needs and the first one does not: what that one
// rests on is there.
class MissingNeeds {
 public:
  explicit MissingNeeds(const CatalogDiff& diff);

  // For people: `needs the function f(text), which is not made here`; empty:
  // nothing is missing. `part`: the column, constraint, index or trigger that is
  // written.
  std::string Of(const std::vector<Need>& needs, const std::string& part) const;
  // The same of all but the indexes and triggers.
  std::string Of(const Table& table) const;
  std::string Of(const View& view) const;

 private:
  std::string Of(const std::vector<Need>& needs,
                 const std::function<bool(const Need&)>& counts) const;

  std::set<std::string> there_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_NEEDS_H_
