#ifndef BRANT_AGENT_SCHEMA_MYSQL_REFUSAL_H_
#define BRANT_AGENT_SCHEMA_MYSQL_REFUSAL_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"

namespace brant::mysql {

// Whose statements are to run in a scratch database. A migration may also read,
// call procedures, control transactions and look after tables.
enum class ScratchUse { kDesiredSchema, kMigration };

// Why a statement must not run in a scratch database; empty: it may. It may make,
// change and drop objects, write rows, and set variables of the session.
// `databases` are the others of the server, in lower case: a name that is
// qualified with one of them is refused, wherever it may be a table's, also in the
// bodies of views, triggers and functions, and in conditional comments, whether or
// not the server takes those as code. What a migration's routines hold may be
// called, so that a word of theirs that could change the server is refused, too.
std::string ReasonToRefuse(absl::string_view statement, const std::set<std::string>& databases,
                           ScratchUse use = ScratchUse::kDesiredSchema);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_REFUSAL_H_
