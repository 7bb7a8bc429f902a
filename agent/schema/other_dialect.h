#ifndef BRANT_AGENT_SCHEMA_OTHER_DIALECT_H_
#define BRANT_AGENT_SCHEMA_OTHER_DIALECT_H_

#include <vector>

#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"
#include "agent/schema/schema_driver.h"
#include "agent/schema/translate/translate.h"

namespace brant {

// A change of a schema, as it is for a database of another dialect that went
// through the same migrations.
struct OtherDialect {
  // With the renames applied.
  Catalog from;
  Catalog to;
  std::vector<TranslationNote> notes;
};

// `diff` is between catalogs of `known`'s dialect; `desired` is what its `to` should
// be, in terms of `other`. What the diff leaves alone is no difference in the other
// dialect either, whatever translating it back and forth makes of it.
OtherDialect InOtherDialect(const CatalogDiff& diff, const SchemaDriver& known, Translation desired,
                            const SchemaDriver& other);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_OTHER_DIALECT_H_
