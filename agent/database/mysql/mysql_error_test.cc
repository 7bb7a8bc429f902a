#include "agent/database/mysql/mysql_error.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant::mysql {
namespace {

using ::testing::HasSubstr;

struct Meaning {
  unsigned code;
  const char* message;
  v1::ErrorReason connecting;
  v1::ErrorReason running;
};

TEST(MysqlErrorTest, CodesHaveTheirMeaning) {
  constexpr auto kUnreachable = v1::ERROR_REASON_DATABASE_UNREACHABLE;
  constexpr auto kLogin = v1::ERROR_REASON_DATABASE_LOGIN_REFUSED;
  constexpr auto kPermission = v1::ERROR_REASON_DATABASE_PERMISSION_DENIED;
  constexpr auto kReadOnly = v1::ERROR_REASON_DATABASE_READ_ONLY;
  constexpr auto kLocked = v1::ERROR_REASON_LOCK_NOT_AVAILABLE;
  constexpr auto kConflict = v1::ERROR_REASON_DEADLOCK;
  constexpr auto kOther = v1::ERROR_REASON_DATABASE_ERROR;
  const Meaning meanings[] = {
      {2002, "Can't connect to local server", kUnreachable, kUnreachable},
      {2003, "Can't connect to server", kUnreachable, kUnreachable},
      {2005, "Unknown server host", kUnreachable, kUnreachable},
      {2006, "Server has gone away", kUnreachable, kUnreachable},
      {2013, "Lost connection", kUnreachable, kUnreachable},
      {2026, "TLS/SSL error", kUnreachable, kUnreachable},
      {1040, "Too many connections", kUnreachable, kUnreachable},
      {1053, "Server shutdown in progress", kUnreachable, kUnreachable},
      {1927, "Connection was killed", kUnreachable, kUnreachable},
      {1045, "Access denied for user 'a'@'b' (using password: YES)", kLogin, kPermission},
      {1698, "Access denied for user 'a'@'b'", kLogin, kOther},
      {1130, "Host 'h' is not allowed to connect", kLogin, kOther},
      {1044, "Access denied for user to database", kPermission, kPermission},
      {1142, "CREATE command denied to user", kPermission, kPermission},
      {1227, "Access denied; you need SUPER", kPermission, kPermission},
      {1370, "alter routine command denied", kPermission, kPermission},
      {1419, "You do not have the SUPER privilege", kPermission, kPermission},
      {1290, "The server is running with the --read-only option", kReadOnly, kReadOnly},
      {1290, "The server is running with the --secure-file-priv option", kOther, kOther},
      {1836, "Running in read-only mode", kReadOnly, kReadOnly},
      {1792, "Cannot execute statement in a READ ONLY transaction", kReadOnly, kReadOnly},
      {1049, "Unknown database 'x'", kUnreachable, kOther},
      {1205, "Lock wait timeout exceeded", kLocked, kLocked},
      {3572, "NOWAIT is set", kLocked, kLocked},
      {1213, "Deadlock found", kConflict, kConflict},
      {1412, "Table definition has changed", kConflict, kConflict},
      {1020, "Record has changed since last read", kConflict, kConflict},
      {1064, "You have an error in your SQL syntax", kOther, kOther},
  };
  for (const Meaning& meaning : meanings) {
    const Failure failure{meaning.code, "HY000", meaning.message};
    const absl::Status connecting = ToStatus(failure, Activity::kConnecting);
    const absl::Status running = ToStatus(failure, Activity::kRunning);
    EXPECT_EQ(ReasonOf(connecting), meaning.connecting) << meaning.code << meaning.message;
    EXPECT_EQ(ReasonOf(running), meaning.running) << meaning.code << meaning.message;
    EXPECT_EQ(ErrorDetail(running, "database_code"), absl::StrCat(meaning.code, " (HY000)"));
    EXPECT_EQ(ErrorDetail(running, "database_message"), meaning.message);
  }
}

std::string SyntaxError(absl::string_view near, int line) {
  return absl::StrCat(
      "You have an error in your SQL syntax; check the manual that corresponds to "
      "your MariaDB server version for the right syntax to use near '",
      near, "' at line ", line);
}

TEST(MysqlErrorTest, FindsThePosition) {
  const auto position = [](absl::string_view statement, absl::string_view near, int line) {
    return ErrorPosition(Failure{1064, "42000", SyntaxError(near, line)}, statement);
  };
  EXPECT_EQ(position("SELEC 1", "SELEC 1", 1), 0u);
  EXPECT_EQ(position("SELECT 1 FROM", "", 1), 13u);
  EXPECT_EQ(position("CREATE TABLE t (\n  a INT,\n  b INTT\n)", "INTT\n)", 3), 30u);
  // The text of an earlier line is not what is meant.
  EXPECT_EQ(position("SELECT 1,\nx y z w,\nx y z w q", "x y z w q", 3), 19u);
  EXPECT_EQ(position("SELECT 'a' 'at line 9' FRM t", "FRM t", 1), 23u);
  EXPECT_EQ(position("SELECT 'it''s' x 'near y", "x 'near y", 1), 15u);
  // No more than 80 characters are given of a long statement.
  const std::string tail(200, 'z');
  EXPECT_EQ(position("SELECT ; " + tail, tail.substr(0, 80), 1), 9u);
  EXPECT_EQ(position("SELECT ; " + tail, tail.substr(0, 77) + "...", 1), 9u);
  EXPECT_EQ(position("SELECT ; ääää, and more", "ääää...", 1), 9u);
  // The text of a statement that was prepared is elsewhere.
  EXPECT_EQ(position("EXECUTE s", "FRM t", 1), std::nullopt);
  EXPECT_EQ(position("EXECUTE s", "", 4), std::nullopt);
  EXPECT_EQ(ErrorPosition(Failure{1064, "42000", "Syntaxfehler"}, "SELEC"), std::nullopt);
  EXPECT_EQ(ErrorPosition(Failure{1146, "42S02", "Table 'a.b' doesn't exist"}, "SELECT 1"),
            std::nullopt);
}

TEST(MysqlErrorTest, SomeStatementsFailWithAdvice) {
  const auto hint = [](unsigned code) {
    return ErrorDetail(ToStatus(Failure{code, "HY000", "x"}, Activity::kRunning), "hint");
  };
  EXPECT_THAT(hint(1205), HasSubstr("lock"));
  EXPECT_THAT(hint(1213), HasSubstr("again"));
  EXPECT_THAT(hint(1142), HasSubstr("GRANT"));
  EXPECT_THAT(hint(1153), HasSubstr("max_allowed_packet"));
  EXPECT_EQ(hint(1146), "");
}

TEST(MysqlErrorTest, OtherErrors) {
  const Failure lost{2013, "HY000", "Lost connection"};
  EXPECT_EQ(ReasonOf(CommitInDoubt(lost)), v1::ERROR_REASON_COMMIT_IN_DOUBT);
  EXPECT_EQ(ReasonOf(Cancelled(Failure{1317, "70100", "interrupted"})), v1::ERROR_REASON_CANCELLED);
}

}  // namespace
}  // namespace brant::mysql
