// Changes of one schema, made to another one.

#ifndef BRANT_AGENT_SCHEMA_COMPARE_PATCH_H_
#define BRANT_AGENT_SCHEMA_COMPARE_PATCH_H_

#include <string>
#include <vector>

#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"

namespace brant {

// Something that whoever reviews a patch should know of.
struct PatchRemark {
  enum class Kind {
    // It was to be altered or dropped, and is not there.
    kMissing,
    // It goes, because what it is made of goes.
    kGoesAlong,
    // What was particular of it is gone.
    kReplaced,
  };
  Kind kind = Kind::kMissing;
  // `table`, `view`, `check constraint` and so on.
  std::string what;
  // The object, or the table that has it.
  ObjectName object;
  // What of the table; empty: all.
  std::string name;
};

struct Patched {
  Catalog catalog;
  std::vector<PatchRemark> remarks;
};

// `base` with the changes of `diff`, which is of the same dialect, and of schemas
// that are like `base` but for details. Only what differs there is changed here: of
// a column or index of which only one thing differs, all else stays. What is added
// and is there already stays. Constraints are known by their names, or where those
// differ by what they say.
Patched Patch(const CatalogDiff& diff, Catalog base);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_COMPARE_PATCH_H_
