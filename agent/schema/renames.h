#ifndef BRANT_AGENT_SCHEMA_RENAMES_H_
#define BRANT_AGENT_SCHEMA_RENAMES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"

namespace brant {

// `catalog` as the database has it after the renames: references, keys and
// expressions follow. Error: INVALID_REQUEST for a rename of what it has not.
absl::StatusOr<Catalog> ApplyRenames(const Catalog& catalog, const std::vector<Rename>& renames);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_RENAMES_H_
