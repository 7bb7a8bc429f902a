// The advisory lock, cancelling, waiting for locks of the database.

#include <atomic>
#include <thread>

#include "absl/synchronization/notification.h"
#include "tests/integration/database/database_test.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class CoordinationTest : public DatabaseTest {
 protected:
  static bool TryLock(Session& session, absl::string_view name) {
    auto held = session.TryLock(name);
    EXPECT_TRUE(held.ok()) << held.status();
    return held.ok() && *held;
  }
  static std::string Holder(Session& session, absl::string_view name) {
    auto holder = session.LockHolder(name);
    EXPECT_TRUE(holder.ok()) << holder.status();
    if (!holder.ok()) return "error";
    return holder->has_value() ? (*holder)->description : "";
  }

  // Runs as long as nobody stops it.
  absl::string_view Endless() const {
    switch (GetParam()) {
      case Dialect::kPostgresql:
        return "SELECT pg_sleep(600)";
      case Dialect::kSqlite:
        return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
               "SELECT count(*) FROM n";
      case Dialect::kMysql:
        // MySQL's SELECT SLEEP(600) ends well where it is stopped.
        return "SELECT 1 FROM DUAL WHERE SLEEP(600) = 0";
    }
    return "";
  }

  // Runs `statement`, while another thread cancels until it is over.
  static absl::Status RunAndCancel(Session& session, absl::string_view statement) {
    absl::Notification done;
    std::thread canceller([&] {
      while (!done.WaitForNotificationWithTimeout(absl::Milliseconds(20))) session.Cancel();
    });
    absl::Status status = session.Execute(statement).status();
    done.Notify();
    canceller.join();
    return status;
  }
};

TEST_P(CoordinationTest, TheLockExcludes) {
  auto other = Connect();
  EXPECT_TRUE(TryLock(*session_, "it's a lock"));
  EXPECT_TRUE(TryLock(*session_, "it's a lock"));
  EXPECT_FALSE(TryLock(*other, "it's a lock"));
  ASSERT_TRUE(other->ReleaseLock("it's a lock").ok());
  EXPECT_FALSE(TryLock(*other, "it's a lock"));
  // However often it was taken.
  ASSERT_TRUE(session_->ReleaseLock("it's a lock").ok());
  EXPECT_TRUE(TryLock(*other, "it's a lock"));
  EXPECT_FALSE(TryLock(*session_, "it's a lock"));
}

TEST_P(CoordinationTest, TheLockHasAName) {
  const std::string name(500, 'n');
  auto other = Connect();
  EXPECT_TRUE(TryLock(*session_, name));
  EXPECT_FALSE(TryLock(*other, name));
  // SQLite has one lock for all names: only one can write anyhow.
  EXPECT_EQ(TryLock(*other, name + "2"), !IsSqlite());
  ASSERT_TRUE(session_->ReleaseLock("never taken").ok());
  EXPECT_FALSE(TryLock(*other, name));
}

TEST_P(CoordinationTest, TheLockEndsWithItsSession) {
  auto other = Connect();
  EXPECT_TRUE(TryLock(*other, "l"));
  EXPECT_FALSE(TryLock(*session_, "l"));
  other = nullptr;
  // The server may need a moment to see that it is gone.
  bool held = false;
  for (int i = 0; i < 5000 && !held; ++i) held = TryLock(*session_, "l");
  EXPECT_TRUE(held);
}

TEST_P(CoordinationTest, TheLockOutlastsTransactionsAndReset) {
  auto other = Connect();
  EXPECT_TRUE(TryLock(*session_, "l"));
  ASSERT_TRUE(session_->Begin().ok());
  ASSERT_TRUE(session_->Rollback().ok());
  EXPECT_FALSE(TryLock(*other, "l"));
  EXPECT_FALSE(session_->Execute("nonsense").ok());
  ASSERT_TRUE(session_->Reset().ok());
  EXPECT_FALSE(TryLock(*other, "l"));
  EXPECT_TRUE(TryLock(*session_, "l"));
  ASSERT_TRUE(session_->ReleaseLock("l").ok());
  EXPECT_TRUE(TryLock(*other, "l"));
}

TEST_P(CoordinationTest, TheHolderIsNamed) {
  SessionOptions options;
  options.name = "brantd-42";
  auto holder = Connect(options);
  EXPECT_EQ(Holder(*session_, "l"), "");
  EXPECT_TRUE(TryLock(*holder, "l"));
  std::string text = Holder(*session_, "l");
  const std::string id = holder->ServerId();
  EXPECT_THAT(text, HasSubstr(id));
  // MySQL's process list has no name of a session.
  if (!IsMysql()) {
    EXPECT_THAT(text, HasSubstr("brantd-42"));
  }
  ASSERT_TRUE(holder->ReleaseLock("l").ok());
  EXPECT_EQ(Holder(*session_, "l"), "");
}

TEST_P(CoordinationTest, OneOfManyGetsTheLock) {
  std::vector<std::unique_ptr<Session>> sessions;
  for (int i = 0; i < 8; ++i) sessions.push_back(Connect());
  std::atomic<int> held = 0;
  std::vector<std::thread> threads;
  for (auto& session : sessions) {
    threads.emplace_back([&held, &session] {
      if (TryLock(*session, "l")) ++held;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(held, 1);
}

TEST_P(CoordinationTest, CancelStopsAStatement) {
  absl::Status status = RunAndCancel(*session_, Endless());
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_CANCELLED) << status;
  EXPECT_TRUE(session_->IsAlive());
  EXPECT_EQ(One("SELECT 1"), "1");
}

TEST_P(CoordinationTest, CancelLeavesATransactionThatCanBeRolledBack) {
  MakeTable();
  ASSERT_TRUE(session_->Begin().ok());
  Execute("INSERT INTO t VALUES (1, 'x')");
  EXPECT_EQ(ReasonOf(RunAndCancel(*session_, Endless())), v1::ERROR_REASON_CANCELLED);
  ASSERT_TRUE(session_->Rollback().ok());
  EXPECT_FALSE(session_->InTransaction());
  EXPECT_EQ(One("SELECT count(*) FROM t"), "0");
}

TEST_P(CoordinationTest, CancelOfNothingDoesNothing) {
  for (int i = 0; i < 20; ++i) {
    session_->Cancel();
    EXPECT_EQ(One("SELECT 1"), "1");
    Execute("SELECT 1");
  }
  ASSERT_TRUE(session_->Begin().ok());
  session_->Cancel();
  EXPECT_TRUE(session_->InTransaction());
  EXPECT_TRUE(session_->Commit().ok());
}

TEST_P(CoordinationTest, WaitsForLocksOnlyAsLongAsAsked) {
  MakeTable();
  Execute("INSERT INTO t VALUES (1, 'x')");
  SessionOptions options;
  // MySQL counts in whole seconds.
  options.lock_timeout = IsMysql() ? absl::Seconds(1) : absl::Milliseconds(50);
  auto waiter = Connect(options);
  ASSERT_TRUE(session_->Begin().ok());
  Execute("UPDATE t SET b = 'y'");
  for (bool reset : {false, true}) {
    if (reset) {
      ASSERT_TRUE(waiter->Reset().ok());
    }
    absl::Status status = waiter->Execute("ALTER TABLE t ADD COLUMN c INTEGER").status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_LOCK_NOT_AVAILABLE) << status;
    EXPECT_THAT(ErrorDetail(status, "database_code"), StartsWith(IsPostgresql() ? "55P03"
                                                                 : IsSqlite()   ? "5"
                                                                                : "1205"));
    EXPECT_NE(ErrorDetail(status, "hint"), "");
  }
  ASSERT_TRUE(session_->Rollback().ok());
  Execute(*waiter, "ALTER TABLE t ADD COLUMN c INTEGER");
}

TEST_P(CoordinationTest, SessionsWorkSideBySide) {
  MakeTable();
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < 8; ++i) {
    threads.emplace_back([this, i] {
      auto session = Connect();
      for (int64_t j = 0; j < 20; ++j) {
        auto inserted = session->Query("INSERT INTO t VALUES (?, ?)",
                                       {Value(i * 100 + j), Value(std::string("x"))});
        EXPECT_TRUE(inserted.ok()) << inserted.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(One("SELECT count(*) FROM t"), "160");
}

INSTANTIATE_TEST_SUITE_P(Every, CoordinationTest, EveryDatabase(), DialectOfTest);

}  // namespace
}  // namespace brant
