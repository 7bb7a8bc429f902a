#include "agent/migrate/statement_error.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
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

bool IsStopped(const absl::Status& error) {
  const v1::ErrorReason reason = ReasonOf(error);
  return reason == v1::ERROR_REASON_CANCELLED || reason == v1::ERROR_REASON_SHUTTING_DOWN;
}

absl::Status AtStep(absl::Status error, const Step& step) {
  if (error.ok() || !ErrorDetail(error, "revision").empty()) return error;
  error = WithDetail(std::move(error), "revision", step.revision->id);
  return IsStopped(error) ? error : WithDetail(std::move(error), "file", step.revision->file);
}

absl::Status WithEffect(absl::Status error, absl::string_view effect) {
  const std::string hint = ErrorDetail(error, "hint");
  return WithDetail(std::move(error), "hint",
                    hint.empty() ? std::string(effect) : absl::StrCat(hint, "; ", effect));
}

std::string HowToMend(const absl::Status& error, Direction direction) {
  const v1::ErrorReason reason = ReasonOf(error);
  if (reason != v1::ERROR_REASON_STATEMENT_FAILED && reason != v1::ERROR_REASON_DATABASE_ERROR) {
    return "";
  }
  return absl::StrCat("; mend the statement or the data, and run 'brant ", DirectionName(direction),
                      "' again");
}

std::string HowToSettle(absl::string_view revision) {
  return absl::StrCat("look at the database, then say which: 'brant repair ", revision,
                      " --took-effect' or 'brant repair ", revision, " --no-effect'");
}

}  // namespace brant
