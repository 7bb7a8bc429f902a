#include "agent/schema/scratch_servers.h"

#include "agent/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

TEST(ScratchServersTest, SqliteNeedsNone) {
  const auto servers = ScratchServers::Open("");
  ASSERT_TRUE(servers.ok()) << servers.status();
  ASSERT_NE(servers->For(Dialect::kSqlite), nullptr);
  EXPECT_EQ(servers->For(Dialect::kPostgresql), nullptr);
  EXPECT_EQ(servers->For(Dialect::kMysql), nullptr);
}

TEST(ScratchServersTest, OneForEachKindWithCommasInThem) {
  const auto servers = ScratchServers::Open(
      "postgresql://one:1,two:2/scratch?target_session_attrs=any,mysql://there/scratch");
  ASSERT_TRUE(servers.ok()) << servers.status();
  EXPECT_THAT(servers->For(Dialect::kPostgresql)->DisplayName(), HasSubstr("one"));
  EXPECT_THAT(servers->For(Dialect::kPostgresql)->DisplayName(), HasSubstr("two"));
  EXPECT_THAT(servers->For(Dialect::kMysql)->DisplayName(), HasSubstr("there"));
}

TEST(ScratchServersTest, BlanksSeparateThemAsWell) {
  const auto servers = ScratchServers::Open(" mysql://there/scratch ,  postgresql:///scratch ");
  ASSERT_TRUE(servers.ok()) << servers.status();
  EXPECT_NE(servers->For(Dialect::kPostgresql), nullptr);
  EXPECT_NE(servers->For(Dialect::kMysql), nullptr);
}

TEST(ScratchServersTest, TwoOfOneKindAreOneTooMany) {
  const auto servers = ScratchServers::Open("mysql://one/scratch,mariadb://two/scratch");
  EXPECT_EQ(ReasonOf(servers.status()), v1::ERROR_REASON_INVALID_REQUEST);
}

}  // namespace
}  // namespace brant
