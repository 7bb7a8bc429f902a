#include "agent/migrate/statement_error.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/migrate/testing.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

// A step whose section begins on line 7.
class StatementErrorTest : public ::testing::Test {
 protected:
  void Plan(const std::string& upgrade, Dialect dialect = Dialect::kPostgresql) {
    Goal goal;
    goal.targets = {"head"};
    auto plan = MakePlan(MakeTestBundle({{.id = "a", .upgrade = upgrade}}), dialect, {}, goal);
    ASSERT_TRUE(plan.ok()) << plan.status();
    plan_ = *std::move(plan);
  }
  const Step& step() const { return plan_.steps[0]; }

  // The error of a statement, at a byte of its text if `position` says so.
  absl::Status Fail(int statement, const std::string& position, const std::string& code = "42P01") {
    Error error(v1::ERROR_REASON_DATABASE_ERROR, "it went wrong");
    error.Database(code, "relation \"x\" does not exist");
    if (!position.empty()) error.With("position", position);
    return StatementError(error, step(), step().statements[statement]);
  }
  static std::string Place(const absl::Status& status) {
    return absl::StrCat(ErrorDetail(status, "file"), ":", ErrorDetail(status, "line"), ":",
                        ErrorDetail(status, "column"));
  }

  brant::Plan plan_;
};

TEST_F(StatementErrorTest, SaysWhatWhereAndInWhoseWords) {
  Plan("SELECT 1;\n  SELECT x FROM y;");
  absl::Status status = Fail(1, "");
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_EQ(status.message(), "relation \"x\" does not exist");
  EXPECT_EQ(Place(status), "20240101_0001_a.sql:8:3");
  EXPECT_EQ(ErrorDetail(status, "revision"), "a");
  EXPECT_EQ(ErrorDetail(status, "statement"), "SELECT x FROM y");
  EXPECT_EQ(ErrorDetail(status, "database_code"), "42P01");
  EXPECT_EQ(ErrorDetail(status, "database_message"), "relation \"x\" does not exist");
}

TEST_F(StatementErrorTest, ThePositionLeadsToTheLineAndColumnWithinTheStatement) {
  Plan("SELECT 1;\nSELECT a,\n  b\nFROM y;");
  EXPECT_EQ(Place(Fail(1, "0")), "20240101_0001_a.sql:8:1");
  EXPECT_EQ(Place(Fail(1, "7")), "20240101_0001_a.sql:8:8");
  EXPECT_EQ(Place(Fail(1, "12")), "20240101_0001_a.sql:9:3");
  EXPECT_EQ(Place(Fail(1, "19")), "20240101_0001_a.sql:10:6");
}

TEST_F(StatementErrorTest, ColumnsCountCharactersNotBytes) {
  // é has two bytes, 漢 three, 😀 four.
  Plan("SELECT 'é漢😀', x FROM y;");
  const std::string text = std::string(step().statements[0].text);
  EXPECT_EQ(Place(Fail(0, absl::StrCat(text.find("x FROM")))), "20240101_0001_a.sql:7:15");
  Plan("/* 漢 */ SELECT x;");
  EXPECT_EQ(Place(Fail(0, "7")), absl::StrCat("20240101_0001_a.sql:7:", 9 + 7));
}

TEST_F(StatementErrorTest, APositionBeyondTheSectionIsItsEnd) {
  Plan("SELECT 1;");
  EXPECT_EQ(ErrorDetail(Fail(0, "100000"), "file"), "20240101_0001_a.sql");
  EXPECT_EQ(Place(Fail(0, "no number")), "20240101_0001_a.sql:7:1");
}

TEST_F(StatementErrorTest, LineEndsOfWindowsCountOnce) {
  Plan("SELECT 1;\r\nSELECT\r\n x;");
  EXPECT_EQ(Place(Fail(1, "9")), "20240101_0001_a.sql:9:2");
}

TEST_F(StatementErrorTest, LongStatementsAreShortened) {
  Plan(absl::StrCat("SELECT '", std::string(5000, 'x'), "';"));
  EXPECT_LE(ErrorDetail(Fail(0, ""), "statement").size(), 512u);
}

TEST_F(StatementErrorTest, TheDriversHintIsKept) {
  Plan("SELECT 1;");
  const absl::Status error = Error(v1::ERROR_REASON_DATABASE_ERROR, "it went wrong")
                                 .Database("42883", "function lenght(text) does not exist")
                                 .Hint("Perhaps you meant length(text)");
  EXPECT_EQ(ErrorDetail(StatementError(error, step(), step().statements[0]), "hint"),
            "Perhaps you meant length(text)");
  EXPECT_EQ(ErrorDetail(Fail(0, "", "25001"), "hint"), "") << "advice is the driver's to give";
}

TEST_F(StatementErrorTest, WhatIsNotTheStatementsFaultKeepsItsReason) {
  Plan("SELECT 1;");
  for (v1::ErrorReason reason :
       {v1::ERROR_REASON_DATABASE_UNREACHABLE, v1::ERROR_REASON_COMMIT_IN_DOUBT,
        v1::ERROR_REASON_CANCELLED, v1::ERROR_REASON_DATABASE_READ_ONLY,
        v1::ERROR_REASON_UNSUPPORTED_STATEMENT}) {
    absl::Status error = Error(reason, "the connection broke").Hint("its own advice");
    absl::Status status = StatementError(error, step(), step().statements[0]);
    EXPECT_EQ(ReasonOf(status), reason);
    EXPECT_EQ(status.message(), "the connection broke");
    EXPECT_EQ(Place(status), "20240101_0001_a.sql:7:1");
    EXPECT_EQ(ErrorDetail(status, "hint"), "its own advice");
  }
}

TEST_F(StatementErrorTest, AMissingPrivilegeIsTheStatementsFault) {
  Plan("DROP TABLE t;");
  absl::Status error = Error(v1::ERROR_REASON_DATABASE_PERMISSION_DENIED, "denied")
                           .Hint("grant it")
                           .Database("42501", "must be owner of table t");
  absl::Status status = StatementError(error, step(), step().statements[0]);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_EQ(status.message(), "must be owner of table t");
  EXPECT_EQ(ErrorDetail(status, "hint"), "grant it");
}

}  // namespace
}  // namespace brant
