#ifndef BRANT_AGENT_SCHEMA_TRANSLATE_COMMON_SYNTAX_H_
#define BRANT_AGENT_SCHEMA_TRANSLATE_COMMON_SYNTAX_H_

#include <string>

#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"

namespace brant {

// An expression or query of a dialect, with what only that dialect's lexer knows
// written as PostgreSQL's parser understands it: quotes, character set introducers,
// operators. What it means is not looked at.
std::string ToPostgresqlSyntax(absl::string_view sql, Dialect from);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_TRANSLATE_COMMON_SYNTAX_H_
