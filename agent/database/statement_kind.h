#ifndef BRANT_AGENT_DATABASE_STATEMENT_KIND_H_
#define BRANT_AGENT_DATABASE_STATEMENT_KIND_H_

#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"
#include "agent/database/statement.h"

namespace brant {

// What a statement's words, comments aside, say that it is. Each database has
// its own rules in its own folder.
StatementKind ClassifyStatement(Dialect dialect, absl::string_view statement);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_STATEMENT_KIND_H_
