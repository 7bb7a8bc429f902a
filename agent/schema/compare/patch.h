// Changes of one schema, made to another one.

#ifndef BRANT_AGENT_SCHEMA_COMPARE_PATCH_H_
#define BRANT_AGENT_SCHEMA_COMPARE_PATCH_H_

#include <string>
#include <vector>

#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"

namespace brant {

struct Patched {
  Catalog catalog;
  // What was to be altered and is not there.
  struct Missing {
    // `table`, `view`, `check` and so on.
    std::string kind;
    // The object, or the table that has it.
    ObjectName object;
    // What of the table; empty: all.
    std::string name;
  };
  std::vector<Missing> missing;
};

// `base` with the changes of `diff`, which is of the same dialect, and of schemas
// that are like `base` but for details. Only what differs there is changed here: of
// a column of which only the default differs, the type stays. What is there already
// stays, and what is to go and is gone is no mistake.
Patched Patch(const CatalogDiff& diff, Catalog base);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_COMPARE_PATCH_H_
