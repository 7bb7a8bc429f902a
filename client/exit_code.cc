#include "client/exit_code.h"

#include "agent/base/error.h"

namespace brant {

ExitCode ExitCodeOf(v1::ErrorReason reason) {
  switch (reason) {
    case v1::ERROR_REASON_STATEMENT_FAILED:
    case v1::ERROR_REASON_CANCELLED:
    case v1::ERROR_REASON_COMMIT_IN_DOUBT:
    case v1::ERROR_REASON_CONCURRENT_CHANGE:
    case v1::ERROR_REASON_DEADLOCK:
    case v1::ERROR_REASON_DATABASE_ERROR:
    case v1::ERROR_REASON_SYSTEM_ERROR:
    case v1::ERROR_REASON_INTERNAL:
      return kExitFailed;
    case v1::ERROR_REASON_INVALID_REQUEST:
    case v1::ERROR_REASON_INVALID_FILE:
    case v1::ERROR_REASON_INVALID_GRAPH:
    case v1::ERROR_REASON_INVALID_BUNDLE:
    case v1::ERROR_REASON_INVALID_TARGET:
    case v1::ERROR_REASON_REVISION_NOT_FOUND:
    case v1::ERROR_REASON_REVISION_AMBIGUOUS:
    case v1::ERROR_REASON_MULTIPLE_HEADS:
    case v1::ERROR_REASON_NOT_FOUND:
      return kExitUsage;
    case v1::ERROR_REASON_AGENT_UNREACHABLE:
    case v1::ERROR_REASON_SHUTTING_DOWN:
    case v1::ERROR_REASON_DATABASE_UNREACHABLE:
    case v1::ERROR_REASON_DATABASE_LOGIN_REFUSED:
    case v1::ERROR_REASON_AGENT_LOST:
      return kExitUnreachable;
    case v1::ERROR_REASON_LOCK_TIMEOUT:
    case v1::ERROR_REASON_LOCK_NOT_AVAILABLE:
      return kExitLockTimeout;
    case v1::ERROR_REASON_CLIENT_TIMEOUT:
      return kExitClientTimeout;
    case v1::ERROR_REASON_CHECK_FAILED:
      return kExitCheckFailed;
    case v1::ERROR_REASON_IRREVERSIBLE:
    case v1::ERROR_REASON_NO_SECTION:
    case v1::ERROR_REASON_UNSUPPORTED_STATEMENT:
    case v1::ERROR_REASON_CHECKSUM_MISMATCH:
    case v1::ERROR_REASON_UNKNOWN_CURRENT_REVISION:
    case v1::ERROR_REASON_STEP_INCOMPLETE:
    case v1::ERROR_REASON_STATEMENT_IN_DOUBT:
    case v1::ERROR_REASON_JOURNAL_TOO_NEW:
    case v1::ERROR_REASON_HISTORY_DIVERGED:
    case v1::ERROR_REASON_POOLED_CONNECTION:
    case v1::ERROR_REASON_DATABASE_READ_ONLY:
    case v1::ERROR_REASON_DATABASE_PERMISSION_DENIED:
    case v1::ERROR_REASON_BUNDLE_UNKNOWN:
    case v1::ERROR_REASON_LIMIT_EXCEEDED:
      return kExitRefused;
    default:
      return kExitFailed;
  }
}

ExitCode ExitCodeOf(const absl::Status& status) {
  return status.ok() ? kExitDone : ExitCodeOf(ReasonOf(status));
}

}  // namespace brant
