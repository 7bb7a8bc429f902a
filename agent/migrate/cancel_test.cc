#include "agent/migrate/cancel.h"

#include <thread>

#include "absl/synchronization/notification.h"
#include "agent/base/error.h"
#include "agent/database/fake_session.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

absl::Status Cancelled() { return Error(v1::ERROR_REASON_CANCELLED, "cancelled"); }
absl::Status ShuttingDown() { return Error(v1::ERROR_REASON_SHUTTING_DOWN, "shutting down"); }

TEST(CancelTokenTest, TheFirstReasonCounts) {
  CancelToken token;
  EXPECT_TRUE(token.reason().ok());
  token.Cancel(Cancelled());
  token.Cancel(ShuttingDown());
  EXPECT_EQ(ReasonOf(token.reason()), v1::ERROR_REASON_CANCELLED);
}

TEST(CancelTokenTest, CancelsTheAttachedSessionEachTime) {
  CancelToken token;
  FakeSession session;
  token.Cancel(Cancelled());
  EXPECT_EQ(session.cancel_count(), 0);
  {
    CancelToken::Attachment attachment(token, session);
    token.Cancel(Cancelled());
    token.Cancel(Cancelled());
    EXPECT_EQ(session.cancel_count(), 2);
  }
  token.Cancel(Cancelled());
  EXPECT_EQ(session.cancel_count(), 2);
}

TEST(CancelTokenTest, CleanUpIsNotCancelled) {
  CancelToken token;
  FakeSession session;
  CancelToken::Attachment attachment(token, session);
  {
    CancelToken::Shield shield(token);
    token.Cancel(Cancelled());
    EXPECT_EQ(session.cancel_count(), 0);
    EXPECT_EQ(ReasonOf(token.reason()), v1::ERROR_REASON_CANCELLED);
  }
  token.Cancel(Cancelled());
  EXPECT_EQ(session.cancel_count(), 1);
}

TEST(CancelTokenTest, AShieldWaitsForACancelUnderWay) {
  CancelToken token;
  FakeSession session;
  CancelToken::Attachment attachment(token, session);
  absl::Notification cancelling, may_end;
  bool cancelled = false;
  session.on_cancel = [&] {
    cancelling.Notify();
    may_end.WaitForNotification();
    cancelled = true;
  };
  std::thread canceller([&] { token.Cancel(Cancelled()); });
  cancelling.WaitForNotification();
  std::thread releaser([&] { may_end.Notify(); });
  CancelToken::Shield shield(token);
  EXPECT_TRUE(cancelled);
  canceller.join();
  releaser.join();
}

TEST(CancelTokenTest, SleepEndsWithCancel) {
  CancelToken token;
  EXPECT_TRUE(token.SleepFor(absl::Milliseconds(1)));
  std::thread canceller([&] { token.Cancel(Cancelled()); });
  EXPECT_FALSE(token.SleepFor(absl::Hours(1)));
  canceller.join();
  EXPECT_FALSE(token.SleepFor(absl::Hours(1)));
}

}  // namespace
}  // namespace brant
