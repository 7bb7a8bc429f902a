#include "agent/database/mysql/mysql_error.h"

#include <errmsg.h>
#include <mysqld_error.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/base/error.h"

namespace brant::mysql {
namespace {

// Codes that Connector/C's headers lack: one of the two servers has them.
constexpr unsigned kAccountLocked = 4151;           // MariaDB
constexpr unsigned kAccountLockedMysql = 3118;      // MySQL
constexpr unsigned kInteractionTimeout = 4031;      // MySQL: idle for too long
constexpr unsigned kAccessDeniedNoPassword = 1698;  // ER_ACCESS_DENIED_NO_PASSWORD_ERROR
constexpr unsigned kMustChangePassword = 1820;
constexpr unsigned kMustChangePasswordLogin = 1862;
constexpr unsigned kReadOnlyTransaction = 1792;
constexpr unsigned kReadOnlyMode = 1836;
constexpr unsigned kConnectionKilled = 1927;  // MariaDB
constexpr unsigned kLockNoWait = 3572;        // MySQL: NOWAIT

// How much of the statement a syntax error shows, in bytes. Where there is more,
// MariaDB ends it with dots.
constexpr size_t kNearLimit = 80;

bool IsLoginRefused(unsigned code) {
  switch (code) {
    case ER_ACCESS_DENIED_ERROR:
    case kAccessDeniedNoPassword:
    case kAccountLocked:
    case kAccountLockedMysql:
    case kMustChangePassword:
    case kMustChangePasswordLogin:
    case ER_HOST_IS_BLOCKED:
    case ER_HOST_NOT_PRIVILEGED:
    case ER_NOT_SUPPORTED_AUTH_MODE:
    case CR_AUTH_PLUGIN_CANNOT_LOAD:
      return true;
    default:
      return false;
  }
}

bool IsPermissionDenied(unsigned code) {
  switch (code) {
    case ER_DBACCESS_DENIED_ERROR:
    case ER_ACCESS_DENIED_ERROR:  // behind the login: a file on the server
    case ER_TABLEACCESS_DENIED_ERROR:
    case ER_COLUMNACCESS_DENIED_ERROR:
    case ER_SPECIFIC_ACCESS_DENIED_ERROR:
    case ER_PROCACCESS_DENIED_ERROR:
    case ER_CANT_CREATE_USER_WITH_GRANT:
    case ER_BINLOG_CREATE_ROUTINE_NEED_SUPER:
      return true;
    default:
      return false;
  }
}

// 1290 is said of many options; only its argument, which is never translated,
// tells which it is.
bool IsReadOnly(const Failure& failure) {
  if (failure.code == kReadOnlyMode || failure.code == kReadOnlyTransaction) return true;
  return failure.code == ER_OPTION_PREVENTS_STATEMENT &&
         (absl::StrContains(failure.message, "read-only") ||
          absl::StrContains(failure.message, "read_only"));
}

// The server is there but takes nobody at the moment.
bool IsBusy(unsigned code) {
  switch (code) {
    case ER_CON_COUNT_ERROR:
    case ER_TOO_MANY_USER_CONNECTIONS:
    case ER_USER_LIMIT_REACHED:
    case ER_UNKNOWN_COM_ERROR:  // Galera: the node is not part of the cluster yet
      return true;
    default:
      return false;
  }
}

// The statement alone was undone, and its transaction goes on.
bool IsLockWait(unsigned code) { return code == ER_LOCK_WAIT_TIMEOUT || code == kLockNoWait; }

// The whole transaction was undone, or what it had read is stale: on a newer
// definition of the table, or a newer row under innodb_snapshot_isolation.
bool IsConflict(unsigned code) {
  return code == ER_LOCK_DEADLOCK || code == ER_TABLE_DEF_CHANGED || code == ER_CHECKREAD;
}

// For statements whose message alone does not say what to do.
absl::string_view AdviceFor(unsigned code) {
  switch (code) {
    case ER_NET_PACKET_TOO_LARGE:
      return "raise max_allowed_packet in the server's configuration, or split the file";
    default:
      return "";
  }
}

Error Build(v1::ErrorReason reason, absl::string_view what, const Failure& failure) {
  Error error(reason, absl::StrCat(what, failure.message));
  error.Database(failure.Code(), failure.message);
  return error;
}

}  // namespace

bool Failure::IsDisconnect() const {
  switch (code) {
    case CR_SOCKET_CREATE_ERROR:
    case CR_CONNECTION_ERROR:
    case CR_CONN_HOST_ERROR:
    case CR_IPSOCK_ERROR:
    case CR_UNKNOWN_HOST:
    case CR_SERVER_GONE_ERROR:
    case CR_SERVER_HANDSHAKE_ERR:
    case CR_SERVER_LOST:
    case CR_SERVER_LOST_EXTENDED:
    case CR_SSL_CONNECTION_ERROR:
    case CR_MALFORMED_PACKET:
    case CR_COMMANDS_OUT_OF_SYNC:
    case ER_SERVER_SHUTDOWN:
    case ER_NORMAL_SHUTDOWN:
    case ER_SHUTDOWN_COMPLETE:
    case kConnectionKilled:
    case kInteractionTimeout:
      return true;
    default:
      return false;
  }
}

bool Failure::IsInterrupt() const {
  return code == ER_QUERY_INTERRUPTED || code == ER_FILSORT_ABORT;
}

std::string Failure::Code() const { return absl::StrCat(code, " (", sql_state, ")"); }

absl::Status ToStatus(const Failure& failure, Activity activity) {
  const bool connecting = activity == Activity::kConnecting;
  if (connecting && failure.code == CR_SSL_CONNECTION_ERROR) {
    return Build(v1::ERROR_REASON_DATABASE_UNREACHABLE,
                 "no encrypted connection to the database: ", failure)
        .Hint("check that the server has TLS, and the options ssl_ca, ssl_cert and ssl_mode");
  }
  if (failure.IsDisconnect()) {
    return Build(v1::ERROR_REASON_DATABASE_UNREACHABLE,
                 connecting ? "the database can't be reached: "
                            : "the connection to the database broke: ",
                 failure)
        .Hint(connecting ? "check host, port and that the server runs and takes connections"
                         : "run the command again; what was done so far is recorded");
  }
  if (IsBusy(failure.code)) {
    return Build(v1::ERROR_REASON_DATABASE_UNREACHABLE,
                 "the database takes no connection: ", failure)
        .Hint("wait, or raise the server's limit");
  }
  if (connecting && IsLoginRefused(failure.code)) {
    return Build(v1::ERROR_REASON_DATABASE_LOGIN_REFUSED,
                 "the database refused the login: ", failure)
        .Hint(
            "check user name and password in the database URL, and from which hosts this user "
            "may log in");
  }
  if (IsReadOnly(failure)) {
    return Build(v1::ERROR_REASON_DATABASE_READ_ONLY, "the database is read-only: ", failure)
        .Hint("connect to the server that takes writes");
  }
  if (IsPermissionDenied(failure.code)) {
    return Build(v1::ERROR_REASON_DATABASE_PERMISSION_DENIED,
                 "the database's user may not do this: ", failure)
        .Hint(failure.code == ER_BINLOG_CREATE_ROUTINE_NEED_SUPER
                  ? "set log_bin_trust_function_creators=1 on the server, or use a user with SUPER"
                  : "GRANT what is missing, or use another user");
  }
  if (failure.code == ER_BAD_DB_ERROR && connecting) {
    return Build(v1::ERROR_REASON_DATABASE_UNREACHABLE, "", failure)
        .Hint("create it first: CREATE DATABASE name CHARACTER SET utf8mb4");
  }
  if (IsLockWait(failure.code)) {
    return Build(v1::ERROR_REASON_LOCK_NOT_AVAILABLE, "", failure)
        .Hint("another session holds a lock on it; run the command again when that one is done");
  }
  if (IsConflict(failure.code)) {
    return Build(v1::ERROR_REASON_DEADLOCK, "", failure)
        .Hint("it was in conflict with another session; run the command again");
  }
  Error error = Build(v1::ERROR_REASON_DATABASE_ERROR, "", failure);
  if (absl::string_view advice = AdviceFor(failure.code); !advice.empty()) error.Hint(advice);
  return error;
}

absl::Status CommitInDoubt(const Failure& failure) {
  return Build(v1::ERROR_REASON_COMMIT_IN_DOUBT,
               "the connection broke while COMMIT was under way, so it may have taken effect: ",
               failure)
      .Hint("run the command again: it looks first for what was committed");
}

absl::Status Cancelled(const Failure& failure) {
  return Build(v1::ERROR_REASON_CANCELLED, "the statement was cancelled: ", failure);
}

std::optional<size_t> ErrorPosition(const Failure& failure, absl::string_view statement) {
  if (failure.code != ER_PARSE_ERROR) return std::nullopt;
  constexpr absl::string_view kNear = " near '";
  constexpr absl::string_view kLine = "' at line ";
  const absl::string_view message = failure.message;
  const size_t near_begin = message.find(kNear);
  const size_t near_end = message.rfind(kLine);
  if (near_begin == absl::string_view::npos || near_end == absl::string_view::npos ||
      near_end < near_begin + kNear.size()) {
    return std::nullopt;
  }
  int line = 0;
  if (!absl::SimpleAtoi(message.substr(near_end + kLine.size()), &line)) return std::nullopt;
  absl::string_view near =
      message.substr(near_begin + kNear.size(), near_end - near_begin - kNear.size());

  size_t line_begin = 0;
  for (int i = 1; i < line; ++i) {
    const size_t newline = statement.find('\n', line_begin);
    if (newline == absl::string_view::npos) return std::nullopt;
    line_begin = newline + 1;
  }
  // What is shorter than the server's limit reaches to the statement's end.
  const size_t from_end = statement.size() - std::min(near.size(), statement.size());
  if (near.size() < kNearLimit && from_end >= line_begin && statement.substr(from_end) == near) {
    return from_end;
  }
  absl::ConsumeSuffix(&near, "...");
  const size_t found = statement.find(near, line_begin);
  if (near.empty() || found == absl::string_view::npos) return std::nullopt;
  return found;
}

}  // namespace brant::mysql
