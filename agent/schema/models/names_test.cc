#include "agent/schema/models/names.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

TEST(NamesTest, SnakeCase) {
  EXPECT_EQ(SnakeCase("User"), "user");
  EXPECT_EQ(SnakeCase("UserProfile"), "user_profile");
  EXPECT_EQ(SnakeCase("HTTPServer"), "http_server");
  EXPECT_EQ(SnakeCase("OAuth2Token"), "o_auth2_token");
  EXPECT_EQ(SnakeCase("already_snake"), "already_snake");
}

TEST(NamesTest, ConventionalNames) {
  EXPECT_EQ(ConventionalName("users", "", "pkey"), "users_pkey");
  EXPECT_EQ(ConventionalName("users", "team_id", "fkey"), "users_team_id_fkey");
}

// What PostgreSQL 15 made of UNIQUE on such a column of such a table.
TEST(NamesTest, LongNamesAreCutAsPostgresqlDoes) {
  const std::string table(40, 't');
  const std::string column(40, 'c');
  EXPECT_EQ(ConventionalName(table, column, "key"),
            absl::StrCat(std::string(29, 't'), "_", std::string(29, 'c'), "_key"));
  EXPECT_EQ(ConventionalName(std::string(63, 't'), "id", "fkey"),
            absl::StrCat(std::string(55, 't'), "_id_fkey"));
  EXPECT_EQ(ConventionalName(std::string(63, 't'), "", "pkey"),
            absl::StrCat(std::string(58, 't'), "_pkey"));
}

TEST(NamesTest, CutsNoCharacterInTwo) {
  std::string umlauts;
  for (int i = 0; i < 31; ++i) umlauts += "ä";
  const std::string name = ConventionalName(umlauts, "", "pkey");
  EXPECT_EQ(name, absl::StrCat(umlauts.substr(0, 58), "_pkey"));
  EXPECT_EQ(ConventionalName(absl::StrCat("x", umlauts), "", "pkey"),
            absl::StrCat("x", umlauts.substr(0, 56), "_pkey"));
}

TEST(NamesTest, ChoosesWhatIsFree) {
  NamesInUse names;
  EXPECT_TRUE(names.Add("", "users_name_key"));
  EXPECT_FALSE(names.Add("", "users_name_key"));
  EXPECT_TRUE(names.Add("other", "users_name_key"));
  EXPECT_EQ(names.Choose("", "users", "name", "key"), "users_name_key1");
  EXPECT_EQ(names.Choose("", "users", "name", "key"), "users_name_key2");
  EXPECT_EQ(names.Choose("", "users", "mail", "key"), "users_mail_key");
}

}  // namespace
}  // namespace brant
