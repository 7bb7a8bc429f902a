// What introspection asks pg_catalog, one query for each kind of object, however
// many there are. `$S` stands for the list of schemas. Lists within a column are
// joined by kListSeparator.
//
// search_path must be the default schema alone: it decides which names the server
// qualifies.

#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_CATALOG_QUERIES_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_CATALOG_QUERIES_H_

#include "absl/strings/string_view.h"

namespace brant {

// The unit separator of ASCII, which no name or option has.
constexpr char kListSeparator = '\x1f';

// oid, schema, name, kind (r, p, v, m), persistence, options, comment, partition
// key, query of a view.
extern const absl::string_view kRelationsQuery;

// table, attnum, name, type, not null, collation, identity, generated, expression,
// comment, oid of the enum type (also that of an array's elements). By attnum.
extern const absl::string_view kColumnsQuery;

// table, name, type, deferrable, deferred, validated, no inherit, columns,
// referenced schema and table, referenced columns, on update, on delete, match,
// definition, included columns, nulls not distinct, columns of ON DELETE SET.
extern const absl::string_view kConstraintsQuery;

// index, relation, name, unique, method, predicate, nulls not distinct, options,
// comment; and of the key: is included, column, expression, option bits,
// collation, operator class, parameters of the operator class. By key.
extern const absl::string_view kIndexesQuery;

// oid, schema, name, labels, comment, is selected. Also those of other schemas,
// which columns may have.
extern const absl::string_view kEnumsQuery;

// schema, name, type, start, increment, min, max, cache, cycle, comment, owning
// table and column, kind of ownership (a, i), default that serial means.
extern const absl::string_view kSequencesQuery;

// view, schema and name of what it reads.
extern const absl::string_view kViewReadsQuery;

// table or view, name, definition, tgenabled.
extern const absl::string_view kTriggersQuery;

// table or view, its part, and what that rests on and Brant does not make.
extern const absl::string_view kNeedsQuery;

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_CATALOG_QUERIES_H_
