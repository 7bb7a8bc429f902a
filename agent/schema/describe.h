#ifndef BRANT_AGENT_SCHEMA_DESCRIBE_H_
#define BRANT_AGENT_SCHEMA_DESCRIBE_H_

#include <vector>

#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"
#include "brant/v1/schema.pb.h"

namespace brant {

// What differs, for people.
std::vector<v1::SchemaChange> ListChanges(const CatalogDiff& diff);

// The catalog as the API shows it.
v1::Schema ToProto(const Catalog& catalog);

v1::SchemaRename ToProto(const Rename& rename);
// A rename as people type it: `table` may be `name`, `schema.name`, and without a
// column also `name.column` or `schema.name.column`; what `catalog` has decides.
// The new name may be qualified in the same way.
Rename ReadRename(const Catalog& catalog, const v1::SchemaRename& rename);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_DESCRIBE_H_
