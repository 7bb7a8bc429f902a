// What statements do to a schema and its rows, in one form for all dialects: as
// far as rules that serve several of them need.

#ifndef BRANT_AGENT_SCHEMA_LINT_OPERATION_H_
#define BRANT_AGENT_SCHEMA_LINT_OPERATION_H_

#include <string>
#include <vector>

namespace brant {

enum class Action {
  // Also CREATE TABLE AS, and materialized views: nobody uses them yet.
  kCreateTable,
  kDropTable,
  kRenameTable,
  kMoveTable,
  kCreateView,
  kTruncate,
  kAddColumn,
  kDropColumn,
  kRenameColumn,
  // Its type, or all of its definition.
  kChangeColumn,
  kCreateIndex,
  kDropIndex,
  kRenameType,
  kDropType,
  kDropSchema,
  kDropDatabase,
  kInsert,
  kUpdate,
  kDelete,
};

struct Operation {
  Action action;
  // Names without quotes; of kDropType and its like, and of an index, in `name`.
  std::string table = {};
  std::string column = {};
  // The new one, or that of what is no table.
  std::string name = {};
  // UPDATE and DELETE: something says which rows.
  bool filtered = false;
  // A few rows: INSERT … VALUES, or `WHERE column = constant`.
  bool few = false;
  bool cascade = false;
  // The columns that an UPDATE sets.
  std::vector<std::string> columns = {};
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_LINT_OPERATION_H_
