#ifndef BRANT_AGENT_DATABASE_STATEMENT_KIND_H_
#define BRANT_AGENT_DATABASE_STATEMENT_KIND_H_

#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"
#include "agent/database/statement.h"

namespace brant {

// What a statement's first words, comments aside, say that it is. Where that
// does not tell (CALL, EXECUTE), kOther.
StatementKind ClassifyStatement(Dialect dialect, absl::string_view statement);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_STATEMENT_KIND_H_
