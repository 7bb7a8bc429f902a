// What the random catalogs' parts have to fit.

#ifndef BRANT_TESTS_INTEGRATION_SCHEMA_REPAIR_CATALOG_H_
#define BRANT_TESTS_INTEGRATION_SCHEMA_REPAIR_CATALOG_H_

#include <string>
#include <vector>

#include "agent/schema/catalog.h"

namespace brant {

// Types between which values change without loss of what FillTables writes:
// numbers, and texts with numbers in them.
const std::vector<std::string>& NumberLikeTypes();
const std::vector<std::string>& OtherTypes();

bool IsNumberLike(const Column& column);
bool IsText(const Column& column);

// Names of columns for expressions and indexes; never none, because of `id`.
std::vector<std::string> NumberLikeColumns(const Table& table);
// Those whose rows differ whatever happens to them: with no default.
std::vector<std::string> UniqueColumns(const Table& table);

bool HasConstraint(const Table& table, const std::string& name);

}  // namespace brant

#endif  // BRANT_TESTS_INTEGRATION_SCHEMA_REPAIR_CATALOG_H_
