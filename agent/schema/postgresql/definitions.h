// What PostgreSQL's DDL is made of: definitions of columns, constraints and so on.

#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_DEFINITIONS_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_DEFINITIONS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/schema/catalog.h"
#include "agent/schema/kept.h"

namespace brant {

// As in CREATE TABLE. Of a serial column the options of its sequence and that it
// may be NULL are not in it.
std::string DefinePostgresql(const Column& column);
// ` COLLATE "C"`; empty: none.
std::string CollatePostgresql(const std::string& collation);

// Constraints, with their name if they have one.
std::string DefinePostgresql(const PrimaryKey& key);
std::string DefinePostgresql(const UniqueConstraint& unique);
std::string DefinePostgresql(const CheckConstraint& check);
std::string DefinePostgresql(const ForeignKey& key);
std::string DefinePostgresql(const ExclusionConstraint& exclusion);

// ` WITH (fillfactor='70')`; empty: none. Of a table's options only the storage
// parameters.
std::string StorageParameters(const std::map<std::string, std::string>& options);
bool IsStorageParameter(absl::string_view option);

// The whole statement. `relation`: the table or materialized view.
std::string CreateIndexPostgresql(const ObjectName& relation, const Index& index);
std::string CreateViewPostgresql(const View& view);
std::string DropViewPostgresql(const View& view);
std::string DropTriggerPostgresql(const ObjectName& relation, const KeptTrigger& kept);
// More than one if it is not as it was created.
std::vector<std::string> CreateTriggerPostgresql(const ObjectName& relation,
                                                 const Trigger& trigger);
std::string CreateEnumPostgresql(const EnumType& type);
// With the constraints and foreign keys that `constraints` defines.
std::string CreateTablePostgresql(const Table& table, const std::vector<std::string>& constraints);

// `COMMENT ON kind name IS …`; an empty comment removes it.
std::string CommentPostgresql(absl::string_view kind, absl::string_view name,
                              const std::string& comment);

// The name of the index in the schema of its relation.
std::string IndexNamePostgresql(const ObjectName& relation, const std::string& index);

// The name of the column's sequence, as an SQL expression.
std::string SequenceOfPostgresql(const ObjectName& table, const std::string& column);

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_DEFINITIONS_H_
