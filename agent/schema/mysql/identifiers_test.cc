#include "agent/schema/mysql/identifiers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brant::mysql {
namespace {

using ::testing::ElementsAre;

TEST(IdentifiersTest, QuotesWhatHasToBe) {
  EXPECT_EQ(QuoteIdentifier("users"), "users");
  EXPECT_EQ(QuoteIdentifier("Users_2"), "Users_2");
  EXPECT_EQ(QuoteIdentifier("name"), "name");
  EXPECT_EQ(QuoteIdentifier("order"), "`order`");
  EXPECT_EQ(QuoteIdentifier("Rank"), "`Rank`");
  EXPECT_EQ(QuoteIdentifier("returning"), "`returning`");
  EXPECT_EQ(QuoteIdentifier("line items"), "`line items`");
  EXPECT_EQ(QuoteIdentifier("a`b"), "`a``b`");
  EXPECT_EQ(QuoteIdentifier("2nd"), "`2nd`");
  EXPECT_EQ(QuoteIdentifier("größe"), "`größe`");
  EXPECT_EQ(QuoteIdentifier(""), "``");
  EXPECT_EQ(QuoteObject({"other", "order"}), "other.`order`");
}

TEST(IdentifiersTest, Strings) {
  EXPECT_EQ(QuoteString("it's \\ so"), "'it''s \\\\ so'");
  EXPECT_THAT(ReadStrings("'a','b''c',  'd\\\\e','',',)'"),
              ElementsAre("a", "b'c", "d\\e", "", ",)"));
  EXPECT_THAT(ReadStrings(R"('a\nb\r\t\Z\'\%')"), ElementsAre("a\nb\r\t\x1a'%"));
}

}  // namespace
}  // namespace brant::mysql
