// The statements that a session has prepared, which no server tells by default.

#ifndef BRANT_AGENT_DATABASE_MYSQL_PREPARED_STATEMENTS_H_
#define BRANT_AGENT_DATABASE_MYSQL_PREPARED_STATEMENTS_H_

#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace brant::mysql {

// PREPARE name FROM text, EXECUTE name, EXECUTE IMMEDIATE text.
struct PreparedUse {
  enum class Action { kNone, kPrepare, kExecute, kDeallocate };
  Action action = Action::kNone;
  // In lower case, without quotes; empty for EXECUTE IMMEDIATE.
  std::string name;
  // The text, as an SQL expression that may be asked for: a string or a user
  // variable. Empty if it is anything else.
  std::string text;
};
PreparedUse ReadPreparedUse(absl::string_view statement);

// Only reads, and changes nothing but the session: `SELECT 'exists already'`,
// which scripts prepare where there is nothing to be done.
bool IsHarmless(absl::string_view statement);

// Texts by name.
using PreparedStatements = std::map<std::string, std::string>;

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_PREPARED_STATEMENTS_H_
