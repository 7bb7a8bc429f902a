#include "client/ui/utf8.h"

#include "gtest/gtest.h"

namespace brant {
namespace {

TEST(Utf8Test, WidthCountsColumns) {
  EXPECT_EQ(DisplayWidth(""), 0);
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("Größe ✓"), 7);
  EXPECT_EQ(DisplayWidth("移行"), 4);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);
}

TEST(Utf8Test, BytesThatAreNoCharactersCountOneEach) {
  EXPECT_EQ(DisplayWidth("\xff\xfe"), 2);
  EXPECT_EQ(DisplayWidth("\xe2\x9c"), 2);
  EXPECT_EQ(DisplayWidth("\xed\xa0\x80"), 3) << "a surrogate";
  EXPECT_EQ(DisplayWidth("\xc0\xaf"), 2) << "an overlong form";
}

TEST(Utf8Test, FitCutsBetweenCharacters) {
  EXPECT_EQ(FitWidth("abcdef", 6), "abcdef");
  EXPECT_EQ(FitWidth("abcdefg", 6), "abcde…");
  EXPECT_EQ(FitWidth("移行移行", 6), "移行…");
  EXPECT_EQ(FitWidth("移行移行", 5), "移行…");
  EXPECT_EQ(FitWidth("abc", 0), "");
  EXPECT_EQ(FitWidth("abc", -3), "");
}

TEST(Utf8Test, FirstLineSkipsBlankOnesAndShowsControls) {
  EXPECT_EQ(FirstLine("\n  \n  ALTER TABLE a\n  ADD b"), "ALTER TABLE a");
  EXPECT_EQ(FirstLine("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(FirstLine(""), "");
}

}  // namespace
}  // namespace brant
