// Session settings that a migration leaves behind hurt neither the journal nor
// the next revision.

#include <ostream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/integration/agent/migration_test.h"

namespace brant {
namespace {

// A section that sets something.
struct LeftBehind {
  std::string name;
  Dialect dialect;
  std::string section;
};

// So that a failure names it.
void PrintTo(const LeftBehind& setting, std::ostream* out) { *out << setting.section; }

class LeftBehindTest : public MigrationFixture, public ::testing::WithParamInterface<LeftBehind> {
 protected:
  void SetUp() override { MakeDatabase(GetParam().dialect); }
};

std::vector<LeftBehind> All() {
  const std::vector<std::pair<std::string, std::string>> postgresql = {
      {"SearchPathFunction", "SELECT pg_catalog.set_config('search_path', '', false);"},
      {"SearchPath", "CREATE SCHEMA other;\nSET search_path = other;"},
      {"Role", "SET ROLE pg_monitor;"},
      {"StandardConformingStrings", "SET standard_conforming_strings = off;"},
      {"BackslashQuote", "SET standard_conforming_strings = off;\nSET backslash_quote = off;"},
      {"ClientEncoding", "SET client_encoding = 'LATIN1';"},
      {"ReadOnly", "SET default_transaction_read_only = on;"},
      {"DateStyle", "SET datestyle = 'German, DMY';\nSET intervalstyle = 'sql_standard';"},
      {"Isolation", "SET default_transaction_isolation = 'serializable';"},
      {"Timeouts", "SET statement_timeout = '10s';\nSET lock_timeout = '5s';"},
      {"ByteaAndFloats", "SET bytea_output = 'escape';\nSET extra_float_digits = -15;"},
      {"RowSecurity", "SET row_security = off;\nSET check_function_bodies = false;"},
      {"TemporaryTable", "CREATE TEMPORARY TABLE t (z INTEGER);"},
      {"Listen", "LISTEN something;\nDECLARE c CURSOR WITH HOLD FOR SELECT 1;"},
      {"Prepared", "PREPARE p AS SELECT 1;"},
  };
  const std::vector<std::pair<std::string, std::string>> sqlite = {
      {"ForeignKeys", "PRAGMA foreign_keys = ON;"},
      {"DeferForeignKeys", "PRAGMA defer_foreign_keys = ON;"},
      {"IgnoreCheck", "PRAGMA ignore_check_constraints = ON;"},
      {"RecursiveTriggers", "PRAGMA recursive_triggers = ON;"},
      {"CaseSensitiveLike", "PRAGMA case_sensitive_like = ON;"},
      {"TemporaryTable", "CREATE TEMPORARY TABLE t (z INTEGER);"},
      {"LegacyAlter", "PRAGMA legacy_alter_table = ON;"},
      {"Storage", "PRAGMA cache_size = 10;\nPRAGMA cell_size_check = ON;"},
  };
  const std::vector<std::pair<std::string, std::string>> mysql = {
      {"AnsiQuotes", "SET sql_mode = 'ANSI_QUOTES';"},
      {"Ansi", "SET SESSION sql_mode = 'ANSI';"},
      {"NoBackslashEscapes", "SET sql_mode = 'NO_BACKSLASH_ESCAPES';"},
      {"Oracle", "SET sql_mode = 'ORACLE';"},
      {"EmptyMode", "SET sql_mode = '';"},
      {"Latin1", "SET NAMES latin1;"},
      {"Binary", "SET NAMES binary;"},
      {"CharacterSetClient", "SET character_set_client = latin1;"},
      {"DumpHeader",
       "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n"
       "/*!40103 SET TIME_ZONE='+00:00' */;\n/*!40014 SET FOREIGN_KEY_CHECKS=0 */;"},
      {"ForeignKeyChecks", "SET foreign_key_checks = 0;\nSET unique_checks = 0;"},
      {"SafeUpdates", "SET sql_safe_updates = 1;"},
      {"SelectLimit", "SET sql_select_limit = 1;"},
      {"NoSelect", "SET sql_select_limit = 0;"},
      {"ReadOnly", "SET SESSION TRANSACTION READ ONLY;"},
      {"Isolation", "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE;"},
      {"CompletionType", "SET completion_type = 'CHAIN';"},
      {"Engine", "SET default_storage_engine = MyISAM;"},
      {"Autocommit", "SET autocommit = 0;"},
      {"TemporaryTable", "CREATE TEMPORARY TABLE t (z INTEGER);"},
      {"UserVariable", "SET @x = 1;"},
      {"OtherDatabase", "USE information_schema;"},
  };
  std::vector<LeftBehind> all;
  for (const auto& [name, section] : postgresql) {
    all.push_back({absl::StrCat("postgresql", name), Dialect::kPostgresql, section});
  }
  for (const auto& [name, section] : sqlite) {
    all.push_back({absl::StrCat("sqlite", name), Dialect::kSqlite, section});
  }
  for (const auto& [name, section] : mysql) {
    all.push_back({absl::StrCat("mysql", name), Dialect::kMysql, section});
  }
  return all;
}

// Letters outside of ASCII, quotes and backslashes pass through the journal.
constexpr absl::string_view kComment = "-- it's \\ \"quoted\" é漢😀\n";

TEST_P(LeftBehindTest, HurtsNobody) {
  if (GetParam().name == "mysqlOracle" && !IsMariaDb()) GTEST_SKIP() << "MySQL has no such mode";
  const std::string& setting = GetParam().section;
  // More behind it, whose counts are recorded while the setting holds.
  const bool read_only = absl::EndsWith(GetParam().name, "ReadOnly");
  const std::string more = read_only ? setting : absl::StrCat(setting, "\nSELECT 1;\nSELECT 'é';");
  std::vector<TestMigration> migrations = {
      {.id = "first", .upgrade = "CREATE TABLE n (x INTEGER);"}};
  for (const auto& [section, options] :
       {std::pair(setting, ""), std::pair(more, ""), std::pair(setting, "transaction:off"),
        std::pair(more, "transaction:off")}) {
    const size_t number = migrations.size();
    const std::string left = absl::StrCat("left", number), next = absl::StrCat("next", number);
    migrations.push_back({.id = left,
                          .revises = migrations.back().id,
                          .upgrade = absl::StrCat(kComment, section),
                          .upgrade_options = options});
    migrations.push_back(
        {.id = next,
         .revises = left,
         .upgrade = absl::StrCat("CREATE TABLE t (x VARCHAR(50) PRIMARY KEY);\n",
                                 "INSERT INTO t VALUES ('it''s é漢😀');\nINSERT INTO t VALUES (",
                                 Choose("E'\\\\'", "'\\'", "'\\\\'"), ");\n",
                                 "UPDATE t SET x = 'updated' WHERE x = 'it''s é漢😀';\n",
                                 "INSERT INTO n SELECT LENGTH(x) FROM t;\n", "DROP TABLE t;"),
         .downgrade = "DELETE FROM n;"});
  }
  if (absl::StrContains(setting, "CREATE SCHEMA")) {
    for (size_t i = 3; i < migrations.size(); i += 2) {
      migrations[i].upgrade = absl::StrCat("DROP SCHEMA other;\n", migrations[i].upgrade);
    }
  }
  Outcome outcome = Upgrade(migrations);
  ASSERT_TRUE(outcome.status.ok()) << DescribeError(outcome.status);
  EXPECT_EQ(Rows(), migrations.back().id);
  EXPECT_EQ(One("SELECT COUNT(*) FROM n WHERE x = 7"), "4");
  EXPECT_EQ(One("SELECT COUNT(*) FROM n WHERE x = 1"), "4");
  EXPECT_EQ(One("SELECT state FROM brant_runs"), "succeeded");
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_steps WHERE state = 'done' AND "
                "statements_done = statements_total AND statements_started = statements_total"),
            absl::StrCat(migrations.size()));
  const auto bundle = MakeTestBundle(migrations);
  for (RevisionIndex index = 0; index < bundle->graph.size(); ++index) {
    const Revision& revision = bundle->graph.revision(index);
    EXPECT_EQ(
        One(absl::StrCat("SELECT script FROM brant_scripts WHERE revision = '", revision.id, "'")),
        revision.text);
  }
  Outcome down = Downgrade(migrations, "first");
  ASSERT_TRUE(down.status.ok()) << DescribeError(down.status);
  EXPECT_EQ(One("SELECT COUNT(*) FROM n"), "0");
}

INSTANTIATE_TEST_SUITE_P(Settings, LeftBehindTest, ::testing::ValuesIn(All()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace brant
