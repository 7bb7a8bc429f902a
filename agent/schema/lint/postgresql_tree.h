// Statements as PostgreSQL's own parser reads them. Who looks into a tree
// includes pg_query.pb.h.

#ifndef BRANT_AGENT_SCHEMA_LINT_POSTGRESQL_TREE_H_
#define BRANT_AGENT_SCHEMA_LINT_POSTGRESQL_TREE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/schema/lint/operation.h"

namespace pg_query {
class ColumnDef;
class Node;
class ParseResult;
class RangeVar;
class TypeName;
}  // namespace pg_query

namespace brant {

struct ParsedPostgresql {
  // Null if there is an error, or more to the statement than is looked at.
  std::shared_ptr<const pg_query::ParseResult> tree;
  // Why the parser does not take it, and where in the statement, in bytes.
  std::string error;
  size_t error_offset = 0;
};

ParsedPostgresql ParsePostgresql(absl::string_view statement);

// The one statement of a tree; an empty node if there is none.
const pg_query::Node& StatementOf(const pg_query::ParseResult& tree);

std::vector<Operation> PostgresqlOperations(const pg_query::ParseResult& tree);

// `name`, or `schema.name` outside of the schema public.
std::string NameOf(const pg_query::RangeVar& relation);
// The same of a list of identifiers, as DROP and types have.
std::string NameOf(const pg_query::Node& identifiers);

// As PostgreSQL calls it, without pg_catalog: `int4`, `varchar`, `timestamptz`.
std::string TypeNameOf(const pg_query::TypeName& type);
// The integers in parentheses behind a type.
std::vector<int> TypeModifiers(const pg_query::TypeName& type);
// serial and its sizes.
bool IsSerial(absl::string_view type);

// `type` is pg_query::ConstrType.
bool HasConstraint(const pg_query::ColumnDef& column, int type);
// Where in the statement, in bytes.
size_t PlaceOf(const pg_query::ColumnDef& column);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_LINT_POSTGRESQL_TREE_H_
