#include "agent/schema/scratch_run.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/migrate/statement_error.h"
#include "agent/schema/beyond_scratch.h"

namespace brant {
namespace {

absl::Status Refused(const Step& step, const Statement& statement, absl::string_view reason) {
  Error error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT,
              absl::StrCat("this statement can't be tried in scratch space: ", reason));
  error.Revision(step.revision->id)
      .At(step.revision->file, LineOf(step, statement))
      .Statement(statement.text);
  return error;
}

// All databases of a MySQL server, in lower case.
absl::StatusOr<std::set<std::string>> ListDatabases(Database& server) {
  std::set<std::string> names;
  if (server.dialect() != Dialect::kMysql) return names;
  BRANT_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session, server.Connect({}));
  BRANT_ASSIGN_OR_RETURN(const Rows rows,
                         session->Query("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA "
                                        "WHERE SCHEMA_NAME <> 'information_schema'"));
  for (const auto& row : rows) names.insert(absl::AsciiStrToLower(row[0].value_or("")));
  return names;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ScratchRun>> ScratchRun::Begin(Database& server,
                                                              CancelToken& cancel) {
  BRANT_ASSIGN_OR_RETURN(std::set<std::string> others, ListDatabases(server));
  std::unique_ptr<ScratchRun> run(new ScratchRun(std::move(others), cancel));
  BRANT_ASSIGN_OR_RETURN(run->scratch_, ScratchDatabase::Create(server));
  SessionOptions options;
  options.name = "brant scratch";
  BRANT_ASSIGN_OR_RETURN(run->session_, run->database().Connect(options));
  run->attachment_ = std::make_unique<CancelToken::Attachment>(cancel, *run->session_);
  return run;
}

// The session ends before its database, and nobody cancels it then.
ScratchRun::~ScratchRun() {
  attachment_.reset();
  session_.reset();
}

absl::Status ScratchRun::Execute(const Bundle& bundle, RevisionIndex revision,
                                 Direction direction) {
  Move move;
  move.revision = revision;
  move.direction = direction;
  BRANT_ASSIGN_OR_RETURN(const Step step, MakeStep(bundle, database().dialect(), std::move(move),
                                                   v1::TRANSACTION_MODE_PER_STEP));
  absl::Status status = ExecuteSection(step);
  if (status.ok()) return Explained(session_->Reset());
  status = Explained(AtStep(std::move(status), step));
  if (IsStopped(status)) return status;
  return WithEffect(
      std::move(status),
      absl::StrCat("it was the ", DirectionName(direction), " of revision ", step.revision->id,
                   " in scratch space of ", DialectName(database().dialect()),
                   ", and the database itself is as it was"));
}

absl::StatusOr<Catalog> ScratchRun::Introspect(const Selection& selection) {
  absl::StatusOr<Catalog> catalog =
      DriverFor(database().dialect()).Introspect(*session_, selection);
  if (!catalog.ok()) return Explained(catalog.status());
  return catalog;
}

absl::StatusOr<std::vector<std::string>> ScratchRun::ListSchemas() {
  const absl::StatusOr<Rows> rows = session_->Query(
      "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' "
      "AND nspname <> 'information_schema' ORDER BY 1");
  if (!rows.ok()) return Explained(rows.status());
  std::vector<std::string> schemas;
  for (const auto& row : *rows) schemas.push_back(row[0].value_or(""));
  return schemas;
}

absl::Status ScratchRun::ExecuteSection(const Step& step) {
  const size_t settings = step.transactional ? CountLeadingSettings(step) : 0;
  for (size_t i = 0; i < step.statements.size(); ++i) {
    if (i == settings && step.transactional) BRANT_RETURN_IF_ERROR(session_->Begin());
    BRANT_RETURN_IF_ERROR(ExecuteStatement(step, step.statements[i]));
  }
  // What the section itself left open is committed by a run, too.
  return session_->InTransaction() ? session_->Commit() : absl::OkStatus();
}

absl::Status ScratchRun::ExecuteStatement(const Step& step, const Statement& statement) {
  BRANT_RETURN_IF_ERROR(cancel_.reason());
  const std::string reason =
      ReachesBeyondScratch(database().dialect(), statement.text, other_databases_);
  if (!reason.empty()) {
    return Refused(step, statement, reason);
  }
  const absl::Status status = session_->Execute(statement.text).status();
  return status.ok() ? status : StatementError(status, step, statement);
}

absl::Status ScratchRun::Explained(absl::Status status) const {
  if (status.ok()) return status;
  const absl::Status reason = cancel_.reason();
  return reason.ok() ? status : reason;
}

}  // namespace brant
