#include "agent/base/text_location.h"

#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

std::pair<int, int> At(absl::string_view text, size_t offset) {
  TextLocation location = LocateOffset(text, offset);
  return {location.line, location.column};
}

TEST(LocateOffset, CountsFromOne) {
  EXPECT_EQ(At("", 0), std::pair(1, 1));
  EXPECT_EQ(At("abc", 0), std::pair(1, 1));
  EXPECT_EQ(At("abc", 2), std::pair(1, 3));
}

TEST(LocateOffset, StartsALineAfterEachLineFeed) {
  EXPECT_EQ(At("a\nbc\n\nd", 1), std::pair(1, 2));
  EXPECT_EQ(At("a\nbc\n\nd", 3), std::pair(2, 2));
  EXPECT_EQ(At("a\nbc\n\nd", 5), std::pair(3, 1));
  EXPECT_EQ(At("a\nbc\n\nd", 6), std::pair(4, 1));
  EXPECT_EQ(At("a\r\nbc", 3), std::pair(2, 1));
}

TEST(LocateOffset, CountsCodePoints) {
  absl::string_view text = "naïve 鹅🪿 x";
  EXPECT_EQ(At(text, text.find('x')), std::pair(1, 10));
  // In the middle of a character.
  EXPECT_EQ(At(text, text.find("🪿") + 2), std::pair(1, 8));
}

TEST(LocateOffset, StopsAtTheEnd) {
  EXPECT_EQ(At("ab\nc", 4), std::pair(2, 2));
  EXPECT_EQ(At("ab\nc", 400), std::pair(2, 2));
}

TEST(OffsetOfCharacter, IsTheReverse) {
  absl::string_view text = "é鹅🪿x";
  EXPECT_EQ(OffsetOfCharacter(text, 0), 0u);
  EXPECT_EQ(OffsetOfCharacter(text, 1), 2u);
  EXPECT_EQ(OffsetOfCharacter(text, 2), 5u);
  EXPECT_EQ(OffsetOfCharacter(text, 3), 9u);
  EXPECT_EQ(OffsetOfCharacter(text, 4), text.size());
  EXPECT_EQ(OffsetOfCharacter(text, 99), text.size());
}

}  // namespace
}  // namespace brant
