#include "agent/schema/scratch_run.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/migrate/statement_error.h"

namespace brant {
namespace {

absl::Status Refused(const Step& step, const Statement& statement, absl::string_view reason) {
  Error error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT,
              absl::StrCat("this statement can't be tried in scratch space: ", reason));
  error.Revision(step.revision->id)
      .At(step.revision->file, LineOf(step, statement))
      .Statement(statement.text)
      .Hint("leave its revision out of the range");
  return error;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ScratchRun>> ScratchRun::Begin(Database& server, Refuse refuse,
                                                              CancelToken& cancel) {
  BRANT_ASSIGN_OR_RETURN(std::unique_ptr<ScratchDatabase> scratch, ScratchDatabase::Create(server));
  std::unique_ptr<ScratchRun> run(new ScratchRun(std::move(scratch), std::move(refuse), cancel));
  SessionOptions options;
  options.name = "brant verify";
  BRANT_ASSIGN_OR_RETURN(run->session_, run->database().Connect(options));
  run->attachment_ = std::make_unique<CancelToken::Attachment>(cancel, *run->session_);
  return run;
}

// The session ends before its database, and nobody cancels it then.
ScratchRun::~ScratchRun() {
  attachment_.reset();
  session_.reset();
}

absl::Status ScratchRun::Execute(const Step& step) {
  absl::Status status = ExecuteSection(step);
  if (!status.ok()) return Explained(AtStep(std::move(status), step));
  return Explained(session_->Reset());
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
  if (const std::string reason = refuse_(statement.text); !reason.empty()) {
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
