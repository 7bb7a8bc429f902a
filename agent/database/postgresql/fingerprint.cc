#include "agent/database/postgresql/fingerprint.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/base/sha256.h"
#include "agent/database/postgresql/index_definition.h"
#include "agent/database/postgresql/object_statement.h"
#include "agent/database/postgresql/statement_kind.h"

namespace brant {
namespace {

constexpr absl::string_view kValidIndex =
    "SELECT c.relname FROM pg_catalog.pg_index i "
    "JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
    "WHERE i.indisvalid AND i.indrelid = pg_catalog.to_regclass(?) AND c.relname = ?";

constexpr absl::string_view kValidIndexes =
    "SELECT i.indexrelid FROM pg_catalog.pg_index i WHERE i.indisvalid AND";

// The oid, for what another session may have made anew.
constexpr absl::string_view kRelation = "SELECT pg_catalog.to_regclass(?)::oid";

// One that waits for FINALIZE is still there.
constexpr absl::string_view kPartition =
    "SELECT h.inhrelid FROM pg_catalog.pg_inherits h WHERE h.inhparent = pg_catalog.to_regclass(?) "
    "AND h.inhrelid = pg_catalog.to_regclass(?)";

constexpr absl::string_view kDatabase =
    "SELECT oid, dattablespace FROM pg_catalog.pg_database WHERE datname = ?";

constexpr absl::string_view kTablespace =
    "SELECT oid FROM pg_catalog.pg_tablespace WHERE spcname = ?";

// Without the connection, which only a superuser may read.
constexpr absl::string_view kSubscription =
    "SELECT s.oid, s.subenabled, s.subslotname, s.subpublications, "
    "(SELECT pg_catalog.array_agg(r.srrelid ORDER BY r.srrelid) "
    "FROM pg_catalog.pg_subscription_rel r WHERE r.srsubid = s.oid) "
    "FROM pg_catalog.pg_subscription s WHERE s.subname = ? AND s.subdbid = (SELECT oid "
    "FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())";

// What to ask the catalogue; an empty text where it can't tell.
BoundStatement Question(const ObjectStatement& statement) {
  const auto& object = statement.object;
  const auto& table = statement.table;
  switch (statement.action) {
    case ObjectAction::kCreateIndex:
      if (!table.has_value() || !object.has_value()) break;
      return {std::string(kValidIndex), {Value(table->Quoted()), Value(object->name)}};
    case ObjectAction::kDetachPartition:
    case ObjectAction::kFinalizeDetach:
      if (!table.has_value() || !object.has_value()) break;
      return {std::string(kPartition), {Value(table->Quoted()), Value(object->Quoted())}};
    case ObjectAction::kDropIndex:
      if (!object.has_value()) break;
      return {std::string(kRelation), {Value(object->Quoted())}};
    case ObjectAction::kDatabase:
      if (!object.has_value()) break;
      return {std::string(kDatabase), {Value(object->name)}};
    case ObjectAction::kTablespace:
      if (!object.has_value()) break;
      return {std::string(kTablespace), {Value(object->name)}};
    case ObjectAction::kSubscription:
      if (!object.has_value()) break;
      return {std::string(kSubscription), {Value(object->name)}};
    case ObjectAction::kOther:
    case ObjectAction::kReindexIndex:
    case ObjectAction::kReindexTable:
    case ObjectAction::kReindexSchema:
    case ObjectAction::kReindexDatabase:
      break;
  }
  return {};
}

// What the catalogue says; nothing where it can't tell.
absl::StatusOr<std::optional<Rows>> Ask(Session& session, const ObjectStatement& statement) {
  // The server gives it a name of its own, and others may make and drop indexes
  // of the table meanwhile.
  if (statement.action == ObjectAction::kCreateIndex && !statement.object.has_value()) {
    // In a transaction it fails.
    if (session.InTransaction()) return std::nullopt;
    BRANT_ASSIGN_OR_RETURN(std::optional<Rows> alike,
                           FindIndexesLike(session, statement, kValidIndexes));
    if (alike.has_value()) std::sort(alike->begin(), alike->end());
    return alike;
  }
  const BoundStatement question = Question(statement);
  if (question.sql.empty()) return std::nullopt;
  BRANT_ASSIGN_OR_RETURN(Rows rows, session.Query(question.sql, question.args));
  return std::optional<Rows>(std::move(rows));
}

}  // namespace

absl::StatusOr<std::optional<std::string>> PostgresFingerprint(Session& session,
                                                               absl::string_view statement) {
  if (ClassifyPostgresqlStatement(statement) != StatementKind::kAutonomous) return std::nullopt;
  BRANT_ASSIGN_OR_RETURN(const std::optional<Rows> rows,
                         Ask(session, ParseObjectStatement(statement)));
  if (!rows.has_value()) return std::nullopt;
  Sha256 digest;
  for (const auto& row : *rows) {
    for (const auto& value : row) {
      // Each with its length, so that no two results read the same.
      digest.Add(value.has_value() ? absl::StrCat(value->size(), ":", *value) : "-");
    }
    digest.Add(";");
  }
  return digest.FinishHex();
}

}  // namespace brant
