#ifndef BRANT_AGENT_SCHEMA_SCRATCH_H_
#define BRANT_AGENT_SCHEMA_SCRATCH_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "agent/database/database.h"
#include "agent/database/statement.h"
#include "agent/schema/schema_driver.h"

namespace brant {

// A statement of a script, which must outlive it.
struct ScratchStatement {
  const SchemaDriver::Script* script = nullptr;
  Statement statement;
};

// The statements of scripts that describe a schema, to be run in a scratch space.
// What would end the scratch space's transaction or leave it otherwise is refused,
// and so is what `refuse` says why to refuse (empty: it is fine). Error, with file
// and line: UNSUPPORTED_STATEMENT.
absl::StatusOr<std::vector<ScratchStatement>> ReadScripts(
    Dialect dialect, const std::vector<SchemaDriver::Script>& scripts,
    const std::function<std::string(absl::string_view)>& refuse);

// Runs them in the scratch space that the session is in. Error, with file and line:
// STATEMENT_FAILED. CANCELLED, or the reason of `cancel`.
absl::Status ExecuteStatements(Session& session, absl::Span<const ScratchStatement> statements,
                               const CancelToken& cancel);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SCRATCH_H_
