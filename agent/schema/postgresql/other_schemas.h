// Schemas that a scratch space does not take the place of. What is done to them is
// done to the real ones: locks hold until the rollback, and sequences are not
// rolled back at all.

#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_OTHER_SCHEMAS_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_OTHER_SCHEMAS_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace brant {

// Where a statement makes a schema, or something in a schema; empty: where
// unqualified names lead. Nothing: it makes nothing of that kind.
std::optional<std::string> SchemaMadeInPostgresql(absl::string_view statement);

// Why a statement may not run beside the real schemas `others`: it changes something
// in one, or takes numbers of a sequence there. To refer to them is no harm: foreign
// keys, views, functions and types. `path` is where unqualified names lead once the
// search_path is reset. Empty: it may. Bodies of functions and DO blocks are not
// looked at.
std::string ReachesPostgresqlSchemas(absl::string_view statement,
                                     const std::set<std::string>& others,
                                     const std::vector<std::string>& path);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_OTHER_SCHEMAS_H_
