// Arguments of Brant's own statements, as SQL.

#ifndef BRANT_AGENT_DATABASE_MYSQL_LITERALS_H_
#define BRANT_AGENT_DATABASE_MYSQL_LITERALS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "agent/database/value.h"

namespace brant::mysql {

// `text` as a literal that means the same under every sql_mode and every
// character set of the connection, because a migration may have changed both.
std::string TextLiteral(absl::string_view text);

// `sql` with each `?` outside of quotes replaced by the next argument. Errors:
// INTERNAL if their numbers differ.
absl::StatusOr<std::string> Bind(absl::string_view sql, absl::Span<const Value> args);

// `name` in backticks.
std::string QuoteName(absl::string_view name);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_LITERALS_H_
