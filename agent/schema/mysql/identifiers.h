// Identifiers and strings, as this dialect writes them.

#ifndef BRANT_AGENT_SCHEMA_MYSQL_IDENTIFIERS_H_
#define BRANT_AGENT_SCHEMA_MYSQL_IDENTIFIERS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/schema/catalog.h"

namespace brant::mysql {

// In backticks where it has to be: for a word that MySQL or MariaDB reserves, and
// for all but ASCII letters, digits and underscores.
std::string QuoteIdentifier(absl::string_view identifier);
std::string QuoteObject(const ObjectName& name);
// `a, b`.
std::string QuoteList(const std::vector<std::string>& identifiers);

// A string, for every sql_mode but NO_BACKSLASH_ESCAPES.
std::string QuoteString(absl::string_view text);

// What a text stands for in which quotes, backslashes and controls are behind a backslash.
std::string Unescape(absl::string_view text);

// The strings of a list such as that of an enum: `'a','b''c'`.
std::vector<std::string> ReadStrings(absl::string_view list);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_SCHEMA_MYSQL_IDENTIFIERS_H_
