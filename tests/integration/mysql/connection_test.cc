// Connecting: sockets, servers that don't answer, users who may do little.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agent/base/error.h"
#include "agent/database/mysql/mysql_database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/mysql/mysql_test_database.h"

namespace brant {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

absl::StatusOr<std::unique_ptr<Session>> ConnectTo(const DatabaseUrl& url,
                                                   const SessionOptions& options = {}) {
  BRANT_ASSIGN_OR_RETURN(std::unique_ptr<Database> database, MakeMysqlDatabase(url));
  return database->Connect(options);
}

TEST(MysqlConnectionTest, OverAUnixSocket) {
  MysqlTestDatabase database;
  DatabaseUrl url = database.url();
  url.host.clear();
  url.port = 0;
  url.options["unix_socket"] =
      MysqlTestDatabase::Ask(*database.Connect(), "SELECT @@global.socket");
  absl::StatusOr<std::unique_ptr<Session>> session = ConnectTo(url);
  ASSERT_TRUE(session.ok()) << DescribeError(session.status());
  EXPECT_EQ(MysqlTestDatabase::Ask(**session, "SELECT DATABASE()"), database.name());
  EXPECT_THAT(MysqlTestDatabase::Ask(**session, "SELECT USER()"), HasSubstr("localhost"));
}

TEST(MysqlConnectionTest, APeerThatAcknowledgesNothingIsGivenUp) {
  MysqlTestDatabase database;
  const std::unique_ptr<Session> session = database.Connect();
  std::vector<unsigned> timeouts;
  for (int descriptor = 0; descriptor < 1024; ++descriptor) {
    sockaddr_in peer = {};
    socklen_t size = sizeof(peer);
    if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    if (peer.sin_family != AF_INET || ntohs(peer.sin_port) != database.url().port) continue;
    unsigned timeout = 0;
    size = sizeof(timeout);
    getsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, &size);
    timeouts.push_back(timeout);
  }
  EXPECT_THAT(timeouts, Not(IsEmpty()));
  EXPECT_THAT(timeouts, Each(20'000u));
}

// It takes connections, and never says a word.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    listen(socket_, 5);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { close(socket_); }
  int port() const { return port_; }

 private:
  const int socket_;
  int port_ = 0;
};

TEST(MysqlConnectionTest, AServerThatDoesNotAnswerIsUnreachable) {
  SilentServer server;
  DatabaseUrl url = ParseDatabaseUrl("mysql://u:secret@127.0.0.1/name").value();
  url.port = server.port();
  SessionOptions options;
  options.connect_timeout = absl::Seconds(1);
  const absl::Time begin = absl::Now();
  const absl::Status status = ConnectTo(url, options).status();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(30));
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_UNREACHABLE) << status;
  EXPECT_THAT(DescribeError(status), Not(HasSubstr("secret")));
}

TEST(MysqlConnectionTest, AServerWithoutTlsIsNotTalkedToInTheClear) {
  MysqlTestDatabase database;
  ASSERT_NE(MysqlTestDatabase::Ask(*database.Connect(), "SELECT @@have_ssl"), "YES")
      << "a server of tests/servers/with-servers has no TLS";
  for (const char* mode : {"REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"}) {
    DatabaseUrl url = database.url();
    url.options["ssl_mode"] = mode;
    const absl::Status status = ConnectTo(url).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_UNREACHABLE) << mode << status;
    EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("ssl"));
  }
}

class PermissionTest : public ::testing::Test {
 protected:
  PermissionTest() {
    user_ = absl::StrCat("u_", database_.name().substr(11, 12));
    Execute(absl::StrCat("CREATE USER ", user_, "@'%' IDENTIFIED BY 'pw'"));
    url_ = database_.url();
    url_.user = user_;
    url_.password = "pw";
  }
  ~PermissionTest() override { Execute(absl::StrCat("DROP USER ", user_, "@'%'")); }
  void Execute(absl::string_view sql) {
    const absl::Status status = administrator_->Execute(sql).status();
    EXPECT_TRUE(status.ok()) << sql << DescribeError(status);
  }

  MysqlTestDatabase database_;
  std::unique_ptr<Session> administrator_ = database_.Connect();
  std::string user_;
  DatabaseUrl url_;
};

TEST_F(PermissionTest, WithoutTheDatabase) {
  const absl::Status status = ConnectTo(url_).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_PERMISSION_DENIED) << status;
  EXPECT_EQ(ErrorDetail(status, "database_code"), "1044 (42000)");
}

TEST_F(PermissionTest, WithoutTheRightToChangeIt) {
  Execute(absl::StrCat("GRANT SELECT ON ", database_.name(), ".* TO ", user_));
  absl::StatusOr<std::unique_ptr<Session>> session = ConnectTo(url_);
  ASSERT_TRUE(session.ok()) << DescribeError(session.status());
  for (absl::string_view sql : {"CREATE TABLE t (a INT)", "SET GLOBAL max_connections = 1",
                                "CREATE PROCEDURE p() SELECT 1"}) {
    const absl::Status status = (*session)->Execute(sql).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_PERMISSION_DENIED) << status;
    EXPECT_NE(ErrorDetail(status, "hint"), "");
  }
  // What a run needs besides works for such a user too.
  EXPECT_TRUE((*session)->TryLock("run").value());
  EXPECT_THAT(administrator_->LockHolder("run").value()->description, HasSubstr(user_));
  EXPECT_TRUE((*session)->Reset().ok());
}

TEST_F(PermissionTest, AccountThatIsLocked) {
  Execute(absl::StrCat("ALTER USER ", user_, "@'%' ACCOUNT LOCK"));
  EXPECT_EQ(ReasonOf(ConnectTo(url_).status()), v1::ERROR_REASON_DATABASE_LOGIN_REFUSED);
}

}  // namespace
}  // namespace brant
