// Servers and roles that can't write, and connections over a Unix socket.

#include <signal.h>
#include <stdlib.h>

#include "absl/strings/str_cat.h"
#include "tests/integration/postgresql/child_process.h"
#include "tests/integration/postgresql/postgresql_test.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

class WritableTest : public PostgresqlTest {
 protected:
  static absl::Status Check(Database& database, const SessionOptions& options = {}) {
    auto session = Connect(database, options);
    return database.CheckWritable(*session).status();
  }
};

TEST_F(WritableTest, APrimaryServerCanBeWritten) {
  auto notice = database_->CheckWritable(*session_);
  ASSERT_TRUE(notice.ok()) << notice.status();
  EXPECT_EQ(*notice, "");
}

TEST_F(WritableTest, ADatabaseThatIsSetToReadOnlyCanNot) {
  Execute(absl::StrCat("ALTER DATABASE ", test_database_->parsed().database,
                       " SET default_transaction_read_only = on"));
  absl::Status status = Check(*database_);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_READ_ONLY) << status;
  EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("primary"));
  EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("default_transaction_read_only"));
}

TEST_F(WritableTest, ARoleThatIsSetToReadOnlyCanNot) {
  DatabaseUrl url = test_database_->parsed();
  const std::string role = absl::StrCat(url.database, "_reader");
  Execute(absl::StrCat("CREATE ROLE ", role, " LOGIN PASSWORD 'p'"));
  Execute(absl::StrCat("ALTER ROLE ", role, " SET default_transaction_read_only = on"));
  url.user = role;
  url.password = "p";
  EXPECT_EQ(ReasonOf(Check(*Open(url))), v1::ERROR_REASON_DATABASE_READ_ONLY);
  Execute(absl::StrCat("DROP ROLE ", role));
}

TEST_F(WritableTest, AStandbyCanBeReadAndIsRecognised) {
  const DatabaseUrl url = test_database_->parsed();
  Execute("CREATE TABLE t (a int)");
  const std::string bin = One("SELECT setting FROM pg_config WHERE name = 'BINDIR'");
  ServerFolder folder;
  const std::string data = folder.path() + "/data";
  setenv("PGPASSWORD", url.password.c_str(), 1);
  auto copy = ChildProcess::Start({bin + "/pg_basebackup", "--pgdata=" + data, "--host=" + url.host,
                                   absl::StrCat("--port=", url.port), "--username=" + url.user,
                                   "--checkpoint=fast", "--wal-method=stream", "--no-sync"},
                                  SIGTERM);
  unsetenv("PGPASSWORD");
  ASSERT_TRUE(copy.ok()) << copy.status();
  ASSERT_TRUE((*copy)->Finish().ok());
  folder.Write("data/standby.signal", "");

  DatabaseUrl standby_url = url;
  standby_url.host = "127.0.0.1";
  standby_url.port = FreePort();
  auto server = ChildProcess::Start(
      {bin + "/postgres", "-D", data, "-p", absl::StrCat(standby_url.port), "-c",
       "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c",
       "shared_buffers=8MB", "-c", absl::StrCat("max_connections=", One("SHOW max_connections")),
       "-c", absl::StrCat("max_prepared_transactions=", One("SHOW max_prepared_transactions"))},
      SIGINT);
  ASSERT_TRUE(server.ok()) << server.status();
  absl::Status up = (*server)->WaitFor("ready to accept read-only connections");
  ASSERT_TRUE(up.ok()) << up;
  auto standby = Open(standby_url);
  for (bool read_only : {false, true}) {
    SessionOptions options;
    options.read_only = read_only;
    auto session = Connect(*standby, options);
    EXPECT_EQ(One(*session, "SELECT count(*) FROM t"), "0");
    absl::Status status = standby->CheckWritable(*session).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_READ_ONLY) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("standby"));
    EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("primary"));
  }
}

TEST_F(WritableTest, AUnixSocketServesAsWell) {
  DatabaseUrl url = test_database_->parsed();
  url.host = One("SHOW unix_socket_directories");
  auto local = Open(url);
  auto session = Connect(*local);
  EXPECT_EQ(One(*session, "SELECT inet_client_addr()"), "NULL");
  EXPECT_FALSE(session->IsPooled());
  EXPECT_EQ(session->ServerId(), One(*session, "SELECT pg_backend_pid()"));
  EXPECT_TRUE(Check(*local).ok());
  for (bool reset : {false, true}) {
    if (reset) {
      ASSERT_TRUE(session->Reset().ok());
    }
    EXPECT_EQ(One(*session, "SHOW client_connection_check_interval"), "500ms");
  }
}

TEST_F(WritableTest, TheServerSeesSoonThatAnAgentIsGone) {
  for (bool reset : {false, true}) {
    if (reset) {
      ASSERT_TRUE(session_->Reset().ok());
    }
    EXPECT_EQ(One("SELECT current_setting('client_connection_check_interval'), "
                  "current_setting('tcp_keepalives_idle'), "
                  "current_setting('tcp_keepalives_interval'), "
                  "current_setting('tcp_keepalives_count')"),
              "500ms 2 1 3");
  }
}

}  // namespace
}  // namespace brant
