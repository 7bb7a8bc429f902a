// What objects are called in another dialect.

#ifndef BRANT_AGENT_SCHEMA_COMPARE_NAMES_THERE_H_
#define BRANT_AGENT_SCHEMA_COMPARE_NAMES_THERE_H_

#include <map>
#include <optional>
#include <vector>

#include "agent/base/dialect.h"
#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"

namespace brant {

// A name of PostgreSQL is one of a dialect without schemas by TranslateName alone;
// for the way back it takes catalogs of PostgreSQL, since `audit_logs` may be
// `audit.logs` there, or not.
class NamesThere {
 public:
  explicit NamesThere(Dialect there) : there_(there) {}

  // Names that are in use there.
  void Learn(const Catalog& catalog);
  // And those that were, where the new ones are known.
  void Learn(const std::vector<Rename>& renames);

  ObjectName Of(const ObjectName& name) const;

  // Unset: the new name would lead into another schema.
  std::optional<Rename> Of(const Rename& rename) const;

  // A catalog that was translated, with the names that objects have there.
  Catalog Of(Catalog translated) const;

 private:
  const Dialect there_;
  // By the name without schema.
  std::map<ObjectName, ObjectName> names_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_COMPARE_NAMES_THERE_H_
