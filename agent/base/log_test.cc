#include "agent/base/log.h"

#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::EndsWith;

TEST(LogTest, EveryEntryIsOneLine) {
  testing::internal::CaptureStderr();
  LogInfo("first\n2026-01-01T00:00:00.000 info forged\x1b[31m");
  LogWarning("a\nb");
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
  EXPECT_THAT(text, ::testing::HasSubstr(" info first\\n2026-01-01T00:00:00.000 info forged\\x1b"));
  EXPECT_THAT(text, EndsWith(" warning a\\nb\n"));
}

}  // namespace
}  // namespace brant
