#include "agent/migrate/migration_lock.h"

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "agent/database/fake_session.h"
#include "agent/migrate/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class HolderObserver : public RecordingObserver {
 public:
  void OnWaiting(absl::string_view holder, const v1::Run*) override {
    holders.emplace_back(holder);
  }
  std::vector<std::string> holders;
};

class MigrationLockTest : public ::testing::Test {
 protected:
  absl::Status Acquire(absl::Duration wait) {
    return MigrationLock(database_, session_, journal_, {"own", ""}, observer_, token_)
        .Acquire(wait);
  }

  FakeDatabase database_;
  const Journal journal_{StateTables(Dialect::kPostgresql, "public", "brant_version")};

  FakeSession session_;
  HolderObserver observer_;
  CancelToken token_;
};

TEST_F(MigrationLockTest, AFreeLockIsHadAtOnce) {
  EXPECT_TRUE(Acquire(absl::ZeroDuration()).ok());
  EXPECT_EQ(session_.try_lock_count(), 1);
  EXPECT_TRUE(observer_.holders.empty());
}

TEST_F(MigrationLockTest, WithoutWaitingItIsTriedOnce) {
  session_.on_try_lock = [](int) { return false; };
  session_.on_lock_holder = [] { return LockOwner{"7", "pid 7 (brant)"}; };
  absl::Status status = Acquire(absl::ZeroDuration());
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_LOCK_TIMEOUT);
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(status.message(), HasSubstr("pid 7 (brant)"));
  EXPECT_NE(ErrorDetail(status, "hint"), "");
  EXPECT_EQ(session_.try_lock_count(), 1);
  EXPECT_THAT(observer_.holders, ElementsAre("pid 7 (brant)"));
}

TEST_F(MigrationLockTest, GivesUpAfterTheTimeButNotBefore) {
  session_.on_try_lock = [](int) { return false; };
  const absl::Time start = absl::Now();
  EXPECT_EQ(ReasonOf(Acquire(absl::Milliseconds(150))), v1::ERROR_REASON_LOCK_TIMEOUT);
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(150));
}

// Pauses of 10 to 20 ms at first, each 1.5 times the one before: in 300 ms that
// is at least 5 looks and at most 9, however slow the machine is at most 9.
TEST_F(MigrationLockTest, LooksLessAndLessOften) {
  session_.on_try_lock = [](int) { return false; };
  EXPECT_FALSE(Acquire(absl::Milliseconds(300)).ok());
  EXPECT_LE(session_.try_lock_count(), 9);
  EXPECT_GE(session_.try_lock_count(), 2);
}

TEST_F(MigrationLockTest, TellsWhoHoldsItWheneverThatChanges) {
  int looks = 0;
  session_.on_try_lock = [](int count) { return count == 6; };
  session_.on_lock_holder = [&looks]() -> absl::StatusOr<std::optional<LockOwner>> {
    ++looks;
    if (looks <= 2) return std::nullopt;
    return LockOwner{"7", looks <= 4 ? "one" : "two"};
  };
  EXPECT_TRUE(Acquire(absl::InfiniteDuration()).ok());
  EXPECT_THAT(observer_.holders, ElementsAre("", "one", "two"));
}

TEST_F(MigrationLockTest, NotKnowingTheHolderIsNoError) {
  session_.on_try_lock = [](int count) { return count == 2; };
  session_.on_lock_holder = [] { return absl::InternalError("no privilege"); };
  EXPECT_TRUE(Acquire(absl::InfiniteDuration()).ok());
  EXPECT_THAT(observer_.holders, ElementsAre(""));
}

TEST_F(MigrationLockTest, ABrokenSessionEndsIt) {
  session_.on_try_lock = [](int count) -> absl::StatusOr<bool> {
    if (count == 1) return false;
    return Error(v1::ERROR_REASON_DATABASE_UNREACHABLE, "gone");
  };
  EXPECT_EQ(ReasonOf(Acquire(absl::InfiniteDuration())), v1::ERROR_REASON_DATABASE_UNREACHABLE);
}

TEST_F(MigrationLockTest, CancelEndsTheWait) {
  absl::Notification waiting;
  session_.on_try_lock = [&waiting](int count) {
    if (count == 1) waiting.Notify();
    return false;
  };
  std::thread canceller([&] {
    waiting.WaitForNotification();
    token_.Cancel(Error(v1::ERROR_REASON_CANCELLED, "stop"));
  });
  EXPECT_EQ(ReasonOf(Acquire(absl::InfiniteDuration())), v1::ERROR_REASON_CANCELLED);
  canceller.join();
}

TEST_F(MigrationLockTest, WhoIsCancelledDoesNotEvenTry) {
  token_.Cancel(Error(v1::ERROR_REASON_SHUTTING_DOWN, "stop"));
  EXPECT_EQ(ReasonOf(Acquire(absl::InfiniteDuration())), v1::ERROR_REASON_SHUTTING_DOWN);
  EXPECT_EQ(session_.try_lock_count(), 0);
}

}  // namespace
}  // namespace brant
