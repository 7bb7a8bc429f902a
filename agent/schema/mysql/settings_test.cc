#include "agent/schema/mysql/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brant::mysql {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;

TEST(SettingsTest, AreThoseOfScriptsAndDumps) {
  for (const char* statement : {
           "SET NAMES utf8mb4",
           "SET NAMES 'utf8' COLLATE 'utf8_bin'",
           "SET CHARACTER SET latin1, @x := (SELECT 1, 2)",
           "SET @@session.unique_checks = 0, LOCAL sql_notes = ON",
           "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */",
           "/*!40101 SET character_set_client = @saved_cs_client */",
           "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */",
           "/*!40103 SET TIME_ZONE='+00:00' */",
           "/*M!100616 SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0 */",
       }) {
    EXPECT_TRUE(ReadSettings(statement).has_value()) << statement;
  }
}

TEST(SettingsTest, SayWhatIsSet) {
  const auto settings = ReadSettings(
      "/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, SESSION FOREIGN_KEY_CHECKS='OFF'"
      " */");
  ASSERT_TRUE(settings.has_value());
  EXPECT_THAT(*settings,
              ElementsAre(Field(&Setting::name, ""), Field(&Setting::name, "foreign_key_checks")));
  EXPECT_EQ((*settings)[1].value, "off");
}

TEST(SettingsTest, AreNotOthers) {
  for (const char* statement : {
           "SET default_storage_engine = MyISAM",
           "SET @a = 1, @@session.default_tmp_storage_engine = MEMORY",
           "SET old_mode = ''",
           "SET NAMES gbk",
           "SET character_set_client = sjis",
           "SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')",
           "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
           "SET TRANSACTION READ ONLY",
           "SET STATEMENT sql_mode = '' FOR CREATE TABLE t (a INT)",
           "CREATE TABLE t (a INT)",
       }) {
    EXPECT_FALSE(ReadSettings(statement).has_value()) << statement;
  }
}

}  // namespace
}  // namespace brant::mysql
