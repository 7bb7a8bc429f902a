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

}  // namespace
}  // namespace brant::mysql
