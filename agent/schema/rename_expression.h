#ifndef BRANT_AGENT_SCHEMA_RENAME_EXPRESSION_H_
#define BRANT_AGENT_SCHEMA_RENAME_EXPRESSION_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"

namespace brant {

// `sql`, as a server of the dialect writes it, with the identifiers of `names`
// replaced by their new ones, quoted as the server does it. Strings, comments,
// names of functions and types, and aliases stay; but an alias that is the name of
// what it stands for follows it, as in MySQL's views.
std::string RenameInExpression(Dialect dialect, absl::string_view sql,
                               const std::map<std::string, std::string>& names);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_RENAME_EXPRESSION_H_
