#include "agent/database/mysql/literals.h"

#include "agent/base/error.h"
#include "gtest/gtest.h"

namespace brant::mysql {
namespace {

TEST(LiteralsTest, Text) {
  EXPECT_EQ(TextLiteral(""), "''");
  EXPECT_EQ(TextLiteral("it's \"so\" `big`;\n\t"), "'it''s \"so\" `big`;\n\t'");
  EXPECT_EQ(TextLiteral("a\\"), "_utf8mb4 X'615c'");
  EXPECT_EQ(TextLiteral("ä"), "_utf8mb4 X'c3a4'");
  EXPECT_EQ(TextLiteral(absl::string_view("\0", 1)), "_utf8mb4 X'00'");
}

TEST(LiteralsTest, Names) {
  EXPECT_EQ(QuoteName("a"), "`a`");
  EXPECT_EQ(QuoteName("a`b"), "`a``b`");
}

TEST(LiteralsTest, BindsOutsideOfQuotes) {
  EXPECT_EQ(Bind("SELECT ?, '?', `?`, \"?\", ?", {int64_t{-5}, Value()}).value(),
            "SELECT -5, '?', `?`, \"?\", NULL");
  EXPECT_EQ(Bind("? ?", {std::string("?"), std::string("b")}).value(), "'?' 'b'");
  EXPECT_EQ(Bind("'it''s ?' ?", {int64_t{1}}).value(), "'it''s ?' 1");
}

TEST(LiteralsTest, CountsTheArguments) {
  EXPECT_EQ(ReasonOf(Bind("SELECT ?", {}).status()), v1::ERROR_REASON_INTERNAL);
  EXPECT_EQ(ReasonOf(Bind("SELECT 1", {int64_t{1}}).status()), v1::ERROR_REASON_INTERNAL);
}

}  // namespace
}  // namespace brant::mysql
