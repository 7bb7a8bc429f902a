// What one session sees of another: who is in its way, how far it got.

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "agent/base/error.h"
#include "agent/database/mysql/mysql_database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/mysql/private_server.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// With an account of metadata locks (performance_schema) and without.
class ObserveTest : public ::testing::TestWithParam<bool> {
 protected:
  static PrivateServer& Server(bool accounts) {
    static PrivateServer without({"--performance-schema=OFF"});
    static PrivateServer with({"--performance-schema=ON",
                               "--performance-schema-instrument=wait/lock/metadata/sql/mdl=ON"});
    return accounts ? with : without;
  }
  ObserveTest() {
    Execute(*holder_, "CREATE OR REPLACE TABLE t (a INT PRIMARY KEY, b INT)");
    Execute(*holder_, "INSERT INTO t VALUES (1, 1)");
  }
  ~ObserveTest() override {
    if (waiter_thread_.joinable()) waiter_thread_.join();
  }

  std::unique_ptr<Session> Connect() { return database_->Connect({}).value(); }
  static void Execute(Session& session, absl::string_view statement) {
    absl::StatusOr<Execution> execution = session.Execute(statement);
    ASSERT_TRUE(execution.ok()) << statement << "\n" << DescribeError(execution.status());
  }
  // A server answers before it shows the session as idle.
  void UntilIdle(Session& session) {
    while (observer_
               ->Query("SELECT 1 FROM information_schema.PROCESSLIST WHERE COMMAND = 'Sleep' AND "
                       "INFO IS NULL AND ID = ?",
                       {session.ServerId()})
               ->empty()) {
      std::this_thread::yield();
    }
  }
  void Start(const std::string& statement) {
    waiter_thread_ = std::thread([this, statement] {
      status_ = waiter_->Execute(statement).status();
      ended_.Notify();
    });
  }
  // Until it has blockers, or has ended.
  Activity UntilBlocked() {
    while (true) {
      absl::StatusOr<Activity> activity = observer_->Observe(waiter_->ServerId());
      EXPECT_TRUE(activity.ok()) << DescribeError(activity.status());
      if (!activity.ok()) return Activity();
      if (!activity->blockers.empty()) return *activity;
      // InnoDB shows the same as before to who asks again within 100 ms.
      if (ended_.WaitForNotificationWithTimeout(absl::Milliseconds(150))) return *activity;
    }
  }

  std::unique_ptr<Database> database_ = MakeMysqlDatabase(Server(GetParam()).url()).value();
  std::unique_ptr<Session> holder_ = Connect();
  std::unique_ptr<Session> waiter_ = Connect();
  std::unique_ptr<Session> observer_ = Connect();
  std::thread waiter_thread_;
  absl::Notification ended_;
  absl::Status status_;
};

TEST_P(ObserveTest, WhoHoldsARow) {
  Execute(*holder_, "BEGIN");
  Execute(*holder_, "UPDATE t SET b = 2");
  UntilIdle(*holder_);
  Start("UPDATE t SET b = 3");
  const Activity activity = UntilBlocked();
  EXPECT_THAT(activity.blockers,
              ElementsAre(AllOf(Field(&Blocker::server_id, holder_->ServerId()),
                                Field(&Blocker::session, HasSubstr("brant@localhost")),
                                Field(&Blocker::statement, "idle in transaction"))));
  EXPECT_TRUE(observer_->Terminate(holder_->ServerId()).value());
  waiter_thread_.join();
  EXPECT_TRUE(status_.ok()) << status_;
  EXPECT_FALSE(observer_->Terminate(holder_->ServerId()).value());
}

TEST_P(ObserveTest, WhoHoldsATable) {
  std::unique_ptr<Session> elsewhere = Connect();
  Execute(*elsewhere, "CREATE OR REPLACE TABLE u (a INT)");
  Execute(*holder_, "BEGIN");
  Execute(*holder_, "SELECT * FROM t");
  UntilIdle(*holder_);
  Start("ALTER TABLE t ADD c INT");
  const Activity activity = UntilBlocked();
  EXPECT_THAT(activity.blockers,
              ElementsAre(AllOf(Field(&Blocker::server_id, holder_->ServerId()),
                                Field(&Blocker::statement, "idle in transaction"))));
  Execute(*holder_, "COMMIT");
  waiter_thread_.join();
  EXPECT_TRUE(status_.ok()) << status_;
}

TEST_P(ObserveTest, WhoReadsATable) {
  std::thread reader([this] { (void)holder_->Execute("SELECT SLEEP(600) FROM t"); });
  while (observer_->Query("SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep'")
             ->empty()) {
    std::this_thread::yield();
  }
  Start("ALTER TABLE t ADD c INT");
  const Activity activity = UntilBlocked();
  EXPECT_THAT(activity.blockers,
              ElementsAre(AllOf(Field(&Blocker::server_id, holder_->ServerId()),
                                Field(&Blocker::statement, "SELECT SLEEP(600) FROM t"))));
  EXPECT_TRUE(observer_->Terminate(holder_->ServerId()).value());
  reader.join();
}

TEST_P(ObserveTest, HowFarALongStatementGot) {
  Execute(*holder_, "CREATE OR REPLACE TABLE t (a INT PRIMARY KEY, b CHAR(200))");
  Execute(*holder_, "INSERT INTO t SELECT seq, seq FROM seq_1_to_100000");
  Start("ALTER TABLE t ADD INDEX (b), ADD c INT FIRST, ALGORITHM=COPY");
  Activity farthest;
  while (!ended_.HasBeenNotified()) {
    Activity activity = observer_->Observe(waiter_->ServerId()).value();
    EXPECT_THAT(activity.blockers, IsEmpty());
    if (activity.share.value_or(-1) > farthest.share.value_or(-1)) farthest = activity;
  }
  EXPECT_TRUE(status_.ok()) << status_;
  EXPECT_THAT(farthest.phase, HasSubstr("(stage "));
  EXPECT_GT(farthest.share.value_or(0), 0);
  EXPECT_LE(farthest.share.value_or(2), 1);
}

TEST_P(ObserveTest, NothingOfWhoIsIdleOrGone) {
  const Activity idle = observer_->Observe(waiter_->ServerId()).value();
  EXPECT_THAT(idle.blockers, IsEmpty());
  EXPECT_EQ(idle.phase, "");
  for (const char* id : {"4000000000", "", "x", "1; DROP TABLE t"}) {
    EXPECT_THAT(observer_->Observe(id).value().blockers, IsEmpty()) << id;
    EXPECT_FALSE(observer_->Terminate(id).value()) << id;
  }
}

TEST_P(ObserveTest, AUserWhoMaySeeNobodySeesNothing) {
  std::unique_ptr<Database> database =
      MakeMysqlDatabase(Server(GetParam()).restricted_url()).value();
  std::unique_ptr<Session> user = database->Connect({}).value();
  std::unique_ptr<Session> own = database->Connect({}).value();
  Execute(*holder_, "BEGIN");
  Execute(*holder_, "UPDATE t SET b = 2");
  absl::Notification ended;
  std::thread worker([&] {
    (void)own->Execute("UPDATE t SET b = 3");
    ended.Notify();
  });
  while (user->Query("SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = ? AND INFO LIKE "
                     "'UPDATE%'",
                     {own->ServerId()})
             ->empty()) {
    std::this_thread::yield();
  }
  absl::StatusOr<Activity> activity = user->Observe(own->ServerId());
  ASSERT_TRUE(activity.ok()) << DescribeError(activity.status());
  EXPECT_THAT(activity->blockers, IsEmpty());
  EXPECT_EQ(ReasonOf(user->Terminate(holder_->ServerId()).status()),
            v1::ERROR_REASON_DATABASE_ERROR);
  Execute(*holder_, "ROLLBACK");
  worker.join();
}

INSTANTIATE_TEST_SUITE_P(MetadataLocks, ObserveTest, ::testing::Bool(),
                         [](const ::testing::TestParamInfo<bool>& info) {
                           return info.param ? "AreKnown" : "AreGuessed";
                         });

}  // namespace
}  // namespace brant
