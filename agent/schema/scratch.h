#ifndef BRANT_AGENT_SCHEMA_SCRATCH_H_
#define BRANT_AGENT_SCHEMA_SCRATCH_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/database/database.h"
#include "agent/schema/schema_driver.h"

namespace brant {

// Runs the statements of scripts that describe a schema in a scratch space that
// the session is in. What would end the scratch space's transaction or leave it
// otherwise is refused, and so is what `refuse` says why to refuse (empty: it is
// fine). Errors name file and line: STATEMENT_FAILED, UNSUPPORTED_STATEMENT.
absl::Status ExecuteScripts(Session& session, Dialect dialect,
                            const std::vector<SchemaDriver::Script>& scripts,
                            const std::function<std::string(absl::string_view)>& refuse);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SCRATCH_H_
