// Connecting, what is told of a connection, and how it ends.

#include "tests/integration/database/database_test.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr char kCanary[] = "canary-f3a9";

class ConnectionTest : public DatabaseTest {
 protected:
  absl::Status ConnectTo(const DatabaseUrl& url) {
    auto database = OpenDatabase(url);
    if (!database.ok()) return database.status();
    EXPECT_THAT((*database)->DisplayName(), Not(HasSubstr(kCanary)));
    SessionOptions options;
    options.connect_timeout = absl::Seconds(5);
    absl::Status status = (*database)->Connect(options).status();
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(status.ToString(), Not(HasSubstr(kCanary)));
    EXPECT_NE(ErrorDetail(status, "hint"), "") << status;
    return status;
  }
};

TEST_P(ConnectionTest, TellsWhatItIs) {
  EXPECT_EQ(database_->dialect(), GetParam());
  auto version = database_->ServerVersion(*session_);
  ASSERT_TRUE(version.ok()) << version.status();
  EXPECT_THAT(*version, MatchesRegex("(PostgreSQL|SQLite|MySQL|MariaDB) [0-9]+[.][0-9.]+.*"));
  EXPECT_TRUE(session_->IsAlive());
  EXPECT_NE(session_->ServerId(), "");
  EXPECT_FALSE(session_->InTransaction());
  std::string password = test_database_->parsed().password;
  if (!password.empty()) {
    EXPECT_THAT(database_->DisplayName(), Not(HasSubstr(password)));
  }
}

TEST_P(ConnectionTest, AWrongPasswordIsRefused) {
  if (IsSqlite()) return;  // has none
  DatabaseUrl url = test_database_->parsed();
  url.password = kCanary;
  EXPECT_EQ(ReasonOf(ConnectTo(url)), v1::ERROR_REASON_DATABASE_LOGIN_REFUSED);
  url.password = "";
  EXPECT_EQ(ReasonOf(ConnectTo(url)), v1::ERROR_REASON_DATABASE_LOGIN_REFUSED);
  url.user = "nobody_of_that_name";
  url.password = kCanary;
  EXPECT_EQ(ReasonOf(ConnectTo(url)), v1::ERROR_REASON_DATABASE_LOGIN_REFUSED);
}

TEST_P(ConnectionTest, AServerThatIsNotThereIsUnreachable) {
  if (IsSqlite()) return;  // has none
  DatabaseUrl url = test_database_->parsed();
  url.password = kCanary;
  url.port = 1;
  EXPECT_EQ(ReasonOf(ConnectTo(url)), v1::ERROR_REASON_DATABASE_UNREACHABLE);
  url.host = "no-such-host.invalid";
  EXPECT_EQ(ReasonOf(ConnectTo(url)), v1::ERROR_REASON_DATABASE_UNREACHABLE);
}

TEST_P(ConnectionTest, ADatabaseThatIsNotThereIsUnreachable) {
  DatabaseUrl url = test_database_->parsed();
  url.database = IsSqlite() ? "/no/such/folder/app.db" : "no_such_database";
  absl::Status status = ConnectTo(url);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_UNREACHABLE) << status;
  EXPECT_THAT(status.message(), HasSubstr(IsSqlite() ? "/no/such/folder" : "no_such_database"));
}

TEST_P(ConnectionTest, ADatabaseThatAStatementMissesSaysNothingOfTheConnection) {
  if (IsSqlite()) return;  // has no such statement
  absl::Status status = session_->Execute("DROP DATABASE no_such_database").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_ERROR) << status;
  EXPECT_EQ(ErrorDetail(status, "hint"), "") << status;
  EXPECT_TRUE(session_->IsAlive());
}

TEST_P(ConnectionTest, TheServersOwnHintIsKept) {
  if (!IsPostgresql()) return;  // the others give none
  absl::Status status = session_->Execute("SELECT lenght(1)").status();
  EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("No function matches")) << status;
}

TEST_P(ConnectionTest, UnknownOptionsAreRefused) {
  DatabaseUrl url = test_database_->parsed();
  url.options["no_such_option"] = "x";
  absl::Status status = OpenDatabase(url).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_REQUEST);
  EXPECT_THAT(status.message(), HasSubstr("no_such_option"));
}

TEST_P(ConnectionTest, ASessionThatTheServerEndedIsNoticed) {
  if (IsSqlite()) return;  // has no server
  auto victim = Connect();
  Kill(*victim);
  absl::Status status = victim->Query("SELECT 1").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_UNREACHABLE) << status;
  EXPECT_FALSE(victim->IsAlive());
  EXPECT_FALSE(victim->InTransaction());
  EXPECT_EQ(ReasonOf(victim->Execute("SELECT 1").status()), v1::ERROR_REASON_DATABASE_UNREACHABLE);
  EXPECT_EQ(ReasonOf(victim->Commit()), v1::ERROR_REASON_DATABASE_UNREACHABLE);
  EXPECT_EQ(ReasonOf(victim->Reset()), v1::ERROR_REASON_DATABASE_UNREACHABLE);
}

TEST_P(ConnectionTest, AnUnansweredCommitIsInDoubt) {
  if (IsSqlite()) return;  // has no server
  MakeTable();
  for (bool batch : {false, true}) {
    auto victim = Connect();
    ASSERT_TRUE(victim->Begin().ok());
    Execute(*victim, "INSERT INTO t VALUES (1, 'x')");
    Kill(*victim);
    std::vector<BoundStatement> statements = {{"INSERT INTO t VALUES (2, 'y')", {}}};
    absl::Status status = batch ? victim->BatchAndCommit(statements) : victim->Commit();
    // Where a batch takes several messages, it may end before COMMIT is sent.
    EXPECT_EQ(ReasonOf(status), batch && IsMysql() ? v1::ERROR_REASON_DATABASE_UNREACHABLE
                                                   : v1::ERROR_REASON_COMMIT_IN_DOUBT)
        << status;
    EXPECT_FALSE(victim->IsAlive());
  }
  EXPECT_EQ(One("SELECT count(*) FROM t"), "0");
}

TEST_P(ConnectionTest, AReadOnlySessionDoesNotWrite) {
  MakeTable();
  SessionOptions options;
  options.read_only = true;
  auto reader = Connect(options);
  EXPECT_EQ(One(*reader, "SELECT count(*) FROM t"), "0");
  for (absl::string_view statement : {"INSERT INTO t VALUES (1, 'x')", "CREATE TABLE u (a INT)"}) {
    absl::Status status = reader->Execute(statement).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_READ_ONLY) << status;
  }
  ASSERT_TRUE(reader->Reset().ok());
  EXPECT_EQ(ReasonOf(reader->Execute("INSERT INTO t VALUES (1, 'x')").status()),
            v1::ERROR_REASON_DATABASE_READ_ONLY);
  ASSERT_TRUE(reader->Begin().ok());
  EXPECT_EQ(One(*reader, "SELECT count(*) FROM t"), "0");
  EXPECT_TRUE(reader->Commit().ok());
  EXPECT_FALSE(Exists("u"));
}

TEST_P(ConnectionTest, TheServerShowsTheName) {
  SessionOptions options;
  options.name = "brant it's \"me\" \\ 1";
  auto named = Connect(options);
  if (IsPostgresql()) {
    EXPECT_EQ(One(*named, "SHOW application_name"), options.name);
    ASSERT_TRUE(named->Reset().ok());
    EXPECT_EQ(One(*named, "SHOW application_name"), options.name);
  }
  EXPECT_EQ(One(*named, "SELECT 1"), "1");
}

INSTANTIATE_TEST_SUITE_P(Every, ConnectionTest, EveryDatabase(), DialectOfTest);

}  // namespace
}  // namespace brant
