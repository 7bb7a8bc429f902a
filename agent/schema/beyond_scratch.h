#ifndef BRANT_AGENT_SCHEMA_BEYOND_SCRATCH_H_
#define BRANT_AGENT_SCHEMA_BEYOND_SCRATCH_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"

namespace brant {

// Why a migration's statement must not be run in a scratch database, because it
// reaches beyond it: another database, the whole server, files. Empty: it may.
// `databases` are the others of a MySQL server, in lower case.
// What a DO block or a routine of PostgreSQL does is known by its words only.
std::string ReachesBeyondScratch(Dialect dialect, absl::string_view statement,
                                 const std::set<std::string>& databases);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_BEYOND_SCRATCH_H_
