#include "agent/database/statement.h"

#include <string>

#include "agent/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

TEST(SplitStatements, GivesEachStatementItsKind) {
  for (Dialect dialect : kAllDialects) {
    auto statements = SplitStatements(
        dialect, "CREATE TABLE t (a int); INSERT INTO t VALUES (1); -- done\nCOMMIT");
    ASSERT_TRUE(statements.ok()) << statements.status();
    ASSERT_EQ(statements->size(), 3u);
    EXPECT_EQ((*statements)[0].kind, dialect == Dialect::kMysql ? StatementKind::kAutonomous
                                                                : StatementKind::kTransactional);
    EXPECT_EQ((*statements)[1].kind, StatementKind::kTransactional);
    EXPECT_EQ((*statements)[2].kind, StatementKind::kTransactionControl);
    EXPECT_EQ((*statements)[2].text, "COMMIT");
  }
}

TEST(SplitStatements, RefusesNulBytes) {
  for (Dialect dialect : kAllDialects) {
    auto statements = SplitStatements(dialect, absl::string_view("SELECT 1;\0 SELECT 2", 19));
    EXPECT_EQ(ReasonOf(statements.status()), v1::ERROR_REASON_UNSUPPORTED_STATEMENT);
    EXPECT_EQ(ErrorDetail(statements.status(), "position"), "9");
    EXPECT_NE(ErrorDetail(statements.status(), "hint"), "");
  }
}

// Every statement is a part of the script at its offset, in order, whatever the
// script is.
TEST(SplitStatements, PointsIntoTheScript) {
  const std::string script = "a;;b'; \"$$ /* é -- \n#x [ ` $t$ \\ DELIMITER // BEGIN E'\\'";
  for (Dialect dialect : kAllDialects) {
    for (size_t begin = 0; begin < script.size(); ++begin) {
      for (size_t size = 0; size <= script.size() - begin; ++size) {
        absl::string_view part = absl::string_view(script).substr(begin, size);
        auto statements = SplitStatements(dialect, part);
        if (!statements.ok()) {
          EXPECT_EQ(ReasonOf(statements.status()), v1::ERROR_REASON_UNSUPPORTED_STATEMENT);
          continue;
        }
        size_t end = 0;
        for (const Statement& statement : *statements) {
          ASSERT_FALSE(statement.text.empty());
          ASSERT_GE(statement.offset, end) << part;
          ASSERT_EQ(part.substr(statement.offset).data(), statement.text.data()) << part;
          end = statement.offset + statement.text.size();
          ASSERT_LE(end, part.size());
        }
      }
    }
  }
}

}  // namespace
}  // namespace brant
