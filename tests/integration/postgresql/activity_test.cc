// What one session sees of another, and how it ends it.

#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/integration/postgresql/postgresql_test.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class ActivityTest : public PostgresqlTest {
 protected:
  void SetUp() override {
    PostgresqlTest::SetUp();
    Execute("CREATE TABLE t (a int)");
    SessionOptions options;
    options.name = "the holder";
    holder_ = Connect(options);
    ASSERT_TRUE(holder_->Begin().ok());
    Execute(*holder_, "INSERT INTO t VALUES (1)");
  }

  std::unique_ptr<Session> holder_;
};

TEST_F(ActivityTest, WhoIsInTheWayIsNamed) {
  auto waiter = Connect();
  std::thread runner([&] { Execute(*waiter, "ALTER TABLE t ADD COLUMN b int"); });
  Activity activity = ObserveBlocked(waiter->ServerId());
  EXPECT_EQ(activity.phase, "");
  EXPECT_FALSE(activity.share.has_value());
  ASSERT_THAT(activity.blockers, SizeIs(1));
  const Blocker& blocker = activity.blockers[0];
  EXPECT_EQ(blocker.server_id, holder_->ServerId());
  EXPECT_THAT(blocker.session, StartsWith("the holder user "));
  EXPECT_THAT(blocker.session, HasSubstr("from 127.0.0.1"));
  EXPECT_EQ(blocker.statement, "INSERT INTO t VALUES (1)");
  EXPECT_GT(blocker.age, absl::ZeroDuration());
  EXPECT_LT(blocker.age, absl::Hours(1));
  EXPECT_TRUE(holder_->Commit().ok());
  runner.join();
}

TEST_F(ActivityTest, AnIndexThatIsBuiltConcurrentlyTellsWhomItWaitsFor) {
  auto builder = Connect();
  std::thread runner([&] { Execute(*builder, "CREATE INDEX CONCURRENTLY i ON t (a)"); });
  Activity activity = ObserveBlocked(builder->ServerId());
  EXPECT_EQ(activity.phase, "waiting for writers before build");
  EXPECT_EQ(activity.share, 0.0);
  ASSERT_THAT(activity.blockers, SizeIs(1));
  EXPECT_EQ(activity.blockers[0].server_id, holder_->ServerId());
  EXPECT_TRUE(holder_->Commit().ok());
  runner.join();
}

TEST_F(ActivityTest, APreparedTransactionIsNamed) {
  Execute(*holder_, absl::StrCat("PREPARE TRANSACTION '", test_database_->parsed().database, "'"));
  auto waiter = Connect();
  std::thread runner([&] { Execute(*waiter, "ALTER TABLE t ADD COLUMN b int"); });
  Activity activity = ObserveBlocked(waiter->ServerId());
  ASSERT_THAT(activity.blockers, SizeIs(1));
  EXPECT_EQ(activity.blockers[0].session, "a prepared transaction");
  Execute(absl::StrCat("ROLLBACK PREPARED '", test_database_->parsed().database, "'"));
  runner.join();
}

TEST_F(ActivityTest, ProgressHasAShare) {
  EXPECT_TRUE(holder_->Commit().ok());
  Execute("INSERT INTO t SELECT generate_series(1, 200000)");
  auto builder = Connect();
  bool seen = false;
  // The function holds up the build: as long as it is watched.
  Execute(
      "CREATE FUNCTION slow(a int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS "
      "$$ BEGIN PERFORM pg_advisory_lock_shared(7), pg_advisory_unlock_shared(7); RETURN a; "
      "END $$");
  ASSERT_EQ(One("SELECT pg_advisory_lock(7)"), "");
  std::thread runner([&] { Execute(*builder, "CREATE INDEX i ON t (slow(a))"); });
  Activity activity = ObserveBlocked(builder->ServerId());
  EXPECT_EQ(activity.phase, "building index: scanning table");
  EXPECT_FALSE(activity.share.has_value()) << *activity.share;
  EXPECT_EQ(One("SELECT pg_advisory_unlock(7)"), "t");
  while (!seen) {
    auto observed = session_->Observe(builder->ServerId());
    ASSERT_TRUE(observed.ok()) << observed.status();
    if (observed->phase.empty()) break;
    seen = observed->share > 0.0 && observed->share < 1.0;
  }
  EXPECT_TRUE(seen);
  runner.join();
}

TEST_F(ActivityTest, OfNobodyThereIsNothing) {
  for (absl::string_view id : {"", "x", "999999999", "-1", "99999999999999999999"}) {
    auto activity = session_->Observe(id);
    ASSERT_TRUE(activity.ok()) << activity.status();
    EXPECT_TRUE(activity->blockers.empty());
    EXPECT_EQ(activity->phase, "");
    auto ended = session_->Terminate(id);
    ASSERT_TRUE(ended.ok()) << ended.status();
    EXPECT_FALSE(*ended) << id;
  }
}

TEST_F(ActivityTest, TerminateEndsASessionOfTheSameDatabase) {
  auto elsewhere = TestDatabase::Create(Dialect::kPostgresql);
  ASSERT_TRUE(elsewhere.ok());
  auto other = Open((*elsewhere)->parsed());
  auto stranger = Connect(*other);
  EXPECT_FALSE(*session_->Terminate(stranger->ServerId()));
  EXPECT_EQ(One(*stranger, "SELECT 1"), "1");

  ASSERT_TRUE(*holder_->TryLock("l"));
  EXPECT_FALSE(*session_->TryLock("l"));
  EXPECT_TRUE(*session_->Terminate(holder_->ServerId()));
  while (!*session_->TryLock("l")) {
  }
  EXPECT_EQ(ReasonOf(holder_->Commit()), v1::ERROR_REASON_COMMIT_IN_DOUBT);
  EXPECT_EQ(One("SELECT count(*) FROM t"), "0");
}

}  // namespace
}  // namespace brant
