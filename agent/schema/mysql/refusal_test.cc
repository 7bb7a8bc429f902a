#include "agent/schema/mysql/refusal.h"

#include <gtest/gtest.h>

namespace brant::mysql {
namespace {

const std::set<std::string>& Databases() {
  static const std::set<std::string> databases = {"app", "mysql", "2nd"};
  return databases;
}

TEST(RefusalTest, WhatNamesAnotherDatabase) {
  for (const char* sql :
       {"DROP TABLE app.t", "DROP TABLE t, App . t", "DROP TABLE `APP`.`t`", "TRUNCATE 2nd.t",
        "CREATE TABLE t LIKE app.t", "RENAME TABLE t TO app.t", "DROP TABLE app/*!1 x */.t",
        "DROP TABLE app/*!99999 x*//*!40000 .*/ t", "/*!40000 DROP TABLE app */ /*!40000 .t */",
        "INSERT INTO t SELECT 1 FROM t, app.t", "INSERT INTO t VALUES (app.f(1))",
        "CREATE VIEW v AS SELECT app.t.id FROM t", "CREATE VIEW v AS SELECT * FROM (app.t)",
        "CREATE PROCEDURE p() BEGIN CALL app.q; END", "DELETE t, app.u FROM t JOIN app.u",
        "CREATE TABLE t (a INT) ENGINE=MERGE UNION=(app.t)", "DROP TABLE \"app\".t",
        "UPDATE app.t SET a = 1", "REPLACE app.t VALUES (1)"}) {
    EXPECT_NE(ReasonToRefuse(sql, Databases()), "") << sql;
  }
}

TEST(RefusalTest, WhatOnlyLooksLikeIt) {
  for (const char* sql :
       {"CREATE TABLE app (app INT)", "CREATE TABLE t (a INT COMMENT 'app.t')",
        "CREATE VIEW v AS SELECT app.id FROM app WHERE app.id = app.x AND app.y > 1",
        "DROP TABLE other.t", "CREATE TABLE t (a INT DEFAULT 1.5)",
        "CREATE TABLE t (a INT) -- app.t", "INSERT INTO t VALUES ('app.t')"}) {
    EXPECT_EQ(ReasonToRefuse(sql, Databases()), "") << sql;
  }
}

TEST(RefusalTest, WhatDumpsHold) {
  for (const char* sql :
       {"/*!40101 SET NAMES utf8mb4 */", "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='' */",
        "SET @saved_cs_client = @@character_set_client", "DROP TABLE IF EXISTS `t`",
        "/*!40000 ALTER TABLE `t` DISABLE KEYS */", "/*!50001 DROP VIEW IF EXISTS `v`*/",
        "/*!50001 CREATE ALGORITHM=UNDEFINED */ /*!50013 DEFINER=`root`@`%` SQL SECURITY DEFINER "
        "*/ "
        "/*!50001 VIEW `v` AS select 1 AS `id` */",
        "/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER t BEFORE INSERT "
        "ON t FOR EACH ROW SET NEW.a = 1 */",
        "CREATE OR REPLACE TABLE t (a INT)", "CREATE UNIQUE INDEX i ON t (a)"}) {
    EXPECT_EQ(ReasonToRefuse(sql, Databases()), "") << sql;
  }
}

TEST(RefusalTest, WhatReachesFurther) {
  for (const char* sql : {"USE app",
                          "/*!40000 USE app */",
                          "CREATE DATABASE x",
                          "DROP SCHEMA x",
                          "ALTER DATABASE x",
                          "CREATE USER u",
                          "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t",
                          "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'h')",
                          "RENAME USER a TO b",
                          "GRANT ALL ON t TO u",
                          "SET GLOBAL x = 1",
                          "SET @a = 1, @@global.x = 1",
                          "SET PERSIST x = 1",
                          "SET PASSWORD = 'x'",
                          "SET DEFAULT ROLE r",
                          "LOAD DATA INFILE 'x' INTO TABLE t",
                          "PREPARE s FROM 'x'",
                          "EXECUTE s",
                          "SELECT 1",
                          "KILL 1",
                          "SHUTDOWN",
                          "FLUSH TABLES",
                          "SET @a = release_all_locks()",
                          "INSERT INTO t VALUES (LOAD_FILE('/etc/passwd'))",
                          "SET STATEMENT x = 1 FOR DROP DATABASE x",
                          "INSTALL PLUGIN x SONAME 'y'"}) {
    EXPECT_NE(ReasonToRefuse(sql, Databases()), "") << sql;
  }
}

TEST(RefusalTest, ServersSettingsBehindThoseOfTheSession) {
  for (const char* sql : {"SET a = 1, GLOBAL b = 2", "SET SESSION a = 1, @@global.b = 2",
                          "SET a = 1, PASSWORD FOR u = 'x'", "SET @a = 1, ROLE r"}) {
    EXPECT_NE(ReasonToRefuse(sql, Databases()), "") << sql;
    EXPECT_NE(ReasonToRefuse(sql, Databases(), ScratchUse::kMigration), "") << sql;
  }
}

TEST(RefusalTest, WhatIsLeftWhereConditionalCommentsAreComments) {
  for (const char* sql :
       {"/*!99999 INSERT */ DROP DATABASE x", "DROP /*!99999 TABLE */ DATABASE x"}) {
    EXPECT_NE(ReasonToRefuse(sql, Databases()), "") << sql;
    EXPECT_NE(ReasonToRefuse(sql, Databases(), ScratchUse::kMigration), "") << sql;
  }
}

TEST(RefusalTest, WhatMigrationsReachBeyondTheirDatabase) {
  for (const char* sql : {"CREATE OR REPLACE DATABASE x",
                          "CREATE OR REPLACE SCHEMA x",
                          "CREATE OR REPLACE USER u",
                          "CREATE OR REPLACE ROLE r",
                          "DROP DATABASE x",
                          "/*!40000 DROP DATABASE x */",
                          "EXECUTE IMMEDIATE 'DROP DATABASE x'",
                          "PREPARE s FROM 'DROP DATABASE x'",
                          "EXECUTE s",
                          "RESTART",
                          "SHUTDOWN",
                          "SET DEFAULT ROLE r FOR u",
                          "USE app",
                          "START SLAVE",
                          "KILL 1",
                          "BEGIN NOT ATOMIC DROP DATABASE x; END",
                          "LOAD DATA INFILE 'x' INTO TABLE t",
                          "SELECT 1 INTO OUTFILE '/tmp/x'",
                          "SELECT * FROM app.t",
                          "CALL app.p()",
                          "GRANT ALL ON t TO u",
                          "CREATE FUNCTION f RETURNS STRING SONAME 'x.so'",
                          "OPTIMIZE TABLE app.t",
                          "CREATE PROCEDURE p() DROP DATABASE x",
                          "CREATE PROCEDURE p() CREATE OR REPLACE USER u",
                          "CREATE DEFINER=`a`@`b` PROCEDURE p() BEGIN EXECUTE IMMEDIATE 'x'; END",
                          "CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW SET GLOBAL x = 1",
                          "SET STATEMENT x = 1 FOR DROP DATABASE x"}) {
    EXPECT_NE(ReasonToRefuse(sql, Databases(), ScratchUse::kMigration), "") << sql;
  }
}

TEST(RefusalTest, WhatMigrationsDoBesides) {
  for (const char* sql :
       {"SELECT 1", "(SELECT 1) UNION (SELECT 2)", "WITH a AS (SELECT 1) SELECT * FROM a",
        "ANALYZE TABLE t", "OPTIMIZE TABLE t", "CALL p()", "START TRANSACTION", "BEGIN", "COMMIT",
        "LOCK TABLES t WRITE", "UNLOCK TABLES", "SELECT 1 INTO @a", "INSERT INTO t VALUES (1)",
        "CREATE TABLE t (`grant` INT)", "ALTER TABLE t DROP COLUMN a", "SET @a = 1, b = 2",
        "CREATE PROCEDURE p() BEGIN ALTER TABLE t DROP COLUMN `user`; DROP TABLE u; END"}) {
    EXPECT_EQ(ReasonToRefuse(sql, Databases(), ScratchUse::kMigration), "") << sql;
  }
}

}  // namespace
}  // namespace brant::mysql
