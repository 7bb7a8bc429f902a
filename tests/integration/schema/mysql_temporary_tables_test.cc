// What a plan with temporary tables makes is what the statements make as they are.

#include <gtest/gtest.h>

#include <iostream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/schema/ddl.h"
#include "agent/schema/diff.h"
#include "agent/schema/mysql/driver.h"
#include "agent/schema/mysql/run_plan.h"
#include "agent/schema/scratch.h"
#include "tests/integration/schema/mysql_catalog.h"
#include "tests/integration/schema/mysql_random_schema.h"
#include "tests/integration/schema/round_trip.h"

namespace brant {
namespace {

// Nothing: the statements have to be run as they are.
std::optional<Catalog> EvaluateByPlan(absl::string_view script) {
  MysqlCatalog world;
  const std::vector<SchemaDriver::Script> scripts = {{"schema.sql", std::string(script)}};
  const auto statements =
      ReadScripts(Dialect::kMysql, scripts, [](absl::string_view sql) { return ""; });
  EXPECT_TRUE(statements.ok()) << statements.status();
  const auto plan = mysql::PlanEvaluation(*statements);
  if (!plan.has_value()) return std::nullopt;
  const CancelToken never;
  auto catalog = mysql::RunPlan(world.session(), *plan, {}, never);
  EXPECT_TRUE(catalog.ok()) << catalog.status();
  return *std::move(catalog);
}

// With a variable of the session, as the server's configuration may have it.
bool IsPlannedWhere(absl::string_view setting) {
  MysqlCatalog world;
  EXPECT_TRUE(world.session().Query(setting).ok());
  const std::vector<SchemaDriver::Script> scripts = {{"schema.sql", "CREATE TABLE t (a INT)"}};
  const auto statements =
      ReadScripts(Dialect::kMysql, scripts, [](absl::string_view sql) { return ""; });
  const CancelToken never;
  const auto catalog =
      mysql::RunPlan(world.session(), *mysql::PlanEvaluation(*statements), {}, never);
  EXPECT_TRUE(catalog.ok()) << catalog.status();
  return catalog->has_value();
}

Catalog Make(absl::string_view script) {
  MysqlCatalog world;
  world.Execute(script);
  EXPECT_TRUE(world.session().Reset().ok());
  return world.Introspect();
}

void ExpectSame(absl::string_view script) {
  const std::optional<Catalog> by_plan = EvaluateByPlan(script);
  ASSERT_TRUE(by_plan.has_value()) << script;
  const Catalog made = Make(script);
  const MysqlSchemaDriver driver;
  EXPECT_EQ(Difference(driver, *by_plan, made), "") << script;
  EXPECT_EQ(Difference(driver, made, *by_plan), "") << script;
  // Also what is not compared.
  EXPECT_TRUE(by_plan->tables == made.tables) << script;
  EXPECT_TRUE(by_plan->views == made.views) << script;
}

constexpr absl::string_view kParent =
    "CREATE TABLE p (id INT PRIMARY KEY, a INT, b INT, name VARCHAR(9) UNIQUE, KEY ab (a, b));\n";

TEST(MysqlTemporaryTablesTest, HaveTheSameColumnsAndKeys) {
  ExpectSame(R"sql(
CREATE TABLE t (
  id INT UNSIGNED AUTO_INCREMENT, b BOOLEAN DEFAULT TRUE, z INT(5) ZEROFILL,
  s VARCHAR(20) NOT NULL DEFAULT 'it''s \\ "x"', latin VARCHAR(9) CHARACTER SET latin1,
  bin VARCHAR(9) COLLATE utf8mb4_bin, bytes BINARY(3), bits BIT(3) DEFAULT b'101',
  d DECIMAL(10,2) DEFAULT 1, f FLOAT DEFAULT 1.5, day DATE DEFAULT '2020-01-01', y YEAR,
  at DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
    COMMENT 'a ''q'' \\ b',
  ts TIMESTAMP, ts2 TIMESTAMP NULL DEFAULT NULL, ts3 TIMESTAMP NOT NULL DEFAULT NOW(),
  j JSON, k JSON NOT NULL DEFAULT '{}' COMMENT 'json', e ENUM('a','b''c','d,e)','\n\\') DEFAULT 'a',
  st SET('x','y') CHARACTER SET latin1, stored INT AS (seen + 1) STORED,
  seen INT UNSIGNED DEFAULT 5, computed INT GENERATED ALWAYS AS (seen * (2 + 1)) COMMENT 'c',
  hidden INT INVISIBLE DEFAULT 3, u UUID DEFAULT UUID(), ip INET6, ex INT DEFAULT (1 + 2),
  checked INT CHECK (checked > 0 AND checked <> 7), t1 TEXT DEFAULT 'a\nb', t2 MEDIUMTEXT,
  p POINT NOT NULL, cc VARCHAR(30) COMPRESSED, bl BLOB, `a b``c` INT COMMENT 'ü €\n\r\t\Z \'x\'',
  `default` INT DEFAULT -1,
  PRIMARY KEY (id, seen), UNIQUE KEY uq (s), UNIQUE (d, f), KEY (t1(10)),
  KEY k2 (seen DESC, d) COMMENT 'it''s\n', UNIQUE KEY uc (f) COMMENT 'u', KEY kk USING HASH (f),
  SPATIAL KEY sp (p), KEY `a b``c` (`a b``c`),
  CONSTRAINT ck CHECK (d > 1 AND s <> ',x)' OR bin LIKE 'a%'), CHECK (d < 1000)
) ENGINE=InnoDB AUTO_INCREMENT=7 COMMENT='the \n''table' ROW_FORMAT = DYNAMIC;
CREATE TABLE latin (a VARCHAR(3), b VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, j JSON)
  DEFAULT CHARSET latin1 COLLATE latin1_bin;
CREATE TABLE bin (a VARCHAR(3), j JSON) CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `ENGINE` (a INT) ENGINE MyISAM;
CREATE UNIQUE INDEX ue ON `ENGINE` (a);
CREATE INDEX late ON t (day) COMMENT 'late';
)sql");
}

TEST(MysqlTemporaryTablesTest, HaveTheSameForeignKeys) {
  for (const char* script : {
           "CREATE TABLE c (id INT, CONSTRAINT f FOREIGN KEY (id) REFERENCES p (id))",
           "CREATE TABLE c (id INT, x INT, FOREIGN KEY (id) REFERENCES p (id) ON DELETE CASCADE)",
           "CREATE TABLE c (a INT, b INT, FOREIGN KEY (a, b) REFERENCES p (a, b) ON UPDATE SET "
           "NULL ON DELETE RESTRICT, y INT, CONSTRAINT FOREIGN KEY (y) REFERENCES p (a) ON DELETE "
           "NO ACTION, CHECK (y > 1))",
           "CREATE TABLE c (a INT, KEY ka (a, id), id INT, CONSTRAINT fa FOREIGN KEY (a) "
           "REFERENCES p (id), KEY fa (a))",
           "CREATE TABLE c (a INT PRIMARY KEY, CONSTRAINT `f x` FOREIGN KEY (`a`) REFERENCES `p` "
           "(`id`) ON UPDATE CASCADE ON DELETE CASCADE) COMMENT 'FOREIGN KEY (a) REFERENCES q'",
           "CREATE TABLE c (a INT, parent INT, PRIMARY KEY (a), CONSTRAINT self FOREIGN KEY "
           "(parent) REFERENCES c (a))",
           "CREATE TABLE c (n VARCHAR(9), FOREIGN KEY (n) REFERENCES p (name))",
           "CREATE TABLE c (a INT, b INT); ALTER TABLE c ADD CONSTRAINT f FOREIGN KEY (a) "
           "REFERENCES p (id), ADD FOREIGN KEY (b) REFERENCES p (id); CREATE INDEX ia ON c (a)",
           "CREATE TABLE c (a INT, FOREIGN KEY (a) REFERENCES p (id)); CREATE INDEX ia ON c (a)",
           "CREATE TABLE c (a INT, KEY (a), FOREIGN KEY (a) REFERENCES p (id), CONSTRAINT g "
           "FOREIGN KEY (a) REFERENCES p (a))",
           "SET foreign_key_checks = 0; CREATE TABLE c (a INT, CONSTRAINT f FOREIGN KEY (a) "
           "REFERENCES z (id)); CREATE TABLE z (id INT PRIMARY KEY)",
           "CREATE TABLE c (a INT, FOREIGN KEY (a) REFERENCES p (id)) ENGINE=MyISAM",
           "CREATE TABLE c (a INT, b INT); ALTER TABLE c ADD CONSTRAINT f FOREIGN KEY (a) "
           "REFERENCES p (id); ALTER TABLE c ADD CONSTRAINT u UNIQUE (a, b)",
           "CREATE TABLE u (id UUID PRIMARY KEY, y YEAR, KEY (y)); CREATE TABLE c (id UUID, y "
           "YEAR, "
           "FOREIGN KEY (id) REFERENCES u (id), FOREIGN KEY (y) REFERENCES u (y)) COLLATE "
           "latin1_bin",
           // As dumps name them.
           "CREATE TABLE c (a INT, b INT, KEY a (a), CONSTRAINT c_ibfk_2 FOREIGN KEY (a) "
           "REFERENCES p (id), CONSTRAINT c_ibfk_7 FOREIGN KEY (b) REFERENCES p (id))",
           "CREATE TABLE c (a INT, b INT CHECK (b > 1), s INT AS (b + 1) STORED, v INT AS (a) "
           "VIRTUAL, FOREIGN KEY (a) REFERENCES p (id) ON DELETE SET NULL ON UPDATE CASCADE)",
           "CREATE TABLE c (a INT CHECK (a > 1), s INT AS (a + 1) STORED, FOREIGN KEY (a) "
           "REFERENCES p (id) ON DELETE CASCADE)",
       }) {
    ExpectSame(absl::StrCat(kParent, script));
  }
}

TEST(MysqlTemporaryTablesTest, HaveWhatOtherEnginesAndFormatsSay) {
  ExpectSame(
      "CREATE TABLE a (a INT) ENGINE=Aria; CREATE TABLE m (a INT, KEY (a)) ENGINE=MEMORY; CREATE "
      "TABLE c (a INT) ROW_FORMAT=COMPACT; CREATE TABLE d (a INT)");
}

TEST(MysqlTemporaryTablesTest, SayTimesInTheZoneOfTheSession) {
  ExpectSame(
      "SET time_zone = '+05:00'; CREATE TABLE t (ts TIMESTAMP NOT NULL DEFAULT '2020-01-01')");
}

// As Django, Rails, Prisma, Laravel and mariadb-dump write it.
TEST(MysqlTemporaryTablesTest, AreUsedForWhatToolsWrite) {
  for (
      const char* script : {
          "CREATE TABLE `g` (`id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY, `name` varchar(150) "
          "NOT NULL UNIQUE); CREATE TABLE `ug` (`id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY, "
          "`u` integer NOT NULL, `g` integer NOT NULL); ALTER TABLE `ug` ADD CONSTRAINT "
          "`ug_g_fk_g_id` FOREIGN KEY (`g`) REFERENCES `g` (`id`); ALTER TABLE `ug` ADD CONSTRAINT "
          "`ug_uniq` UNIQUE (`u`, `g`)",
          "CREATE TABLE `u` (`id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, `email` "
          "varchar(255)); "
          "CREATE UNIQUE INDEX `index_u_on_email` ON `u` (`email`); CREATE TABLE `po` (`id` bigint "
          "NOT NULL AUTO_INCREMENT PRIMARY KEY, `u_id` bigint NOT NULL, INDEX `index_po_on_u_id` "
          "(`u_id`), CONSTRAINT `fk_rails_5b` FOREIGN KEY (`u_id`) REFERENCES `u` (`id`))",
          "CREATE TABLE `User` (`id` INTEGER NOT NULL AUTO_INCREMENT, `email` VARCHAR(191) NOT "
          "NULL, "
          "UNIQUE INDEX `User_email_key`(`email`), PRIMARY KEY (`id`)) DEFAULT CHARACTER SET "
          "utf8mb4 "
          "COLLATE utf8mb4_unicode_ci; CREATE TABLE `Post` (`id` INTEGER NOT NULL AUTO_INCREMENT, "
          "`by` INTEGER NULL, PRIMARY KEY (`id`)) DEFAULT CHARACTER SET utf8mb4 COLLATE "
          "utf8mb4_unicode_ci; ALTER TABLE `Post` ADD CONSTRAINT `Post_by_fkey` FOREIGN KEY (`by`) "
          "REFERENCES `User`(`id`) ON DELETE SET NULL ON UPDATE CASCADE",
          "create table `f` (`id` bigint unsigned not null auto_increment primary key) default "
          "character set utf8mb4 collate 'utf8mb4_unicode_ci' engine = InnoDB; create table `h` "
          "(`f` "
          "bigint unsigned not null); alter table `h` add constraint `h_f_foreign` foreign key "
          "(`f`) references `f` (`id`) on delete cascade",
          "/*M!999999\\- enable the sandbox mode */ \n"
          "/*!40101 SET NAMES utf8mb4 */;\n"
          "/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;\n"
          "/*!40103 SET TIME_ZONE='+00:00' */;\n"
          "/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;\n"
          "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n"
          "DROP TABLE IF EXISTS `c`;\n"
          "/*!40101 SET @saved_cs_client     = @@character_set_client */;\n"
          "/*!40101 SET character_set_client = utf8mb4 */;\n"
          "CREATE TABLE `c` (\n  `a` int(11) DEFAULT NULL,\n  KEY `a` (`a`),\n  CONSTRAINT "
          "`c_ibfk_1` FOREIGN KEY (`a`) REFERENCES `p` (`id`)\n) ENGINE=InnoDB DEFAULT "
          "CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;\n"
          "/*!40101 SET character_set_client = @saved_cs_client */;\n"
          "/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;\n"
          "/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;\n"
          "/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;\n",
      }) {
    ExpectSame(absl::StrCat(kParent, script));
  }
}

TEST(MysqlTemporaryTablesTest, StandBesideWhatIsMadeAsItIs) {
  for (const char* script : {
           "CREATE TABLE c (id INT PRIMARY KEY, p_id INT, FOREIGN KEY (p_id) REFERENCES p (id)); "
           "CREATE VIEW v AS SELECT c.id, P.a FROM c JOIN p P ON P.id = c.p_id; CREATE VIEW w AS "
           "SELECT * FROM v",
           "CREATE TABLE c (a INT); CREATE TRIGGER tr BEFORE INSERT ON c FOR EACH ROW SET NEW.a "
           "= 1",
           "CREATE FUNCTION f() RETURNS INT RETURN (SELECT COUNT(*) FROM p); CREATE TABLE c (a "
           "INT); CREATE VIEW v AS SELECT f() AS n",
           "CREATE TABLE c (a INT, txt TEXT, FULLTEXT KEY ft (txt), KEY (a)); CREATE TABLE d (b "
           "INT, CONSTRAINT f FOREIGN KEY (b) REFERENCES c (a))",
           "CREATE TABLE c (a INT, txt TEXT); CREATE FULLTEXT INDEX ft ON c (txt)",
           "CREATE TABLE c (a INT PRIMARY KEY) PARTITION BY HASH (a) PARTITIONS 2",
           "CREATE TABLE c (a INT) WITH SYSTEM VERSIONING",
           "CREATE TABLE c (a INT REFERENCES p (id), x INT)",
           "CREATE TABLE c AS SELECT id FROM p",
           "CREATE TABLE c (a INT /*!50100 DEFAULT 7 */)",
           "/*!40101 SET @saved = @@character_set_client */; DROP TABLE IF EXISTS c; CREATE TABLE "
           "c (a INT); /*!40101 SET character_set_client = @saved */",
           "SET NAMES latin1; CREATE TABLE c (a INT COMMENT 'é'); SET sql_quote_show_create = 0, "
           "sql_mode = 'NO_ENGINE_SUBSTITUTION'",
       }) {
    ExpectSame(absl::StrCat(kParent, script));
  }
}

TEST(MysqlTemporaryTablesTest, AreNotUsedWhereTheyWouldTellLess) {
  for (const char* script : {
           // The server refuses these.
           "CREATE TABLE c (a BIGINT, FOREIGN KEY (a) REFERENCES p (id))",
           "CREATE TABLE c (a INT, FOREIGN KEY (a) REFERENCES nowhere (id))",
           "CREATE TABLE c (a INT, FOREIGN KEY (a) REFERENCES p (b))",
           "CREATE TABLE c (a INT, FOREIGN KEY (x) REFERENCES p (id))",
           "CREATE TABLE c (a INT NOT NULL, FOREIGN KEY (a) REFERENCES p (id) ON DELETE SET NULL)",
           "CREATE TABLE c (a INT, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id)); CREATE TABLE "
           "d (a INT, CONSTRAINT F FOREIGN KEY (a) REFERENCES p (id))",
           "CREATE TABLE c (a INT, CONSTRAINT f FOREIGN KEY (a) REFERENCES z (id)); CREATE TABLE "
           "z (id INT PRIMARY KEY)",
           "CREATE TABLE c (n VARCHAR(9) COLLATE utf8mb4_bin, FOREIGN KEY (n) REFERENCES p (name))",
           "CREATE TABLE c (a INT, a INT)",
           "SET foreign_key_checks = 1; CREATE TABLE c (a INT, CONSTRAINT f FOREIGN KEY (a) "
           "REFERENCES z (id)); CREATE TABLE z (id INT PRIMARY KEY)",
           "CREATE TABLE q (a INT); CREATE TABLE c (a INT, CONSTRAINT f FOREIGN KEY (a) REFERENCES "
           "q (a)); CREATE INDEX qa ON q (a)",
           "CREATE TABLE c (x INT, a INT UNIQUE, CONSTRAINT a FOREIGN KEY (x) REFERENCES p (id)); "
           "CREATE INDEX cx ON c (x)",
           "CREATE TABLE c (`key` INT, FOREIGN KEY (key) REFERENCES p (id))",
           "CREATE TABLE c (a INT, CONSTRAINT 12 FOREIGN KEY (a) REFERENCES p (id))",
           "CREATE TABLE c (a INT, CONSTRAINT `primary` FOREIGN KEY (a) REFERENCES p (id))",
           "CREATE TABLE c (a INT, CONSTRAINT `f ` FOREIGN KEY (a) REFERENCES p (id))",
           "CREATE TABLE c (a INT, FOREIGN KEY (a, a) REFERENCES p (a, b))",
           "CREATE TABLE c (a INT, FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE ON DELETE "
           "CASCADE)",
           "CREATE TABLE c (a INT, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id), CONSTRAINT f "
           "CHECK (a > 1))",
           "CREATE TABLE c (a INT NOT NULL, FOREIGN KEY (a) REFERENCES p (a) ON UPDATE CASCADE)",
           "CREATE TABLE c (a INT, s INT AS (A + 1) STORED, FOREIGN KEY (a) REFERENCES p (id) ON "
           "DELETE SET NULL)",
           "CREATE TABLE c (a INT, b INT, CHECK (a > b)); ALTER TABLE c ADD FOREIGN KEY (a) "
           "REFERENCES p (id) ON UPDATE CASCADE",
           "CREATE TABLE q (t TEXT, UNIQUE (t)); CREATE TABLE c (t TEXT, UNIQUE (t), FOREIGN KEY "
           "(t) REFERENCES q (t))",
           "CREATE TABLE q (v VARCHAR(500), w VARCHAR(500), UNIQUE (v, w)); CREATE TABLE c (v "
           "VARCHAR(500), FOREIGN KEY (v) REFERENCES q (v))",
           "CREATE TABLE q (v VARCHAR(500), KEY (v)); CREATE TABLE c (v VARCHAR(500)) "
           "ROW_FORMAT=COMPACT; ALTER TABLE c ADD FOREIGN KEY (v) REFERENCES q (v)",
           // Indexes of foreign keys that depend on each other, and on names.
           "CREATE TABLE c (a INT, b INT, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (a), "
           "CONSTRAINT g FOREIGN KEY (a, b) REFERENCES p (a, b))",
           "CREATE TABLE c (a INT, b INT, KEY a (b), FOREIGN KEY (a) REFERENCES p (id))",
           "CREATE TABLE c (a INT, b INT, CONSTRAINT c_ibfk_7 FOREIGN KEY (a) REFERENCES p (id), "
           "FOREIGN KEY (b) REFERENCES p (id))",
           "CREATE TABLE c (`primary` INT, FOREIGN KEY (`primary`) REFERENCES p (id))",
           "CREATE TABLE c (a INT, z INT, CONSTRAINT z FOREIGN KEY (a) REFERENCES p (id), FOREIGN "
           "KEY (z) REFERENCES p (id))",
           "CREATE TABLE c (a INT, b INT, FOREIGN KEY (a) REFERENCES p (id)); CREATE INDEX IF NOT "
           "EXISTS a ON c (a); CREATE INDEX ab ON c (a, b)",
           "CREATE TABLE c (a INT, FOREIGN KEY (a) REFERENCES p (id)); CREATE TABLE view LIKE c",
           "CREATE TABLE c (a INT, FOREIGN KEY (a) REFERENCES p (id)); CREATE OR REPLACE TABLE c "
           "(a "
           "INT, INDEX (a))",
           // Self-references keep the case in which they are written.
           "CREATE TABLE c (a INT PRIMARY KEY, b INT, CONSTRAINT f FOREIGN KEY (B) REFERENCES c "
           "(A))",
           "CREATE TABLE c (a INT, FOREIGN KEY (a) REFERENCES p (id)); CREATE TABLE d LIKE c",
           // Foreign keys that this engine forgets.
           "CREATE TABLE c (a INT) ENGINE=MyISAM; ALTER TABLE c ADD FOREIGN KEY (a) REFERENCES p "
           "(id)",
           // Statements that may do anything.
           "INSERT INTO p (id) VALUES (1)",
           "ALTER TABLE p ADD COLUMN c INT",
           "ALTER TABLE p ADD CONSTRAINT u UNIQUE (a), ADD COLUMN c INT",
           "ALTER TABLE p ADD UNIQUE (a)",
           "DROP TABLE p; CREATE TABLE p (x INT)",
           "RENAME TABLE p TO q",
           // Settings that may change what a table becomes.
           "SET default_storage_engine = MyISAM; CREATE TABLE c (a INT)",
           "SET default_tmp_storage_engine = MEMORY; CREATE TABLE c (a INT)",
           "SET SESSION TRANSACTION READ ONLY; CREATE TABLE c (a INT)",
           "SET sql_mode = 'ANSI_QUOTES'; CREATE TABLE c (\"a\" INT)",
           "SET sql_mode = 'NO_BACKSLASH_ESCAPES'; CREATE TABLE c (a INT)",
       }) {
    EXPECT_FALSE(EvaluateByPlan(absl::StrCat(kParent, script)).has_value()) << script;
  }
}

TEST(MysqlTemporaryTablesTest, AreNotUsedWhereTheServerReadsOrMakesOthers) {
  EXPECT_TRUE(IsPlannedWhere("SET sql_mode = 'STRICT_ALL_TABLES'"));
  for (const char* setting : {
           "SET sql_mode = 'ANSI'",
           "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
           "SET default_storage_engine = MyISAM, default_tmp_storage_engine = InnoDB",
           "SET default_tmp_storage_engine = MEMORY",
       }) {
    EXPECT_FALSE(IsPlannedWhere(setting)) << setting;
  }
}

TEST(MysqlTemporaryTablesTest, MakeTheSameOfRandomSchemas) {
  const int count = PairCount(15);
  const MysqlSchemaDriver driver;
  int planned = 0;
  for (uint64_t seed = FirstSeed(); seed < FirstSeed() + count; ++seed) {
    SCOPED_TRACE(absl::StrCat("BRANT_SCHEMA_SEED=", seed));
    const Catalog catalog = MysqlRandomSchema(seed, /*for_mariadb=*/true).Make();
    const Catalog nothing{Dialect::kMysql};
    const auto diff = Diff(nothing, catalog);
    const std::string script = ToText(driver.Render(*diff));
    if (!EvaluateByPlan(script).has_value()) continue;
    ++planned;
    ExpectSame(script);
    if (HasFailure()) return;
  }
  std::cerr << planned << " of " << count
            << " with temporary tables, from BRANT_SCHEMA_SEED=" << FirstSeed() << "\n";
  EXPECT_GT(planned, 0);
}

}  // namespace
}  // namespace brant
