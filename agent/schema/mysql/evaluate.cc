#include "agent/schema/mysql/evaluate.h"

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/types/span.h"
#include "agent/base/error.h"
#include "agent/schema/mysql/evaluation_plan.h"
#include "agent/schema/mysql/introspect.h"
#include "agent/schema/mysql/refusal.h"
#include "agent/schema/mysql/run_plan.h"
#include "agent/schema/scratch.h"
#include "agent/schema/scratch_database.h"

namespace brant::mysql {
namespace {

constexpr absl::string_view kPermissionHint =
    "a desired schema is evaluated in a database that is made for it: GRANT ALL ON "
    "`brant\\_scratch\\_%`.* to this user, or compare from another server's URL";

// All that the user can see, in lower case.
absl::StatusOr<std::set<std::string>> Databases(Session& session) {
  BRANT_ASSIGN_OR_RETURN(Rows rows,
                         session.Query("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA"));
  std::set<std::string> names;
  for (const auto& row : rows) names.insert(absl::AsciiStrToLower(row[0].value_or("")));
  return names;
}

// Nothing: only `statements` as they are written show what they make.
absl::StatusOr<std::optional<Catalog>> EvaluateIn(Session& session,
                                                  absl::Span<const ScratchStatement> statements,
                                                  const Selection& selection, CancelToken& cancel,
                                                  bool with_temporary_tables) {
  const CancelToken::Attachment attachment(cancel, session);
  if (with_temporary_tables) {
    const std::optional<EvaluationPlan> plan = PlanEvaluation(statements);
    if (plan.has_value()) return RunPlan(session, *plan, selection, cancel);
  }
  BRANT_RETURN_IF_ERROR(ExecuteStatements(session, statements, cancel));
  // What the scripts have set must not change how the catalogue reads.
  BRANT_RETURN_IF_ERROR(session.Reset());
  return IntrospectDatabase(session, selection);
}

absl::StatusOr<std::optional<Catalog>> EvaluateInNew(
    Database& database, const std::vector<SchemaDriver::Script>& scripts,
    const Selection& selection, CancelToken& cancel, bool with_temporary_tables) {
  const auto scratch = ScratchDatabase::Create(database);
  if (ReasonOf(scratch.status()) == v1::ERROR_REASON_DATABASE_PERMISSION_DENIED) {
    return WithDetail(scratch.status(), "hint", kPermissionHint);
  }
  BRANT_RETURN_IF_ERROR(scratch.status());
  SessionOptions options;
  options.name = "brant schema";
  BRANT_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                         (*scratch)->database().Connect(options));
  BRANT_ASSIGN_OR_RETURN(const std::set<std::string> databases, Databases(*session));
  BRANT_ASSIGN_OR_RETURN(const std::vector<ScratchStatement> statements,
                         ReadScripts(Dialect::kMysql, scripts, [&databases](absl::string_view sql) {
                           return ReasonToRefuse(sql, databases);
                         }));
  return EvaluateIn(*session, statements, selection, cancel, with_temporary_tables);
}

}  // namespace

absl::StatusOr<Catalog> EvaluateInScratch(Database& database,
                                          const std::vector<SchemaDriver::Script>& scripts,
                                          const Selection& selection, CancelToken& cancel) {
  BRANT_ASSIGN_OR_RETURN(std::optional<Catalog> quickly,
                         EvaluateInNew(database, scripts, selection, cancel, true));
  if (quickly.has_value()) return *std::move(quickly);
  BRANT_ASSIGN_OR_RETURN(std::optional<Catalog> catalog,
                         EvaluateInNew(database, scripts, selection, cancel, false));
  return *std::move(catalog);
}

}  // namespace brant::mysql
