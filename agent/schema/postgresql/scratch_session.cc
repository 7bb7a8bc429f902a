#include "agent/schema/postgresql/scratch_session.h"

#include "agent/base/error.h"
#include "agent/database/postgresql/statement_reader.h"
#include "agent/database/statement_kind.h"
#include "agent/schema/postgresql/identifier.h"

namespace brant {
namespace {

constexpr absl::string_view kSavepoint = "SAVEPOINT brant_statement";
constexpr absl::string_view kRollback = "ROLLBACK TO SAVEPOINT brant_statement";
constexpr absl::string_view kRelease = "RELEASE SAVEPOINT brant_statement";

// A function, operator, type, collation or the like is missing.
bool LacksSomething(const absl::Status& status) {
  const std::string code = ErrorDetail(status, "database_code");
  return code == "42883" || code == "42704";
}

// It may use what is found elsewhere, and does not change it.
bool OnlyUses(absl::string_view statement) {
  StatementReader reader(statement);
  if (reader.Skip("alter")) return reader.Is("table");
  return !reader.IsAny({"drop", "comment", "grant", "revoke", "security"});
}

}  // namespace

absl::StatusOr<Execution> PostgresqlScratchSession::ExecuteOnce(absl::string_view statement) {
  const bool is_session =
      ClassifyStatement(Dialect::kPostgresql, statement) == StatementKind::kSession;
  if (!is_session || !session_.IsPooled()) return session_.Execute(statement);
  // The rollback undoes it before the pooler gives the session to somebody else.
  BRANT_RETURN_IF_ERROR(session_.Query(statement, {}).status());
  return Execution();
}

absl::StatusOr<Execution> PostgresqlScratchSession::ExecuteWithElsewhere(
    absl::string_view statement) {
  BRANT_ASSIGN_OR_RETURN(Rows rows,
                         session_.Query("SELECT pg_catalog.current_setting('search_path')", {}));
  const std::string path = rows[0][0].value_or("");
  std::string longer = path.empty() ? "pg_catalog" : path;
  for (const std::string& schema : elsewhere_) longer += ", " + QuotePostgresql(schema);
  constexpr absl::string_view kSet = "SELECT pg_catalog.set_config('search_path', ?, true)";
  BRANT_RETURN_IF_ERROR(session_.Query(kSet, {Value(longer)}).status());
  BRANT_ASSIGN_OR_RETURN(Execution execution, ExecuteOnce(statement));
  BRANT_RETURN_IF_ERROR(session_.Query(kSet, {Value(path)}).status());
  return execution;
}

absl::StatusOr<Execution> PostgresqlScratchSession::Execute(absl::string_view statement) {
  if (elsewhere_.empty()) return ExecuteOnce(statement);
  BRANT_RETURN_IF_ERROR(session_.Query(kSavepoint, {}).status());
  absl::StatusOr<Execution> execution = ExecuteOnce(statement);
  if (!execution.ok() && LacksSomething(execution.status()) && OnlyUses(statement)) {
    BRANT_RETURN_IF_ERROR(session_.Query(kRollback, {}).status());
    const absl::StatusOr<Execution> again = ExecuteWithElsewhere(statement);
    // The first error is the one that speaks of the scripts.
    if (again.ok()) execution = again;
  }
  if (execution.ok()) BRANT_RETURN_IF_ERROR(session_.Query(kRelease, {}).status());
  return execution;
}

}  // namespace brant
