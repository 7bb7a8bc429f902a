// What is SQLite's own; what every database does is tested by
// tests/integration/database.

#include "agent/database/sqlite/sqlite_database.h"

#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "agent/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

class SqliteDatabaseTest : public ::testing::Test {
 protected:
  SqliteDatabaseTest() {
    std::string pattern = absl::StrCat(::testing::TempDir(), "/sqlite.XXXXXX");
    folder_ = mkdtemp(pattern.data());
    path_ = absl::StrCat(folder_, "/app.db");
  }
  ~SqliteDatabaseTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Database> Open(std::string path) {
    DatabaseUrl url;
    url.database = std::move(path);
    url.options["timeout"] = "0.05";
    auto database = MakeSqliteDatabase(url);
    EXPECT_TRUE(database.ok()) << database.status();
    return std::move(database).value();
  }
  std::unique_ptr<Session> Connect(Database& database, bool read_only = false) {
    SessionOptions options;
    options.read_only = read_only;
    auto session = database.Connect(options);
    EXPECT_TRUE(session.ok()) << session.status();
    return std::move(session).value();
  }
  static std::string One(Session& session, absl::string_view sql) {
    auto rows = session.Query(sql);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() && !rows->empty() ? rows->front().front().value_or("NULL") : "nothing";
  }

  std::string folder_;
  std::string path_;
};

TEST_F(SqliteDatabaseTest, AMissingFileReadsAsEmptyAndIsNotMade) {
  auto database = Open(path_);
  auto reader = Connect(*database, true);
  EXPECT_THAT(database->TableExists(*reader, "", "t"),
              ::testing::Property(&absl::StatusOr<bool>::value, false));
  EXPECT_EQ(One(*reader, "SELECT count(*) FROM sqlite_master"), "0");
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_TRUE(reader->IsAlive());
  auto writer = Connect(*database);
  EXPECT_TRUE(std::filesystem::exists(path_));
  EXPECT_FALSE(reader->IsAlive());
}

TEST_F(SqliteDatabaseTest, AMissingFileThatMustExistIsAnErrorThatNamesIt) {
  auto database = Open(path_);
  SessionOptions options;
  options.must_exist = true;
  for (bool read_only : {true, false}) {
    options.read_only = read_only;
    const absl::Status status = database->Connect(options).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_UNREACHABLE);
    EXPECT_EQ(status.message(), absl::StrCat("can't open ", path_, ": there is no such file"));
    EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("correct the path in the database URL"));
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
  Connect(*database);
  EXPECT_TRUE(database->Connect(options).ok());
}

TEST_F(SqliteDatabaseTest, AMissingFolderIsAnErrorThatNamesIt) {
  auto database = Open(absl::StrCat(folder_, "/none/app.db"));
  for (bool read_only : {true, false}) {
    SessionOptions options;
    options.read_only = read_only;
    absl::Status status = database->Connect(options).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_UNREACHABLE);
    EXPECT_THAT(status.message(), HasSubstr(absl::StrCat(folder_, "/none does not exist")));
    EXPECT_NE(ErrorDetail(status, "hint"), "");
  }
  EXPECT_FALSE(std::filesystem::exists(absl::StrCat(folder_, "/none")));
}

TEST_F(SqliteDatabaseTest, WhatIsNoDatabaseIsAnError) {
  std::ofstream(path_) << "This is a text, and long enough to be looked at as a header of SQLite. "
                          "This is a text, and long enough to be looked at as a header.";
  auto database = Open(path_);
  absl::Status status = database->Connect(SessionOptions()).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_ERROR);
  EXPECT_EQ(ErrorDetail(status, "database_code"), "26");
  EXPECT_EQ(ReasonOf(Open(folder_)->Connect(SessionOptions()).status()),
            v1::ERROR_REASON_DATABASE_UNREACHABLE);
}

TEST_F(SqliteDatabaseTest, UnknownOptionsAreRefused) {
  DatabaseUrl url;
  url.options["sslmode"] = "require";
  EXPECT_EQ(ReasonOf(MakeSqliteDatabase(url).status()), v1::ERROR_REASON_INVALID_REQUEST);
  url.options = {{"timeout", "soon"}};
  EXPECT_EQ(ReasonOf(MakeSqliteDatabase(url).status()), v1::ERROR_REASON_INVALID_REQUEST);
}

TEST_F(SqliteDatabaseTest, AMemoryDatabaseIsOneForAllItsSessions) {
  auto database = Open("");
  auto other = Open("");
  auto one = Connect(*database);
  ASSERT_TRUE(one->Execute("CREATE TABLE t (a)").ok());
  one = nullptr;
  auto two = Connect(*database);
  EXPECT_TRUE(database->TableExists(*two, "", "T").value());
  EXPECT_FALSE(other->TableExists(*Connect(*other), "", "t").value());
  EXPECT_TRUE(two->TryLock("x").value());
  auto three = Connect(*database, true);
  EXPECT_FALSE(three->TryLock("x").value());
  EXPECT_THAT(three->LockHolder("x").value()->description, HasSubstr("brant"));
  two = nullptr;
  EXPECT_EQ(three->LockHolder("x").value(), std::nullopt);
  EXPECT_TRUE(three->TryLock("x").value());
}

TEST_F(SqliteDatabaseTest, ReadersAreNotBlockedByALargeTransaction) {
  auto database = Open(path_);
  auto writer = Connect(*database);
  ASSERT_TRUE(writer->Execute("CREATE TABLE t (a)").ok());
  ASSERT_TRUE(writer->Begin().ok());
  ASSERT_TRUE(writer
                  ->Execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
                            "30000) INSERT INTO t SELECT randomblob(1000) FROM n")
                  .ok());
  auto reader = Connect(*database, true);
  EXPECT_EQ(One(*reader, "SELECT count(*) FROM t"), "0");
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(One(*reader, "SELECT count(*) FROM t"), "30000");
}

TEST_F(SqliteDatabaseTest, AJournalLeftByACrashIsNoObstacleToReading) {
  auto database = Open(path_);
  ASSERT_TRUE(Connect(*database)->Execute("CREATE TABLE t (a)").ok());
  pid_t child = fork();
  if (child == 0) {
    auto writer = Connect(*database);
    bool ok = writer->Execute("PRAGMA cache_spill = 5").ok() &&
              writer->Execute("PRAGMA cache_size = 5").ok() && writer->Begin().ok() &&
              writer
                  ->Execute(
                      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
                      "3000) INSERT INTO t SELECT randomblob(1000) FROM n")
                  .ok();
    _exit(ok ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ASSERT_TRUE(std::filesystem::exists(absl::StrCat(path_, "-journal")));
  EXPECT_EQ(One(*Connect(*database, true), "SELECT count(*) FROM t"), "0");
}

TEST_F(SqliteDatabaseTest, OtherDatabasesAndExtensionsAreOutOfReach) {
  auto session = Connect(*Open(path_));
  for (absl::string_view statement :
       {"ATTACH 'other.db' AS other", "ATTACH DATABASE 'x' || 'y' AS other",
        "SELECT load_extension('x')", "VACUUM INTO 'copy.db'"}) {
    absl::Status status = session->Execute(statement).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_UNSUPPORTED_STATEMENT) << statement << status;
    EXPECT_NE(ErrorDetail(status, "hint"), "");
  }
  EXPECT_TRUE(session->Execute("VACUUM").ok()) << session->Execute("VACUUM").status();
}

TEST_F(SqliteDatabaseTest, StatementsRunToTheirLastTail) {
  auto session = Connect(*Open(path_));
  auto execution = session->Execute(
      "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2); SELECT * FROM t; -- x\n;;"
      "INSERT INTO t VALUES (3) RETURNING a");
  ASSERT_TRUE(execution.ok()) << execution.status();
  EXPECT_EQ(execution->rows_affected, 3);
  EXPECT_EQ(One(*session, "SELECT count(*) FROM t"), "3");
  absl::Status status = session->Execute("SELECT 1; SELECT nonsense FROM t").status();
  EXPECT_EQ(ErrorDetail(status, "position"), "17");
  EXPECT_EQ(ReasonOf(session->Execute(absl::string_view("SELECT 1\0;", 10)).status()),
            v1::ERROR_REASON_UNSUPPORTED_STATEMENT);
}

TEST_F(SqliteDatabaseTest, WhatCanNotBeInATransactionGetsTheAdvice) {
  auto session = Connect(*Open(path_));
  ASSERT_TRUE(session->Execute("CREATE TABLE t (a)").ok());
  for (const char* statement :
       {"VACUUM", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL"}) {
    ASSERT_TRUE(session->Begin().ok());
    absl::Status status = session->Execute(statement).status();
    EXPECT_THAT(ErrorDetail(status, "hint"), ::testing::HasSubstr("transaction:off")) << statement;
    ASSERT_TRUE(session->Rollback().ok());
  }
}

TEST_F(SqliteDatabaseTest, KeepsTheTextOfACreateVerbatim) {
  auto session = Connect(*Open(path_));
  ASSERT_TRUE(session->Execute("CREATE TABLE t (a /* why */, -- é\n b)").ok());
  EXPECT_EQ(One(*session, "SELECT sql FROM sqlite_master"),
            "CREATE TABLE t (a /* why */, -- é\n b)");
}

TEST_F(SqliteDatabaseTest, AWriterThatIsBusyIsWaitedForAndNamed) {
  auto database = Open(path_);
  auto one = Connect(*database);
  auto two = Connect(*database);
  ASSERT_TRUE(one->Begin().ok());
  absl::Status status = two->Begin();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_LOCK_NOT_AVAILABLE);
  EXPECT_EQ(ErrorDetail(status, "database_code"), "5");
  EXPECT_NE(ErrorDetail(status, "hint"), "");
  EXPECT_FALSE(two->InTransaction());
  ASSERT_TRUE(one->Rollback().ok());
  EXPECT_TRUE(two->Begin().ok());
}

TEST_F(SqliteDatabaseTest, ALockTimeoutOfTheSessionWinsOverTheDatabases) {
  DatabaseUrl url;
  url.database = path_;
  url.options["timeout"] = "600";
  auto database = MakeSqliteDatabase(url).value();
  auto one = Connect(*database);
  SessionOptions options;
  options.lock_timeout = absl::Milliseconds(30);
  auto two = database->Connect(options).value();
  ASSERT_TRUE(one->Begin().ok());
  EXPECT_EQ(ReasonOf(two->Begin()), v1::ERROR_REASON_LOCK_NOT_AVAILABLE);
}

TEST_F(SqliteDatabaseTest, AMemoryDatabaseInUseIsALockThatIsNotHad) {
  auto memory = Open("");
  auto one = Connect(*memory);
  ASSERT_TRUE(one->Begin().ok());
  EXPECT_EQ(ReasonOf(memory->Connect(SessionOptions()).status()),
            v1::ERROR_REASON_LOCK_NOT_AVAILABLE);
}

TEST_F(SqliteDatabaseTest, TellsBeforehandWhetherItMayWrite) {
  auto memory = Open("");
  EXPECT_TRUE(memory->CheckWritable(*Connect(*memory)).ok());
  auto database = Open(path_);
  auto session = Connect(*database);
  EXPECT_EQ(database->CheckWritable(*session).value(), "");
  ASSERT_TRUE(session->Execute("PRAGMA query_only = ON").ok());
  absl::Status status = database->CheckWritable(*session).status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_READ_ONLY);
  EXPECT_NE(ErrorDetail(status, "hint"), "");
}

// Root may write everywhere, by a capability that can be given up.
bool GiveUpCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  return syscall(SYS_capset, &header, none) == 0;
}

TEST_F(SqliteDatabaseTest, AFileOrFolderThatIsReadOnlyIsRefusedBeforehand) {
  auto database = Open(path_);
  ASSERT_TRUE(Connect(*database)->Execute("CREATE TABLE t (a)").ok());
  const auto refused = [&](int file_mode, int folder_mode) {
    EXPECT_EQ(chmod(path_.c_str(), file_mode), 0);
    EXPECT_EQ(chmod(folder_.c_str(), folder_mode), 0);
    const pid_t child = fork();
    if (child == 0) {
      if (!GiveUpCapabilities()) _exit(2);
      // A session that has no query_only of its own.
      auto memory = Open("");
      auto checked = Connect(*memory);
      _exit(ReasonOf(database->CheckWritable(*checked).status()) ==
                    v1::ERROR_REASON_DATABASE_READ_ONLY
                ? 1
                : 0);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status) == 1;
  };
  EXPECT_TRUE(refused(0444, 0777));
  EXPECT_TRUE(refused(0666, 0555));
  EXPECT_FALSE(refused(0666, 0777));
}

TEST_F(SqliteDatabaseTest, CancelEndsTheWaitForAnotherWriter) {
  DatabaseUrl url;
  url.database = path_;
  url.options["timeout"] = "600";
  auto database = MakeSqliteDatabase(url).value();
  auto one = Connect(*database);
  auto two = Connect(*database);
  ASSERT_TRUE(one->Begin().ok());
  absl::Notification done;
  std::thread canceller([&] {
    while (!done.WaitForNotificationWithTimeout(absl::Milliseconds(10))) two->Cancel();
  });
  absl::Status status = two->Begin();
  done.Notify();
  canceller.join();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_CANCELLED);
}

TEST_F(SqliteDatabaseTest, TheLockIsOneForEveryPathOfTheFile) {
  auto database = Open(path_);
  auto one = Connect(*database);
  const std::string link = absl::StrCat(folder_, "/link.db");
  std::filesystem::create_symlink(path_, link);
  auto linked = Open(link);
  auto two = Connect(*linked);
  const std::string lock_file = absl::StrCat(path_, ".brant-lock");
  EXPECT_FALSE(std::filesystem::exists(lock_file));
  ASSERT_TRUE(one->TryLock("a").value());
  ASSERT_TRUE(one->TryLock("a").value());
  EXPECT_TRUE(std::filesystem::exists(lock_file));
  EXPECT_FALSE(two->TryLock("a").value());
  EXPECT_THAT(two->LockHolder("a").value()->description, HasSubstr(absl::StrCat("pid ", getpid())));
  EXPECT_EQ(two->LockHolder("a").value()->server_id, one->ServerId());
  // A process is never killed.
  EXPECT_FALSE(two->Terminate(one->ServerId()).value());
  ASSERT_TRUE(one->ReleaseLock("a").ok());
  EXPECT_FALSE(std::filesystem::exists(lock_file));
  EXPECT_TRUE(two->TryLock("a").value());
  ASSERT_TRUE(two->Reset().ok());
  EXPECT_FALSE(one->TryLock("a").value());
}

TEST_F(SqliteDatabaseTest, AProcessThatDiesLetsGoOfTheLock) {
  auto database = Open(path_);
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  pid_t child = fork();
  if (child == 0) {
    auto session = Connect(*database);
    char held = session->TryLock("a").value() ? 'y' : 'n';
    if (write(ready[1], &held, 1) != 1) _exit(1);
    pause();
  }
  char held = 0;
  ASSERT_EQ(read(ready[0], &held, 1), 1);
  EXPECT_EQ(held, 'y');
  auto session = Connect(*database);
  EXPECT_FALSE(session->TryLock("a").value());
  EXPECT_THAT(session->LockHolder("a").value()->description,
              HasSubstr(absl::StrCat("pid ", child)));
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_EQ(session->LockHolder("a").value(), std::nullopt);
  EXPECT_TRUE(session->TryLock("a").value());
  close(ready[0]);
  close(ready[1]);
}

// Who takes the lock while its holder removes the file must not end up with a
// lock on a file that is gone.
TEST_F(SqliteDatabaseTest, TheLockExcludesThroughManyHandovers) {
  auto database = Open(path_);
  ASSERT_NE(Connect(*database), nullptr);
  std::atomic<int> inside = 0;
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      auto session = Connect(*database);
      for (int round = 0; round < 2000; ++round) {
        if (!session->TryLock("a").value()) continue;
        EXPECT_EQ(++inside, 1);
        ++taken;
        --inside;
        ASSERT_TRUE(session->ReleaseLock("a").ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(taken, 0);
}

TEST_F(SqliteDatabaseTest, ResetLeavesNoSettingBehind) {
  auto session = Connect(*Open(path_));
  for (absl::string_view statement :
       {"CREATE TABLE t (a)", "PRAGMA foreign_keys = ON", "PRAGMA busy_timeout = 0",
        "PRAGMA locking_mode = EXCLUSIVE", "CREATE TEMP TABLE t (a)", "PRAGMA query_only = ON",
        "BEGIN"}) {
    ASSERT_TRUE(session->Execute(statement).ok()) << session->Execute(statement).status();
  }
  ASSERT_TRUE(session->Reset().ok());
  EXPECT_FALSE(session->InTransaction());
  EXPECT_EQ(One(*session, "PRAGMA foreign_keys"), "0");
  EXPECT_EQ(One(*session, "PRAGMA locking_mode"), "normal");
  EXPECT_EQ(One(*session, "PRAGMA query_only"), "0");
  EXPECT_EQ(One(*session, "SELECT count(*) FROM sqlite_temp_master"), "0");
  EXPECT_TRUE(session->Execute("INSERT INTO t VALUES (1)").ok());
}

TEST_F(SqliteDatabaseTest, AFileOfTheUserNamedLikeAUriIsAFile) {
  std::filesystem::current_path(folder_);
  auto session = Connect(*Open("file:x?mode=memory"));
  EXPECT_TRUE(std::filesystem::exists(absl::StrCat(folder_, "/file:x?mode=memory")));
  std::filesystem::current_path("/");
}

}  // namespace
}  // namespace brant
