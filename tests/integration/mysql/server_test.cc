// A server that is read-only, in a cluster, stopped or killed.

#include <signal.h>

#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "agent/base/error.h"
#include "agent/database/fake_session.h"
#include "agent/database/mysql/mysql_database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/mysql/private_server.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

class ServerTest : public ::testing::Test {
 protected:
  static PrivateServer& Server() {
    static PrivateServer server;
    return server;
  }
  ServerTest() { Connect(); }
  void Connect() {
    administrator_ = admin_database_->Connect({}).value();
    session_ = database_->Connect({}).value();
  }
  void Execute(Session& session, absl::string_view statement) {
    absl::StatusOr<Execution> execution = session.Execute(statement);
    ASSERT_TRUE(execution.ok()) << statement << "\n" << DescribeError(execution.status());
  }
  std::string Ask(absl::string_view sql) {
    absl::StatusOr<Rows> rows = administrator_->Query(sql);
    EXPECT_TRUE(rows.ok()) << DescribeError(rows.status());
    return rows.ok() && !rows->empty() ? rows->front().front().value_or("NULL") : "";
  }
  // Runs a statement, and calls `intervene` once the server is at it.
  template <typename Intervene>
  absl::Status Interrupt(const std::string& statement, Intervene intervene) {
    absl::Status status;
    absl::Notification ended;
    std::thread worker([&] {
      status = session_->Execute(statement).status();
      ended.Notify();
    });
    const std::string running = absl::StrCat(
        "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE TIME_MS > 20 AND INFO IS NOT "
        "NULL AND ID = ",
        session_->ServerId());
    while (!ended.HasBeenNotified() && Ask(running) != "1") std::this_thread::yield();
    intervene();
    worker.join();
    return status;
  }

  std::unique_ptr<Database> admin_database_ = MakeMysqlDatabase(Server().url()).value();
  std::unique_ptr<Database> database_ = MakeMysqlDatabase(Server().restricted_url()).value();
  std::unique_ptr<Session> administrator_;
  std::unique_ptr<Session> session_;
};

TEST_F(ServerTest, AServerThatTakesWritesHasNothingToSay) {
  absl::StatusOr<std::string> note = database_->CheckWritable(*session_);
  ASSERT_TRUE(note.ok()) << DescribeError(note.status());
  EXPECT_EQ(*note, "");
}

TEST_F(ServerTest, AReadOnlyServerIsRefusedForEveryUser) {
  Execute(*administrator_, "SET GLOBAL read_only = 1");
  for (Session* session : {session_.get(), administrator_.get()}) {
    const absl::Status status = database_->CheckWritable(*session).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_READ_ONLY) << status;
    EXPECT_THAT(status.message(), HasSubstr("read_only"));
    EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("replica"));
  }
  EXPECT_EQ(ReasonOf(session_->Execute("CREATE TABLE ro (a INT)").status()),
            v1::ERROR_REASON_DATABASE_READ_ONLY);
  Execute(*administrator_, "SET GLOBAL read_only = 0");
  EXPECT_TRUE(database_->CheckWritable(*session_).ok());
}

TEST_F(ServerTest, SoAreTransactionsThatAreReadOnlyByDefault) {
  Execute(*administrator_, "SET GLOBAL tx_read_only = 1");
  std::unique_ptr<Session> session = database_->Connect({}).value();
  Execute(*administrator_, "SET GLOBAL tx_read_only = 0");
  const absl::Status status = database_->CheckWritable(*session).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_READ_ONLY) << status;
  EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("transaction"));
}

// Answers what a server's SHOW VARIABLES would.
class ServerOfVariables : public FakeSession {
 public:
  explicit ServerOfVariables(Rows variables) : variables_(std::move(variables)) {}
  absl::StatusOr<Rows> Query(absl::string_view, absl::Span<const Value>) override {
    return variables_;
  }

 private:
  const Rows variables_;
};

TEST_F(ServerTest, ServersThatTheTestsHaveNot) {
  ServerOfVariables galera(
      {{"read_only", "OFF"}, {"wsrep_cluster_address", "gcomm://a,b"}, {"wsrep_on", "ON"}});
  EXPECT_THAT(database_->CheckWritable(galera).value(), HasSubstr("Galera"));
  ServerOfVariables alone({{"wsrep_cluster_address", ""}, {"wsrep_on", "ON"}});
  EXPECT_EQ(database_->CheckWritable(alone).value(), "");
  for (const char* name : {"super_read_only", "innodb_read_only", "transaction_read_only"}) {
    ServerOfVariables mysql({{"read_only", "OFF"}, {name, "ON"}});
    EXPECT_THAT(database_->CheckWritable(mysql).status().message(), HasSubstr(name));
  }
  ServerOfVariables newest(Rows{{"read_only", "NO_LOCK_NO_ADMIN"}});
  EXPECT_FALSE(database_->CheckWritable(newest).ok());
}

// A run's session ends soon after its agent was cut off; Reset keeps that.
TEST_F(ServerTest, ARunsSessionIsNotKeptForLong) {
  EXPECT_EQ(session_->Query("SELECT @@wait_timeout")->front().front(), "60");
  Execute(*session_, "SET wait_timeout = 28800");
  ASSERT_TRUE(session_->Reset().ok());
  EXPECT_EQ(session_->Query("SELECT @@wait_timeout")->front().front(), "60");
  SessionOptions options;
  options.read_only = true;
  EXPECT_EQ(database_->Connect(options).value()->Query("SELECT @@wait_timeout")->front().front(),
            "3600");
}

TEST_F(ServerTest, AKilledConnectionIsUnreachable) {
  for (const char* statement : {"SELECT SLEEP(600)", "DO SLEEP(600)"}) {
    session_ = database_->Connect({}).value();
    const absl::Status status = Interrupt(
        statement, [&] { EXPECT_TRUE(administrator_->Terminate(session_->ServerId()).value()); });
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_UNREACHABLE) << status;
    EXPECT_FALSE(session_->IsAlive());
    EXPECT_NE(ErrorDetail(status, "hint"), "");
  }
}

TEST_F(ServerTest, AServerThatEndsIsUnreachableWhateverRuns) {
  Execute(*session_, "CREATE OR REPLACE TABLE t (a INT AUTO_INCREMENT PRIMARY KEY, s CHAR(200))");
  Execute(*session_, "INSERT INTO t (s) SELECT REPEAT('x', 200) FROM seq_1_to_100000");
  for (int signal : {SIGTERM, SIGKILL}) {
    for (const char* statement :
         {"SELECT SLEEP(600)", "ALTER TABLE t ADD INDEX (s), FORCE, ALGORITHM=COPY",
          "INSERT INTO t (s) SELECT a.s FROM t a, t b"}) {
      const absl::Status status = Interrupt(statement, [signal] { Server().Stop(signal); });
      // The plain reason: what became of the statement, the journal's intent tells.
      EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_UNREACHABLE)
          << signal << statement << status;
      EXPECT_FALSE(session_->IsAlive());
      EXPECT_EQ(ReasonOf(database_->Connect({}).status()), v1::ERROR_REASON_DATABASE_UNREACHABLE);
      Server().Start();
      Connect();
      EXPECT_EQ(Ask("SELECT COUNT(*) FROM app.t"), "100000") << statement;
    }
  }
}

TEST_F(ServerTest, ACommitThatGetsNoAnswerIsInDoubt) {
  Execute(*session_, "CREATE OR REPLACE TABLE t (a INT)");
  for (bool alive : {true, false}) {
    session_ = database_->Connect({}).value();
    ASSERT_TRUE(session_->Begin().ok());
    Execute(*session_, "INSERT INTO t VALUES (1)");
    Server().Stop(SIGKILL);
    if (!alive) {
      EXPECT_EQ(ReasonOf(session_->Execute("INSERT INTO t VALUES (2)").status()),
                v1::ERROR_REASON_DATABASE_UNREACHABLE);
    }
    EXPECT_EQ(ReasonOf(session_->Commit()),
              alive ? v1::ERROR_REASON_COMMIT_IN_DOUBT : v1::ERROR_REASON_DATABASE_UNREACHABLE);
    Server().Start();
    Connect();
    EXPECT_EQ(Ask("SELECT COUNT(*) FROM app.t"), "0");
  }
}

TEST_F(ServerTest, LocksThatAreNotHadAndDeadlocks) {
  Execute(*session_, "CREATE OR REPLACE TABLE t (a INT PRIMARY KEY, b INT)");
  Execute(*session_, "INSERT INTO t VALUES (1, 0), (2, 0)");
  std::unique_ptr<Session> other = database_->Connect({}).value();
  Execute(*other, "BEGIN");
  Execute(*other, "UPDATE t SET b = 1 WHERE a = 1");
  for (const char* statement :
       {"SELECT * FROM t FOR UPDATE NOWAIT", "ALTER TABLE t NOWAIT ADD c INT",
        "DROP TABLE t WAIT 0", "SET STATEMENT innodb_lock_wait_timeout=0 FOR DELETE FROM t"}) {
    const absl::Status status = session_->Execute(statement).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_LOCK_NOT_AVAILABLE) << statement << status;
    EXPECT_NE(ErrorDetail(status, "hint"), "");
  }
  ASSERT_TRUE(session_->Begin().ok());
  Execute(*session_, "UPDATE t SET b = 2 WHERE a = 2");
  absl::Status one;
  std::thread worker([&] { one = other->Execute("UPDATE t SET b = 3 WHERE a = 2").status(); });
  const absl::Status two = session_->Execute("UPDATE t SET b = 3 WHERE a = 1").status();
  // Whoever waits is free once the other one gave up or ends.
  if (two.ok()) {
    ASSERT_TRUE(session_->Commit().ok());
  }
  worker.join();
  EXPECT_NE(one.ok(), two.ok());
  EXPECT_EQ(ReasonOf(one.ok() ? two : one), v1::ERROR_REASON_DEADLOCK) << one << two;
}

}  // namespace
}  // namespace brant
