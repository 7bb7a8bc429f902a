#include "client/exit_code.h"

#include "agent/base/error.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

TEST(ExitCodeTest, FollowsFromTheReason) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCodeOf(Error(v1::ERROR_REASON_STATEMENT_FAILED, "")), 1);
  EXPECT_EQ(ExitCodeOf(Error(v1::ERROR_REASON_CANCELLED, "")), 1);
  EXPECT_EQ(ExitCodeOf(Error(v1::ERROR_REASON_INVALID_FILE, "")), 2);
  EXPECT_EQ(ExitCodeOf(Error(v1::ERROR_REASON_MULTIPLE_HEADS, "")), 2);
  EXPECT_EQ(ExitCodeOf(Error(v1::ERROR_REASON_AGENT_UNREACHABLE, "")), 3);
  EXPECT_EQ(ExitCodeOf(Error(v1::ERROR_REASON_DATABASE_LOGIN_REFUSED, "")), 3);
  EXPECT_EQ(ExitCodeOf(Error(v1::ERROR_REASON_LOCK_TIMEOUT, "")), 4);
  EXPECT_EQ(ExitCodeOf(Error(v1::ERROR_REASON_LOCK_NOT_AVAILABLE, "")), 4);
  EXPECT_EQ(ExitCodeOf(Error(v1::ERROR_REASON_CHECK_FAILED, "")), 5);
  EXPECT_EQ(ExitCodeOf(Error(v1::ERROR_REASON_IRREVERSIBLE, "")), 6);
  EXPECT_EQ(ExitCodeOf(Error(v1::ERROR_REASON_CHECKSUM_MISMATCH, "")), 6);
  EXPECT_EQ(ExitCodeOf(Error(v1::ERROR_REASON_CLIENT_TIMEOUT, "")), 7);
}

TEST(ExitCodeTest, ErrorsWithoutReasonAreFailures) {
  EXPECT_EQ(ExitCodeOf(absl::UnknownError("?")), 1);
}

// Whoever adds a reason must decide on its exit code: the default is 1, which
// only these reasons are meant to have.
TEST(ExitCodeTest, EveryReasonWasDecided) {
  for (int value = v1::ErrorReason_MIN; value <= v1::ErrorReason_MAX; ++value) {
    if (!v1::ErrorReason_IsValid(value) || value == 0) continue;
    const auto reason = static_cast<v1::ErrorReason>(value);
    if (ExitCodeOf(reason) != kExitFailed) continue;
    switch (reason) {
      case v1::ERROR_REASON_STATEMENT_FAILED:
      case v1::ERROR_REASON_CANCELLED:
      case v1::ERROR_REASON_COMMIT_IN_DOUBT:
      case v1::ERROR_REASON_CONCURRENT_CHANGE:
      case v1::ERROR_REASON_DEADLOCK:
      case v1::ERROR_REASON_DATABASE_ERROR:
      case v1::ERROR_REASON_SYSTEM_ERROR:
      case v1::ERROR_REASON_INTERNAL:
        break;
      default:
        ADD_FAILURE() << v1::ErrorReason_Name(reason);
    }
  }
}

}  // namespace
}  // namespace brant
