#ifndef BRANT_AGENT_SCHEMA_MYSQL_REFUSAL_H_
#define BRANT_AGENT_SCHEMA_MYSQL_REFUSAL_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"

namespace brant::mysql {

// Why a statement of a desired schema must not run in a scratch database; empty:
// it may. It may make, change and drop objects, write rows, and set variables of
// the session. `databases` are the others of the server, in lower case: a name
// that is qualified with one of them is refused, wherever it may be a table's,
// also in the bodies of views, triggers and functions, and in conditional
// comments, whether or not the server takes those as code.
std::string ReasonToRefuse(absl::string_view statement, const std::set<std::string>& databases);

// The one of `databases` that the statement names in this way; empty: none.
std::string NamedDatabase(absl::string_view statement, const std::set<std::string>& databases);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_REFUSAL_H_
