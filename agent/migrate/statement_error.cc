#include "agent/migrate/statement_error.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {
namespace {

struct Advice {
  absl::string_view code;
  absl::string_view text;
};

// By SQLSTATE (PostgreSQL's manual, appendix A) or by the server's error number
// (MariaDB's error code reference).
constexpr Advice kAdvice[] = {
    {"25001", "it can't run inside a transaction: mark the section 'transaction:off'"},
    {"2D000", "it ends a transaction that Brant began: mark the section 'transaction:off'"},
    {"55P03", "another session holds a lock on the table; run again when it is gone"},
    {"40P01", "it deadlocked with another session; run again"},
    {"42501", "the database's user lacks a privilege; grant it, or use another user"},
    {"1205", "another session holds a lock on the table; run again when it is gone"},
    {"1213", "it deadlocked with another session; run again"},
    {"1142", "the database's user lacks a privilege; grant it, or use another user"},
};

absl::string_view AdviceFor(absl::string_view code) {
  for (const Advice& advice : kAdvice) {
    // MySQL's code is followed by the SQLSTATE in parentheses.
    if (code == advice.code || absl::StartsWith(code, absl::StrCat(advice.code, " "))) {
      return advice.text;
    }
  }
  return "";
}

}  // namespace

absl::Status StatementError(const absl::Status& error, const Step& step,
                            const Statement& statement) {
  const absl::string_view body = step.revision->Body(*step.section);
  size_t offset = statement.offset;
  if (size_t position = 0; absl::SimpleAtoi(ErrorDetail(error, "position"), &position)) {
    offset = std::min(statement.offset + position, body.size());
  }
  const absl::string_view before = body.substr(0, offset);
  const int line =
      step.section->line + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const size_t newline = before.rfind('\n');
  const absl::string_view in_line =
      newline == absl::string_view::npos ? before : before.substr(newline + 1);
  // Columns count characters: continuation bytes of UTF-8 don't.
  const int column = 1 + static_cast<int>(std::count_if(in_line.begin(), in_line.end(), [](char c) {
                       return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
                     }));

  const v1::ErrorReason reason = ReasonOf(error);
  const bool fault_of_statement = reason == v1::ERROR_REASON_DATABASE_ERROR ||
                                  reason == v1::ERROR_REASON_DATABASE_PERMISSION_DENIED ||
                                  reason == v1::ERROR_REASON_INTERNAL;
  std::string code = ErrorDetail(error, "database_code");
  std::string message = ErrorDetail(error, "database_message");
  if (message.empty()) message = std::string(error.message());
  std::string hint = ErrorDetail(error, "hint");
  if (hint.empty() || fault_of_statement) hint = std::string(AdviceFor(code));

  Error result(fault_of_statement ? v1::ERROR_REASON_STATEMENT_FAILED : reason,
               fault_of_statement ? message : error.message());
  result.Revision(step.revision->id)
      .At(step.revision->file, line, column)
      .Statement(statement.text);
  if (!code.empty()) result.Database(code, message);
  if (!hint.empty()) result.Hint(hint);
  return result;
}

}  // namespace brant
