#include "agent/schema/scratch.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/base/text_location.h"
#include "agent/database/statement.h"

namespace brant {
namespace {

constexpr absl::string_view kRefusedHint =
    "a desired schema is evaluated in scratch space; leave this statement out";

// Where the byte `offset` of a script is.
void At(Error& error, const SchemaDriver::Script& script, size_t offset) {
  const TextLocation place = LocateOffset(script.text, offset);
  error.At(script.file, place.line, place.column);
}

// The offset that an error of the splitter or a session carries; 0: none.
size_t PositionOf(const absl::Status& status) {
  size_t position = 0;
  const bool known = absl::SimpleAtoi(ErrorDetail(status, "position"), &position);
  return known ? position : 0;
}

// A session's own errors, such as a lost connection, are not the script's.
bool IsStatements(const absl::Status& status) {
  switch (ReasonOf(status)) {
    case v1::ERROR_REASON_DATABASE_UNREACHABLE:
    case v1::ERROR_REASON_CANCELLED:
    case v1::ERROR_REASON_LOCK_NOT_AVAILABLE:
    case v1::ERROR_REASON_DEADLOCK:
      return false;
    default:
      return true;
  }
}

std::string ReasonToRefuse(const Statement& statement,
                           const std::function<std::string(absl::string_view)>& refuse) {
  if (statement.kind == StatementKind::kTransactionControl) {
    return "it would end the scratch space's transaction";
  }
  return refuse(statement.text);
}

absl::Status Failed(const absl::Status& status, const SchemaDriver::Script& script,
                    const Statement& statement) {
  if (!IsStatements(status)) return status;
  const bool is_denied = ReasonOf(status) == v1::ERROR_REASON_DATABASE_PERMISSION_DENIED;
  Error error(
      is_denied ? v1::ERROR_REASON_DATABASE_PERMISSION_DENIED : v1::ERROR_REASON_STATEMENT_FAILED,
      absl::StrCat("the desired schema can't be evaluated: ", status.message()));
  At(error, script, statement.offset + PositionOf(status));
  error.Statement(statement.text)
      .Database(ErrorDetail(status, "database_code"), ErrorDetail(status, "database_message"))
      .Hint(
          "the SQL must make the whole schema from nothing; files run in the order of their names");
  return error;
}

}  // namespace

absl::StatusOr<std::vector<ScratchStatement>> ReadScripts(
    Dialect dialect, const std::vector<SchemaDriver::Script>& scripts,
    const std::function<std::string(absl::string_view)>& refuse) {
  std::vector<ScratchStatement> all;
  for (const SchemaDriver::Script& script : scripts) {
    const auto statements = SplitStatements(dialect, script.text);
    if (!statements.ok()) {
      Error error(ReasonOf(statements.status()), statements.status().message());
      At(error, script, PositionOf(statements.status()));
      error.Hint(kRefusedHint);
      return error;
    }
    for (const Statement& statement : *statements) {
      if (const std::string reason = ReasonToRefuse(statement, refuse); !reason.empty()) {
        Error error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT,
                    absl::StrCat("this statement can't be part of a desired schema: ", reason));
        At(error, script, statement.offset);
        error.Statement(statement.text).Hint(kRefusedHint);
        return error;
      }
      all.push_back({&script, statement});
    }
  }
  return all;
}

absl::Status ExecuteStatements(Session& session, absl::Span<const ScratchStatement> statements,
                               const CancelToken& cancel) {
  for (const auto& [script, statement] : statements) {
    BRANT_RETURN_IF_ERROR(cancel.reason());
    const auto execution = session.Execute(statement.text);
    if (!execution.ok()) return Failed(execution.status(), *script, statement);
  }
  return absl::OkStatus();
}

}  // namespace brant
