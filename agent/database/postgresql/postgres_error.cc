#include "agent/database/postgresql/postgres_error.h"

#include <algorithm>
#include <exception>
#include <pqxx/except>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "agent/base/error.h"
#include "agent/base/text_location.h"

namespace brant {
namespace {

// What an SQLSTATE says beyond its message.
struct Meaning {
  absl::string_view sqlstate;  // or the beginning of it
  v1::ErrorReason reason;
  absl::string_view hint;
};

constexpr Meaning kConnecting[] = {
    {"25006", v1::ERROR_REASON_DATABASE_READ_ONLY,
     "connect to the primary server; a list of hosts with target_session_attrs=read-write finds "
     "it"},
    {"28", v1::ERROR_REASON_DATABASE_LOGIN_REFUSED,
     "check user name and password in the database URL, and the server's pg_hba.conf"},
    {"3D000", v1::ERROR_REASON_DATABASE_UNREACHABLE,
     "create the database, or correct its name in the database URL"},
    {"42501", v1::ERROR_REASON_DATABASE_PERMISSION_DENIED,
     "grant it to the user of the database URL, or connect as the owner"},
    {"53300", v1::ERROR_REASON_DATABASE_UNREACHABLE,
     "the server has no connection left: raise max_connections, or end idle ones"},
    {"57P03", v1::ERROR_REASON_DATABASE_UNREACHABLE, "the server is starting or stopping"},
};

// Codes that would mean a refused or broken connection are missing: while the
// connection lives they come from elsewhere, such as dblink or DROP DATABASE.
constexpr Meaning kRunning[] = {
    {"25001", v1::ERROR_REASON_DATABASE_ERROR,
     "write transaction:off behind the section's marker: the statement can't run in a transaction"},
    {"25006", v1::ERROR_REASON_DATABASE_READ_ONLY,
     "connect to the primary server; a list of hosts with target_session_attrs=read-write finds "
     "it"},
    {"2D000", v1::ERROR_REASON_DATABASE_ERROR,
     "write transaction:off behind the section's marker: it ends transactions itself"},
    {"40003", v1::ERROR_REASON_COMMIT_IN_DOUBT, ""},
    {"40001", v1::ERROR_REASON_DEADLOCK,
     "it was in conflict with another session's transaction; run it again"},
    {"40P01", v1::ERROR_REASON_DEADLOCK, "it deadlocked with another session; run it again"},
    {"42501", v1::ERROR_REASON_DATABASE_PERMISSION_DENIED,
     "grant it to the user of the database URL, or connect as the owner"},
    {"55P03", v1::ERROR_REASON_LOCK_NOT_AVAILABLE,
     "another session holds a lock on it; run it again when that one is done"},
};

constexpr absl::string_view kProtocolViolation = "08P01";

absl::Status ErrorOf(absl::Span<const Meaning> meanings, absl::string_view sqlstate,
                     absl::string_view message) {
  for (const Meaning& meaning : meanings) {
    if (!absl::StartsWith(sqlstate, meaning.sqlstate)) continue;
    Error error(meaning.reason, message);
    error.Database(sqlstate, message);
    if (!meaning.hint.empty()) error.Hint(meaning.hint);
    return error;
  }
  return Error(v1::ERROR_REASON_DATABASE_ERROR, message).Database(sqlstate, message);
}

std::string Field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

// "…: FATAL:  28P01: password authentication failed …\nLOCATION:  …"
constexpr absl::string_view kSeverityEnd = ":  ";

bool IsSqlstate(absl::string_view text) {
  if (text.size() != 5) return false;
  for (char c : text) {
    if (!absl::ascii_isdigit(c) && !absl::ascii_isupper(c)) return false;
  }
  return true;
}

// libpqxx gives the whole report: "ERROR:  message\nLINE 1: …".
std::string FirstMessage(absl::string_view report) {
  report = report.substr(0, report.find('\n'));
  size_t severity_end = report.find(kSeverityEnd);
  if (severity_end < 10) {
    report.remove_prefix(severity_end + kSeverityEnd.size());
  }
  return std::string(report);
}

}  // namespace

absl::Status PostgresError(absl::string_view sqlstate, absl::string_view message) {
  return ErrorOf(kRunning, sqlstate, message);
}

absl::Status ResultError(const PGresult* result, absl::string_view sql) {
  std::string message = Field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) {
    // libpq's own, such as that the server closed the connection.
    message = std::string(absl::StripAsciiWhitespace(PQresultErrorMessage(result)));
  }
  if (std::string detail = Field(result, PG_DIAG_MESSAGE_DETAIL); !detail.empty()) {
    absl::StrAppend(&message, ": ", detail);
  }
  absl::Status status = PostgresError(Field(result, PG_DIAG_SQLSTATE), message);
  if (std::string hint = Field(result, PG_DIAG_MESSAGE_HINT); !hint.empty()) {
    status = WithDetail(status, "hint", hint);
  }
  if (std::string context = Field(result, PG_DIAG_CONTEXT); !context.empty()) {
    status = WithDetail(status, "database_message", absl::StrCat(message, "\n", context));
  }
  int position = 0;
  if (absl::SimpleAtoi(Field(result, PG_DIAG_STATEMENT_POSITION), &position) && position > 0) {
    status = WithDetail(status, "position", absl::StrCat(OffsetOfCharacter(sql, position - 1)));
  }
  return status;
}

absl::Status BrokenConnection(absl::string_view message, absl::string_view sqlstate) {
  std::string text(absl::StripAsciiWhitespace(message));
  return Error(v1::ERROR_REASON_DATABASE_UNREACHABLE,
               absl::StrCat("the connection to the database broke: ", FirstMessage(text)))
      .Database(sqlstate, text);
}

absl::Status ConnectError(absl::string_view message) {
  std::string sqlstate;
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(message, '\n', absl::SkipWhitespace())) {
    if (absl::StartsWith(line, "LOCATION:")) continue;
    // Localised servers write the severity in their own language.
    size_t end = line.find(kSeverityEnd);
    if (end != absl::string_view::npos) {
      absl::string_view code = line.substr(end + kSeverityEnd.size(), 5);
      if (IsSqlstate(code)) {
        sqlstate = std::string(code);
        lines.push_back(absl::StrCat(line.substr(0, end), ": ",
                                     absl::StripLeadingAsciiWhitespace(line.substr(
                                         std::min(line.size(), end + kSeverityEnd.size() + 6)))));
        continue;
      }
    }
    lines.emplace_back(absl::StripAsciiWhitespace(line));
  }
  std::string text = lines.empty() ? "the connection failed" : absl::StrJoin(lines, "; ");
  if (!sqlstate.empty()) {
    absl::Status status = ErrorOf(kConnecting, sqlstate, text);
    if (ReasonOf(status) != v1::ERROR_REASON_DATABASE_ERROR) return status;
  }
  // Without a password there is no answer of the server's to read, and pgbouncer
  // has one code for all that it refuses.
  if (absl::StrContains(text, "no password supplied") ||
      (sqlstate == kProtocolViolation && absl::StrContains(text, "authentication failed"))) {
    return ErrorOf(kConnecting, "28P01", text);
  }
  if (sqlstate == kProtocolViolation && absl::StrContains(text, "startup parameter")) {
    return Error(v1::ERROR_REASON_DATABASE_UNREACHABLE, text)
        .Database(sqlstate, text)
        .Hint(
            "the pooler does not pass this option of the database URL on: remove it (ALTER ROLE "
            "… SET serves as well), or name it in pgbouncer's ignore_startup_parameters");
  }
  return Error(v1::ERROR_REASON_DATABASE_UNREACHABLE, text)
      .Database(sqlstate, text)
      .Hint("check host and port in the database URL, and that the server is running");
}

absl::Status CaughtError() {
  try {
    throw;
  } catch (const pqxx::statement_completion_unknown& error) {
    // Derives from transaction_rollback, and means the opposite.
    return PostgresError("40003", FirstMessage(error.what()));
  } catch (const pqxx::in_doubt_error& error) {
    return Error(v1::ERROR_REASON_COMMIT_IN_DOUBT, FirstMessage(error.what()))
        .Database("", error.what());
  } catch (const pqxx::serialization_failure& error) {
    return PostgresError("40001", FirstMessage(error.what()));
  } catch (const pqxx::deadlock_detected& error) {
    return PostgresError("40P01", FirstMessage(error.what()));
  } catch (const pqxx::transaction_rollback& error) {
    return PostgresError("40000", FirstMessage(error.what()));
  } catch (const pqxx::broken_connection& error) {
    return BrokenConnection(error.what());
  } catch (const pqxx::sql_error& error) {
    return PostgresError(error.sqlstate(), FirstMessage(error.what()));
  } catch (const std::exception& error) {
    return Error(v1::ERROR_REASON_DATABASE_ERROR, FirstMessage(error.what()))
        .Database("", error.what());
  }
}

}  // namespace brant
