#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_IDENTIFIER_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_IDENTIFIER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/schema/catalog.h"

namespace brant {

// As PostgreSQL's quote_ident().
std::string QuotePostgresql(absl::string_view identifier);
// With its schema, if it has one.
std::string QuotePostgresql(const ObjectName& name);
// `a, b`.
std::string QuoteListPostgresql(const std::vector<std::string>& identifiers);
// A name that the catalog has as people know it, `schema.name`, such as that of
// an operator class.
std::string QuoteDottedPostgresql(absl::string_view name);
// A string.
std::string LiteralPostgresql(absl::string_view text);

// `sql` has the identifier, quoted or not, somewhere outside of strings.
bool MentionsPostgresql(absl::string_view sql, absl::string_view identifier);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_IDENTIFIER_H_
