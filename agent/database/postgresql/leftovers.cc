#include "agent/database/postgresql/leftovers.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "agent/base/error.h"
#include "agent/database/postgresql/index_definition.h"
#include "agent/database/postgresql/object_statement.h"

namespace brant {
namespace {

// Invalid indexes as SQL writes them, and the session that builds one on the
// same table right now. An index of a partitioned table may well be invalid:
// its parts are still to come.
constexpr absl::string_view kInvalidIndexes =
    "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), "
    "(SELECT max(l.pid) FROM pg_catalog.pg_locks l "
    "JOIN pg_catalog.pg_stat_progress_create_index p ON p.pid = l.pid "
    "WHERE l.locktype = 'relation' AND l.relation = i.indrelid AND l.granted "
    "AND l.mode = 'ShareUpdateExclusiveLock' AND l.database = (SELECT oid "
    "FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())) "
    "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE NOT i.indisvalid AND c.relkind = 'i' AND ";

constexpr absl::string_view kOfTable = "i.indrelid = pg_catalog.to_regclass(?)";

// What REINDEX CONCURRENTLY calls the new index until it takes the old one's
// name, and the old one from then on; a number follows where that is taken.
constexpr absl::string_view kOfReindex = "c.relname ~ '_cc(new|old)[0-9]*$' AND i.indrelid IN ";

// Of tables, with those that hold their long values.
constexpr absl::string_view kAndToast =
    "SELECT oid FROM tables UNION SELECT t.reltoastrelid FROM pg_catalog.pg_class t "
    "WHERE t.oid IN (SELECT oid FROM tables)";
// A table or an index, with its partitions.
constexpr absl::string_view kTablesOfRelation =
    "(WITH named (oid) AS (SELECT pg_catalog.to_regclass(?)::oid UNION "
    "SELECT relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(?))), tables (oid) AS "
    "(SELECT coalesce(x.indrelid, named.oid) FROM named "
    "LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = named.oid) ";
constexpr absl::string_view kTablesOfSchema =
    "(WITH tables (oid) AS (SELECT t.oid FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace s "
    "ON s.oid = t.relnamespace WHERE s.nspname = ?) ";
constexpr absl::string_view kTablesOfDatabase =
    "(WITH tables (oid) AS (SELECT t.oid FROM pg_catalog.pg_class t) ";

absl::Status StillBuilt(const std::string& index, const std::string& pid) {
  return Error(v1::ERROR_REASON_LOCK_NOT_AVAILABLE,
               absl::StrCat("session ", pid, " is still building an index on the table of ", index))
      .Hint(absl::StrCat("wait for it, or end it with SELECT pg_terminate_backend(", pid, ")"));
}

absl::Status DropEach(Session& session, absl::Span<const std::string> indexes) {
  // A timeout of the section's own is not meant for this: it blocks nobody while
  // it waits.
  BRANT_ASSIGN_OR_RETURN(Rows before,
                         session.Query("SELECT pg_catalog.current_setting('lock_timeout'), "
                                       "pg_catalog.set_config('lock_timeout', '0', false)"));
  absl::Status status;
  for (const std::string& index : indexes) {
    status.Update(
        session.Execute(absl::StrCat("DROP INDEX CONCURRENTLY IF EXISTS ", index)).status());
  }
  if (session.IsAlive()) {
    status.Update(
        session
            .Query("SELECT pg_catalog.set_config('lock_timeout', ?, false)", {Value(*before[0][0])})
            .status());
  }
  return status;
}

absl::StatusOr<std::string> Drop(Session& session, const Rows& indexes) {
  if (indexes.empty()) return "";
  std::vector<std::string> names;
  for (const auto& row : indexes) {
    names.push_back(row[0].value_or(""));
    if (row[1].has_value()) return StillBuilt(names.back(), *row[1]);
  }
  BRANT_RETURN_IF_ERROR(DropEach(session, names));
  return absl::StrCat("dropped ", absl::StrJoin(names, ", "),
                      ", invalid, which an earlier attempt had left behind");
}

absl::StatusOr<std::string> DropInvalid(Session& session, const ObjectStatement& statement) {
  if (!statement.table.has_value()) return "";
  const Value table(statement.table->Quoted());
  if (statement.object.has_value()) {
    BRANT_ASSIGN_OR_RETURN(
        Rows indexes, session.Query(absl::StrCat(kInvalidIndexes, kOfTable, " AND c.relname = ?"),
                                    {table, Value(statement.object->name)}));
    return Drop(session, indexes);
  }
  BRANT_ASSIGN_OR_RETURN(Rows indexes,
                         session.Query(absl::StrCat(kInvalidIndexes, kOfTable), {table}));
  if (indexes.empty()) return "";
  // Where it can't be made, the statement fails too, and with an error that people
  // can read.
  BRANT_ASSIGN_OR_RETURN(const std::optional<Rows> alike,
                         FindIndexesLike(session, statement, kInvalidIndexes));
  return Drop(session, alike.value_or(Rows()));
}

absl::StatusOr<std::string> DropReindexed(Session& session, const ObjectStatement& statement) {
  absl::string_view tables = kTablesOfDatabase;
  std::vector<Value> arguments;
  if (statement.action != ObjectAction::kReindexDatabase) {
    if (!statement.object.has_value()) return "";
    if (statement.action == ObjectAction::kReindexSchema) {
      tables = kTablesOfSchema;
      arguments = {Value(statement.object->name)};
    } else {
      tables = kTablesOfRelation;
      arguments.assign(2, Value(statement.object->Quoted()));
    }
  }
  BRANT_ASSIGN_OR_RETURN(
      Rows indexes,
      session.Query(absl::StrCat(kInvalidIndexes, kOfReindex, tables, kAndToast, ")"), arguments));
  return Drop(session, indexes);
}

}  // namespace

absl::StatusOr<std::string> RemovePostgresLeftovers(Session& session, absl::string_view text) {
  const ObjectStatement statement = ParseObjectStatement(text);
  if (!statement.concurrently || session.InTransaction() || session.IsPooled()) return "";
  switch (statement.action) {
    case ObjectAction::kCreateIndex:
      return DropInvalid(session, statement);
    case ObjectAction::kReindexIndex:
    case ObjectAction::kReindexTable:
    case ObjectAction::kReindexSchema:
    case ObjectAction::kReindexDatabase:
      return DropReindexed(session, statement);
    case ObjectAction::kDropIndex:
    case ObjectAction::kDetachPartition:
    case ObjectAction::kFinalizeDetach:
    case ObjectAction::kDatabase:
    case ObjectAction::kTablespace:
    case ObjectAction::kSubscription:
    case ObjectAction::kOther:
      return "";
  }
  return "";
}

absl::StatusOr<std::string> RemainderOfStatement(Session& session, absl::string_view text) {
  const ObjectStatement statement = ParseObjectStatement(text);
  if (statement.action != ObjectAction::kDetachPartition || !statement.concurrently ||
      !statement.table.has_value() || !statement.object.has_value()) {
    return std::string(text);
  }
  const std::string table = statement.table->Quoted();
  const std::string partition = statement.object->Quoted();
  BRANT_ASSIGN_OR_RETURN(Rows pending,
                         session.Query("SELECT 1 FROM pg_catalog.pg_inherits h "
                                       "WHERE h.inhparent = pg_catalog.to_regclass(?) "
                                       "AND h.inhrelid = pg_catalog.to_regclass(?) "
                                       "AND pg_catalog.to_jsonb(h) ->> 'inhdetachpending' = 'true'",
                                       {Value(table), Value(partition)}));
  if (pending.empty()) return std::string(text);
  return absl::StrCat("ALTER TABLE ", table, " DETACH PARTITION ", partition, " FINALIZE");
}

}  // namespace brant
