// Sessions behind a real pgbouncer in transaction mode.

#include <libpq-fe.h>
#include <signal.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "tests/integration/postgresql/child_process.h"
#include "tests/integration/postgresql/postgresql_test.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

// What a session of Brant's changes.
constexpr char kSettings[] =
    "SELECT pg_backend_pid(), current_setting('statement_timeout'), "
    "current_setting('lock_timeout'), current_setting('client_min_messages'), "
    "current_setting('tcp_keepalives_idle'), current_setting('client_connection_check_interval'), "
    "current_setting('idle_in_transaction_session_timeout'), "
    "current_setting('default_transaction_read_only'), current_setting('search_path')";

constexpr char kAdvisoryLocks[] =
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database())";

class PooledTest : public PostgresqlTest {
 protected:
  void StartPooler(int pool_size) {
    const DatabaseUrl url = test_database_->parsed();
    const int port = FreePort();
    const std::string users =
        folder_.Write("users", absl::Substitute("\"$0\" \"$1\"\n", url.user, url.password));
    const std::string settings = folder_.Write(
        "pgbouncer.ini",
        absl::Substitute("[databases]\n* = host=$0 port=$1\n[pgbouncer]\nlisten_addr=127.0.0.1\n"
                         "listen_port=$2\nunix_socket_dir=\nauth_type=scram-sha-256\n"
                         "auth_file=$3\npool_mode=transaction\ndefault_pool_size=$4\n"
                         "log_connections=0\nlog_disconnections=0\nlog_stats=0\n",
                         url.host, url.port, port, users, pool_size));
    auto started = ChildProcess::Start({"pgbouncer", settings}, SIGTERM);
    ASSERT_TRUE(started.ok()) << started.status();
    pooler_ = *std::move(started);
    absl::Status up = pooler_->WaitFor("process up");
    ASSERT_TRUE(up.ok()) << up;
    url_ = url;
    url_.host = "127.0.0.1";
    url_.port = port;
    pooled_database_ = Open(url_);
  }

  std::unique_ptr<Session> ConnectPooled(const SessionOptions& options = {}) {
    return Connect(*pooled_database_, options);
  }

  // Another program, which does not know of the pooler.
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  using Client = std::unique_ptr<PGconn, Finish>;
  Client OtherClient() {
    const std::string port = absl::StrCat(url_.port);
    const char* names[] = {"host", "port", "user", "password", "dbname", nullptr};
    const char* values[] = {url_.host.c_str(),     port.c_str(),          url_.user.c_str(),
                            url_.password.c_str(), url_.database.c_str(), nullptr};
    Client client(PQconnectdbParams(names, values, 0));
    EXPECT_EQ(PQstatus(client.get()), CONNECTION_OK) << PQerrorMessage(client.get());
    return client;
  }
  static std::string Ask(const Client& client, const char* sql) {
    std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(client.get(), sql), PQclear);
    std::string text;
    for (int i = 0; i < PQnfields(result.get()); ++i) {
      if (!text.empty()) text += " ";
      text += PQgetvalue(result.get(), 0, i);
    }
    return text;
  }

  static absl::Status Refused(Session& session, absl::string_view statement) {
    absl::Status status = session.Execute(statement).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_POOLED_CONNECTION) << statement << ": " << status;
    return status;
  }

  ServerFolder folder_;
  std::unique_ptr<ChildProcess> pooler_;
  DatabaseUrl url_;
  std::unique_ptr<Database> pooled_database_;
};

TEST_F(PooledTest, APoolerIsNoticedAndADirectConnectionIsNone) {
  StartPooler(1);
  EXPECT_FALSE(session_->IsPooled());
  auto pooled = ConnectPooled();
  EXPECT_TRUE(pooled->IsPooled());
  EXPECT_EQ(pooled->ServerId(), "");
  ASSERT_TRUE(pooled->Begin().ok());
  EXPECT_EQ(pooled->ServerId(), One(*pooled, "SELECT pg_backend_pid()"));
  ASSERT_TRUE(pooled->Commit().ok());
  EXPECT_EQ(pooled->ServerId(), "");
  auto notice = pooled_database_->CheckWritable(*pooled);
  ASSERT_TRUE(notice.ok()) << notice.status();
  EXPECT_THAT(*notice, HasSubstr("transaction:off"));
}

TEST_F(PooledTest, NothingOfOursStaysInTheServersSession) {
  // Not what Brant sets, nor the server's defaults.
  Execute(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = ''77s''', "
      "current_database()); EXECUTE format('ALTER DATABASE %I SET client_min_messages = debug1',"
      " current_database()); END $$");
  for (int pool_size : {1, 2}) {
    StartPooler(pool_size);
    Client other = OtherClient();
    const std::string before = Ask(other, kSettings);
    EXPECT_THAT(before, HasSubstr("77s"));
    for (bool read_only : {false, true}) {
      SessionOptions options;
      options.lock_timeout = absl::Seconds(7);
      options.read_only = read_only;
      auto pooled = ConnectPooled(options);
      EXPECT_THAT(Ask(other, kSettings), before);
      ASSERT_TRUE(pooled->Begin().ok());
      EXPECT_EQ(One(*pooled,
                    "SELECT current_setting('statement_timeout'), "
                    "current_setting('lock_timeout'), "
                    "current_setting('client_min_messages'), "
                    "current_setting('transaction_read_only')"),
                absl::StrCat("0 7s warning ", read_only ? "on" : "off"));
      ASSERT_TRUE(*pooled->TryLock("l"));
      ASSERT_TRUE(pooled->Commit().ok());
      EXPECT_EQ(Ask(other, kSettings), before);
      ASSERT_TRUE(pooled->Begin().ok());
      ASSERT_TRUE(*pooled->TryLock("l"));
      EXPECT_FALSE(pooled->Execute("nonsense").ok());
      ASSERT_TRUE(pooled->Reset().ok());
      EXPECT_FALSE(pooled->InTransaction());
      ASSERT_TRUE(pooled->ReleaseLock("l").ok());
      pooled = nullptr;
      EXPECT_EQ(Ask(other, kSettings), before);
      EXPECT_EQ(One(kAdvisoryLocks), "0");
    }
  }
}

TEST_F(PooledTest, ASessionThatEndsInATransactionLeavesNeitherLockNorEffect) {
  StartPooler(1);
  auto pooled = ConnectPooled();
  ASSERT_TRUE(pooled->Begin().ok());
  ASSERT_TRUE(*pooled->TryLock("l"));
  Execute(*pooled, "CREATE TABLE t (a int)");
  pooled = nullptr;
  // The pooler ends the server's session, which takes the server a moment.
  while (One(kAdvisoryLocks) != "0") {
  }
  Client other = OtherClient();
  EXPECT_EQ(Ask(other, "SELECT coalesce(to_regclass('t')::text, 'none')"), "none");
}

TEST_F(PooledTest, TheLockExcludesForOneTransaction) {
  StartPooler(2);
  auto one = ConnectPooled();
  auto two = ConnectPooled();
  EXPECT_EQ(ReasonOf(one->TryLock("l").status()), v1::ERROR_REASON_INTERNAL);
  ASSERT_TRUE(one->Begin().ok());
  ASSERT_TRUE(two->Begin().ok());
  EXPECT_TRUE(*one->TryLock("l"));
  EXPECT_TRUE(*one->TryLock("l"));
  EXPECT_FALSE(*two->TryLock("l"));
  ASSERT_TRUE(one->ReleaseLock("l").ok());
  EXPECT_FALSE(*two->TryLock("l"));
  auto holder = two->LockHolder("l");
  ASSERT_TRUE(holder.ok() && holder->has_value()) << holder.status();
  EXPECT_EQ((*holder)->server_id, one->ServerId());
  // It is one lock, whether an agent comes through the pooler or not.
  EXPECT_FALSE(*session_->TryLock("l"));
  ASSERT_TRUE(one->Commit().ok());
  EXPECT_TRUE(*two->TryLock("l"));
  ASSERT_TRUE(two->Rollback().ok());
  EXPECT_TRUE(*session_->TryLock("l"));
}

TEST_F(PooledTest, WhatWouldStayInTheSessionIsRefused) {
  StartPooler(1);
  auto pooled = ConnectPooled();
  ASSERT_TRUE(pooled->Begin().ok());
  for (absl::string_view statement :
       {"SET work_mem = '1MB'", "RESET ALL",
        "SELECT pg_catalog.set_config('search_path', '', false)", "CREATE TEMP TABLE x (a int)",
        "SELECT 1 AS a INTO TEMPORARY x", "PREPARE p AS SELECT 1",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1", "LISTEN l", "DISCARD ALL"}) {
    EXPECT_NE(ErrorDetail(Refused(*pooled, statement), "hint"), "");
  }
  for (absl::string_view statement :
       {"SET LOCAL work_mem = '1MB'", "CREATE TEMP TABLE x (a int) ON COMMIT DROP",
        "SELECT set_config('search_path', '', true)", "CREATE TABLE public.t (a int)"}) {
    Execute(*pooled, statement);
  }
  ASSERT_TRUE(pooled->Commit().ok());
  EXPECT_EQ(One("SELECT count(*) FROM t"), "0");
}

TEST_F(PooledTest, SettingsThatOthersLeftBehindDoNotHurt) {
  StartPooler(1);
  Execute("CREATE SCHEMA elsewhere");
  Client other = OtherClient();
  Ask(other, "SET search_path = elsewhere");
  Ask(other, "SET default_transaction_read_only = on");
  auto pooled = ConnectPooled();
  ASSERT_TRUE(pooled->Begin().ok());
  Execute(*pooled, "CREATE TABLE t (a int)");
  ASSERT_TRUE(pooled->Commit().ok());
  EXPECT_EQ(One("SELECT to_regclass('public.t')"), "t");
  // And are left alone.
  EXPECT_EQ(Ask(other, "SHOW search_path"), "elsewhere");
}

TEST_F(PooledTest, CancelReachesTheServer) {
  StartPooler(1);
  auto pooled = ConnectPooled();
  ASSERT_TRUE(pooled->Begin().ok());
  Execute("CREATE TABLE t (a int)");
  ASSERT_TRUE(session_->Begin().ok());
  Execute("LOCK TABLE t");
  CutOff(*pooled, "SELECT * FROM t");
  EXPECT_TRUE(pooled->IsAlive());
  ASSERT_TRUE(pooled->Rollback().ok());
}

TEST_F(PooledTest, AnUnansweredCommitIsInDoubt) {
  StartPooler(1);
  Execute("CREATE TABLE t (a int)");
  for (bool batch : {false, true}) {
    auto pooled = ConnectPooled();
    ASSERT_TRUE(pooled->Begin().ok());
    Execute(*pooled, "INSERT INTO t VALUES (1)");
    Execute(absl::StrCat("SELECT pg_terminate_backend(", pooled->ServerId(), ", 5000)"));
    absl::Status status =
        batch ? pooled->BatchAndCommit({{"INSERT INTO t VALUES (2)", {}}}) : pooled->Commit();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_COMMIT_IN_DOUBT) << status;
    EXPECT_FALSE(pooled->IsAlive());
  }
  EXPECT_EQ(One("SELECT count(*) FROM t"), "0");
}

TEST_F(PooledTest, WhatThePoolerRefusesIsExplained) {
  StartPooler(1);
  url_.options["options"] = "-csearch_path=x";
  absl::Status status = Open(url_)->Connect({}).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_UNREACHABLE);
  EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("ignore_startup_parameters")) << status;
  url_.options.clear();
  url_.password = "wrong";
  EXPECT_EQ(ReasonOf(Open(url_)->Connect({}).status()), v1::ERROR_REASON_DATABASE_LOGIN_REFUSED);
}

}  // namespace
}  // namespace brant
