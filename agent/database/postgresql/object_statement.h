// What statements are about that PostgreSQL does not run in a transaction, and
// their likes.

#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_OBJECT_STATEMENT_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_OBJECT_STATEMENT_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "agent/database/postgresql/statement_reader.h"

namespace brant {

enum class ObjectAction {
  kOther,
  kCreateIndex,
  kDropIndex,
  kReindexIndex,
  kReindexTable,
  kReindexSchema,
  // All of the database, or its system catalogues.
  kReindexDatabase,
  kDetachPartition,
  kFinalizeDetach,
  // CREATE, DROP; of ALTER only what can't be in a transaction.
  kDatabase,
  kTablespace,
  kSubscription,
};

struct ObjectStatement {
  ObjectAction action = ObjectAction::kOther;
  bool concurrently = false;
  // Index, database, tablespace, subscription, what is reindexed, or partition.
  // Nothing: it has no name (an index), or none that could be read.
  std::optional<PostgresqlName> object;
  // Of the index that is made, or of the partition.
  std::optional<PostgresqlName> table;
  // CREATE INDEX: the table's name and what follows it; points into the text.
  absl::string_view definition;
  bool unique = false;
};

ObjectStatement ParseObjectStatement(absl::string_view statement);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_OBJECT_STATEMENT_H_
