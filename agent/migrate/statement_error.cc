#include "agent/migrate/statement_error.h"

#include <algorithm>
#include <string>

#include "absl/strings/numbers.h"
#include "agent/base/error.h"
#include "agent/base/text_location.h"

namespace brant {

absl::Status StatementError(const absl::Status& error, const Step& step,
                            const Statement& statement) {
  size_t position = 0;
  if (!absl::SimpleAtoi(ErrorDetail(error, "position"), &position)) position = 0;
  position = std::min(position, statement.text.size());
  const TextLocation place =
      LocateOffset(step.revision->Body(*step.section), statement.offset + position);

  const v1::ErrorReason reason = ReasonOf(error);
  const bool fault_of_statement = reason == v1::ERROR_REASON_DATABASE_ERROR ||
                                  reason == v1::ERROR_REASON_DATABASE_PERMISSION_DENIED ||
                                  reason == v1::ERROR_REASON_INTERNAL;
  const std::string code = ErrorDetail(error, "database_code");
  std::string message = ErrorDetail(error, "database_message");
  if (message.empty()) message = std::string(error.message());
  const std::string hint = ErrorDetail(error, "hint");

  Error result(fault_of_statement ? v1::ERROR_REASON_STATEMENT_FAILED : reason,
               fault_of_statement ? message : error.message());
  result.Revision(step.revision->id)
      .At(step.revision->file, step.section->line + place.line - 1, place.column)
      .Statement(statement.text);
  if (!code.empty()) result.Database(code, message);
  if (!hint.empty()) result.Hint(hint);
  return result;
}

}  // namespace brant
