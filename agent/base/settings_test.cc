#include "agent/base/settings.h"

#include <cstdlib>
#include <fstream>
#include <map>

#include "agent/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

class SettingsTest : public ::testing::Test {
 protected:
  Settings Make() {
    return Settings(AllSettings(), [this](const char* name) -> const char* {
      auto found = environment_.find(name);
      return found == environment_.end() ? nullptr : found->second.c_str();
    });
  }

  std::string Write(const std::string& text) {
    std::string path = ::testing::TempDir() + "/brant.toml";
    std::ofstream(path) << text;
    return path;
  }

  std::map<std::string, std::string> environment_;
};

TEST_F(SettingsTest, DefaultIsUsedWhereNothingElseIs) {
  Settings settings = Make();
  EXPECT_EQ(settings.Text("migrations"), "migrations");
  EXPECT_EQ(settings.Source("migrations"), SettingSource::kDefault);
}

TEST_F(SettingsTest, FlagOverEnvironmentOverFileOverDefault) {
  const std::string file = Write("version-table = 'from_file'\n");
  Settings settings = Make();
  EXPECT_EQ(settings.Text("version-table"), "brant_version");
  ASSERT_TRUE(settings.ReadFile(file).ok());
  EXPECT_EQ(settings.Text("version-table"), "from_file");
  EXPECT_EQ(settings.Source("version-table"), SettingSource::kFile);
  environment_["BRANT_VERSION_TABLE"] = "from_environment";
  EXPECT_EQ(settings.Text("version-table"), "from_environment");
  EXPECT_EQ(settings.Source("version-table"), SettingSource::kEnvironment);
  settings.SetFlag("version-table", "from_flag");
  EXPECT_EQ(settings.Text("version-table"), "from_flag");
  EXPECT_EQ(settings.Source("version-table"), SettingSource::kFlag);
}

TEST_F(SettingsTest, EmptyVariableCountsAsUnset) {
  environment_["BRANT_MIGRATIONS"] = "";
  EXPECT_EQ(Make().Text("migrations"), "migrations");
}

TEST_F(SettingsTest, BrantsOwnVariableBeatsTheCommonOne) {
  environment_["DATABASE_URL"] = "sqlite:///common.db";
  EXPECT_EQ(Make().Text("database-url"), "sqlite:///common.db");
  environment_["BRANT_DATABASE_URL"] = "sqlite:///own.db";
  EXPECT_EQ(Make().Text("database-url"), "sqlite:///own.db");
}

TEST_F(SettingsTest, PathInTheFileStartsAtTheFilesFolder) {
  Settings settings = Make();
  ASSERT_TRUE(settings.ReadFile(Write("migrations = 'db/migrations'\n")).ok());
  EXPECT_EQ(settings.Text("migrations"), ::testing::TempDir() + "/db/migrations");
}

TEST_F(SettingsTest, ListMayBeAnArray) {
  Settings settings = Make();
  ASSERT_TRUE(settings.ReadFile(Write("agent = ['a:1', 'b:2']\n")).ok());
  EXPECT_EQ(settings.Text("agent"), "a:1,b:2");
}

TEST_F(SettingsTest, TablesHoldTheAgentsKeys) {
  Settings settings = Make();
  ASSERT_TRUE(settings.ReadFile(Write("[brantd]\nlog-level = 'debug'\n")).ok());
  EXPECT_EQ(settings.Text("brantd.log-level"), "debug");
}

TEST_F(SettingsTest, UnknownKeyIsRefusedWithItsPlace) {
  const std::string file = Write("agent = 'a:1'\n\n[brantd]\nlisten_on = 'x'\n");
  absl::Status status = Make().ReadFile(file);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_REQUEST);
  EXPECT_THAT(DescribeError(status), HasSubstr(file + ":4:1: unknown setting 'brantd.listen_on'"));
}

TEST_F(SettingsTest, UnderscoresAreNamedAsTheMistake) {
  absl::Status status = Make().ReadFile(Write("database_url = 'sqlite://'\n"));
  EXPECT_THAT(DescribeError(status), HasSubstr("it is written 'database-url'"));
}

TEST_F(SettingsTest, WrongTypeIsRefusedWithItsPlace) {
  const std::string file = Write("migrations = 7\n");
  EXPECT_THAT(DescribeError(Make().ReadFile(file)),
              HasSubstr(file + ":1:1: 'migrations' must be a string"));
}

TEST_F(SettingsTest, BrokenTomlIsRefusedWithItsPlace) {
  const std::string file = Write("agent = 'a:1'\nmigrations = \n");
  EXPECT_THAT(DescribeError(Make().ReadFile(file)), HasSubstr(file + ":2:"));
}

TEST_F(SettingsTest, MissingFileIsRefused) {
  EXPECT_THAT(DescribeError(Make().ReadFile("/nonexistent/brant.toml")),
              HasSubstr("/nonexistent/brant.toml: can't read the configuration file"));
  EXPECT_FALSE(Make().ReadFile(::testing::TempDir()).ok()) << "a folder is no file";
}

TEST_F(SettingsTest, SecondsNameTheirSourceWhenTheyAreWrong) {
  Settings settings = Make();
  EXPECT_EQ(*settings.Seconds("connect-timeout"), absl::Seconds(30));
  settings.SetFlag("connect-timeout", "0.5");
  EXPECT_EQ(*settings.Seconds("connect-timeout"), absl::Milliseconds(500));
  for (const char* wrong : {"soon", "-1", "nan", "inf", ""}) {
    settings.SetFlag("connect-timeout", wrong);
    EXPECT_THAT(DescribeError(settings.Seconds("connect-timeout").status()),
                HasSubstr("--connect-timeout: "))
        << wrong;
  }
}

}  // namespace
}  // namespace brant
