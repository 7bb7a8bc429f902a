#ifndef BRANT_AGENT_SCHEMA_RENAMES_H_
#define BRANT_AGENT_SCHEMA_RENAMES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/schema/catalog.h"
#include "agent/schema/diff.h"

namespace brant {

// `catalog` as the database has it after the renames: references, keys and
// expressions follow. Error: INVALID_REQUEST for a rename of what it has not.
absl::StatusOr<Catalog> ApplyRenames(const Catalog& catalog, const std::vector<Rename>& renames);

// `sql` with the identifiers of `names` replaced by their new ones. Strings,
// comments and names of functions stay.
std::string RenameInExpression(absl::string_view sql,
                               const std::map<std::string, std::string>& names);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_RENAMES_H_
