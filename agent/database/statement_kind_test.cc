#include "agent/database/statement_kind.h"

#include "gtest/gtest.h"

namespace brant {
namespace {

constexpr StatementKind kTransactional = StatementKind::kTransactional;
constexpr StatementKind kControl = StatementKind::kTransactionControl;
constexpr StatementKind kProcedure = StatementKind::kProcedure;
constexpr StatementKind kSession = StatementKind::kSession;
constexpr StatementKind kMaintenance = StatementKind::kMaintenance;
constexpr StatementKind kAutonomous = StatementKind::kAutonomous;

void ExpectAll(StatementKind kind, Dialect dialect, std::initializer_list<absl::string_view> all) {
  for (absl::string_view text : all) {
    EXPECT_EQ(ClassifyStatement(dialect, text), kind) << DialectName(dialect) << ": " << text;
  }
}

TEST(StatementKind, ProceduresMayCommitAPart) {
  ExpectAll(kProcedure, Dialect::kPostgresql,
            {"CALL p()", "DO $$ BEGIN COMMIT; END $$", "do $$ begin rollback; end $$",
             "DO LANGUAGE plpython3u $$ plpy.commit() $$", "DO $_$ SPI::spi_rollback() $_$",
             "DO 'BEGIN CALL p(); END'"});
  ExpectAll(kTransactional, Dialect::kPostgresql,
            {"DO $$ BEGIN PERFORM 1; END $$", "DO $$ BEGIN PERFORM recall(calls); END $$"});
  ExpectAll(kProcedure, Dialect::kMysql,
            {"CALL p()", "BEGIN NOT ATOMIC INSERT INTO t VALUES (1); COMMIT; END",
             "BEGIN NOT ATOMIC SELECT 1; END"});
  ExpectAll(kTransactional, Dialect::kMysql, {"DO SLEEP(0)"});
}

TEST(StatementKind, TransactionControlOfEveryDatabase) {
  for (Dialect dialect : kAllDialects) {
    ExpectAll(kControl, dialect,
              {"BEGIN", "begin", "COMMIT", "commit ", "ROLLBACK", "rollback to savepoint a",
               "SAVEPOINT a", "RELEASE SAVEPOINT a", "/* x */ -- y\n Commit"});
  }
}

TEST(StatementKind, TransactionControlOfPostgresql) {
  ExpectAll(kControl, Dialect::kPostgresql,
            {"START TRANSACTION", "start/* a /* b */ c */transaction read only", "END", "END WORK",
             "ABORT", "PREPARE TRANSACTION 'x'", "COMMIT PREPARED 'x'", "BEGIN ISOLATION LEVEL"});
  ExpectAll(kTransactional, Dialect::kPostgresql,
            {"LOCK TABLE t", "CREATE TABLE begin_ (a int)", "beginning", ""});
}

TEST(StatementKind, TransactionControlOfSqlite) {
  ExpectAll(kControl, Dialect::kSqlite, {"BEGIN IMMEDIATE", "END", "END TRANSACTION"});
  ExpectAll(kTransactional, Dialect::kSqlite, {"ABORT"});
}

TEST(StatementKind, SettingsOfSqlite) {
  ExpectAll(StatementKind::kSetting, Dialect::kSqlite,
            {"PRAGMA foreign_keys=OFF", "pragma main.journal_mode = WAL", "PRAGMA synchronous(1)",
             "/* x */ PRAGMA -- y\n cache_size = -2000"});
  ExpectAll(kTransactional, Dialect::kSqlite,
            {"PRAGMA foreign_keys", "PRAGMA foreign_key_check", "PRAGMA foreign_key_check(t)",
             "PRAGMA user_version = 3", "PRAGMA application_id(7)",
             "PRAGMA defer_foreign_keys = ON", "PRAGMA", "PRAGMA main.", "CREATE TEMP TABLE t (a)",
             "ATTACH 'x' AS y", "PRAGMA legacy_alter_table", "EXPLAIN VACUUM", "ANALYZE", "REINDEX",
             "CREATE VIRTUAL TABLE t USING fts5(a)"});
  ExpectAll(kSession, Dialect::kSqlite,
            {"PRAGMA legacy_alter_table = ON", "PRAGMA writable_schema = ON",
             "PRAGMA recursive_triggers(1)"});
  ExpectAll(kMaintenance, Dialect::kSqlite, {"VACUUM"});
}

TEST(StatementKind, TransactionControlOfMysql) {
  ExpectAll(kControl, Dialect::kMysql,
            {"START TRANSACTION", "SET autocommit=0", "SET @@autocommit = 1",
             "SET SESSION autocommit = OFF", "set @@session.autocommit=0", "SET a=1, AUTOCOMMIT=0",
             "LOCK TABLES t WRITE", "lock table t read", "UNLOCK TABLES", "XA START 'x'",
             "# note\nCOMMIT", "/*!40000 SET autocommit=0 */", "/*M!100101 COMMIT */"});
  ExpectAll(kAutonomous, Dialect::kMysql,
            {"START SLAVE", "LOCK INSTANCE FOR BACKUP", "END",
             "/*!40000 ALTER TABLE t DISABLE KEYS */", "TRUNCATE t"});
  // What is read is not what is set.
  ExpectAll(kSession, Dialect::kMysql,
            {"SET @old = @@autocommit", "SET @a = (SELECT 1, @@autocommit = 0)",
             "SET @x = 'a\\', autocommit=0, '"});
  ExpectAll(kControl, Dialect::kMysql,
            {"SET @old = @@autocommit, autocommit = 0", "SET @@local.`autocommit` = 0",
             "/*!40101 SET @OLD=@@AUTOCOMMIT, AUTOCOMMIT=0 */"});
  ExpectAll(kMaintenance, Dialect::kMysql, {"SET GLOBAL autocommit = 0"});
}

TEST(StatementKind, TheManyFormsOfSet) {
  ExpectAll(kMaintenance, Dialect::kMysql,
            {"SET GLOBAL a = 1", "SET @@global.a = 1", "set @@GLOBAL . a := 1", "SET PERSIST a = 1",
             "SET @@persist_only.a = 1", "SET GLOBAL a = 1, @@global.b = (1, 2)",
             "SET GLOBAL TRANSACTION READ ONLY"});
  ExpectAll(kSession, Dialect::kMysql,
            {"SET NAMES utf8mb4", "SET CHARACTER SET latin1", "SET ROLE r", "SET @global = 1",
             "SET @x = @@global.y", "SET GLOBAL a = 1, SESSION b = 2", "SET a = 1, GLOBAL b = 2",
             "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET SESSION TRANSACTION READ ONLY",
             "SET STATEMENT a = 1 FOR SET @x = 1", "SET default_storage_engine = x",
             "SET @x = (SELECT MAX(a) FROM t)"});
  ExpectAll(kAutonomous, Dialect::kMysql,
            {"SET PASSWORD = 'x'", "SET PASSWORD FOR u = 'x'", "SET DEFAULT ROLE r FOR u",
             "SET STATEMENT max_statement_time = 5 FOR ALTER TABLE t ADD a INT"});
  ExpectAll(kTransactional, Dialect::kMysql,
            {"SET STATEMENT a = 1, b = 'for' FOR UPDATE t SET a=1"});
}

TEST(StatementKind, OfMysql) {
  ExpectAll(kTransactional, Dialect::kMysql,
            {"SELECT a INTO @x FROM t", "LOAD XML INFILE 'x' INTO TABLE t", "TABLE t",
             "CREATE OR REPLACE TEMPORARY TABLE t (a INT)", "DROP TEMPORARY TABLE t",
             "/*!40101 CREATE*/ /*!32302 TEMPORARY*/ TABLE t (a INT)", "ANALYZE SELECT 1",
             "ANALYZE FORMAT=JSON UPDATE t SET a = 1", "GET DIAGNOSTICS @x = ROW_COUNT"});
  ExpectAll(kSession, Dialect::kMysql,
            {"HANDLER t OPEN", "HANDLER t READ FIRST", "DROP PREPARE s", "prepare s from @x"});
  ExpectAll(kMaintenance, Dialect::kMysql,
            {"ANALYZE LOCAL TABLE t", "CHECKSUM TABLE t", "FLUSH PRIVILEGES"});
  ExpectAll(kProcedure, Dialect::kMysql,
            {"IF 1 THEN DROP TABLE t; END IF", "CASE 1 WHEN 1 THEN SELECT 1; END CASE",
             "WHILE 0 DO SELECT 1; END WHILE", "a: BEGIN NOT ATOMIC SELECT 1; END", "l: LOOP x"});
  ExpectAll(kAutonomous, Dialect::kMysql,
            {"EXECUTE s", "EXECUTE IMMEDIATE 'x'", "RENAME TABLE a TO b", "TRUNCATE TABLE t",
             "GRANT SELECT ON t TO u", "REVOKE SELECT ON t FROM u", "CREATE SEQUENCE s",
             "CREATE OR REPLACE TABLE t (a INT)", "CREATE USER u", "INSTALL SONAME 'x'",
             "/*!50003 CREATE*/ /*!50017 DEFINER=u@h*/ /*!50003 TRIGGER g BEFORE INSERT ON t FOR "
             "EACH ROW SET NEW.a = 1 */"});
}

TEST(StatementKind, WhatChangesTheSessionAlone) {
  ExpectAll(kSession, Dialect::kPostgresql,
            {"SET search_path = x", "PREPARE x AS SELECT 1", "DEALLOCATE x", "RESET ALL",
             "DISCARD ALL", "LOAD 'x'", "SET SESSION AUTHORIZATION x", "SET ROLE x",
             "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "SET TIME ZONE 'UTC'",
             "LISTEN l", "UNLISTEN *", "SELECT pg_catalog.set_config('search_path', '', false)",
             "select set_config('a.b', 'c', /* x */ False)"});
  ExpectAll(
      kTransactional, Dialect::kPostgresql,
      {"SET LOCAL search_path = x", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
       "SET CONSTRAINTS ALL DEFERRED", "NOTIFY l", "SELECT set_config('a.b', 'c', true)",
       "SELECT set_config('a.b', 'c', false) FROM t", "SELECT 1 INTO x",
       "CREATE TEMP TABLE x (a int)", "DECLARE c CURSOR WITH HOLD FOR SELECT 1", "EXECUTE x"});
  ExpectAll(kSession, Dialect::kMysql,
            {"SET @autocommit = 0", "SET x = 'autocommit'", "SET sql_mode=''", "USE other",
             "PREPARE s FROM 'x'", "DEALLOCATE PREPARE s"});
}

TEST(StatementKind, MaintenanceMayBeRepeated) {
  ExpectAll(kMaintenance, Dialect::kPostgresql,
            {"VACUUM t", "REINDEX INDEX CONCURRENTLY i", "REINDEX TABLE t", "CLUSTER",
             "CLUSTER t USING i", "ANALYZE t", "CHECKPOINT", "ALTER SYSTEM SET x = 1"});
  ExpectAll(kMaintenance, Dialect::kMysql,
            {"ANALYZE TABLE t", "OPTIMIZE TABLE t", "LOAD INDEX INTO CACHE t", "SET GLOBAL x = 1"});
}

TEST(StatementKind, WhatPostgresqlRefusesInATransaction) {
  ExpectAll(kAutonomous, Dialect::kPostgresql,
            {"CREATE INDEX CONCURRENTLY i ON t (a)",
             "create unique index /* x */ concurrently if not exists i on t (a)",
             "DROP INDEX CONCURRENTLY i", "CREATE DATABASE d", "DROP TABLESPACE s",
             "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p",
             "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
             "ALTER TABLE t DETACH PARTITION p FINALIZE", "ALTER DATABASE d SET TABLESPACE s",
             "CREATE INDEX CONCURRENTLY ON t (a)", "CREATE INDEX CONCURRENTLY U&\"i\" ON t (a)",
             "alter table if exists only s.\"T 1\" * detach partition \"finalize\" concurrently",
             "-- note\nDROP DATABASE IF EXISTS d WITH (FORCE)", "CREATE TABLESPACE s LOCATION ''",
             "ALTER SUBSCRIPTION s REFRESH PUBLICATION", "ALTER SUBSCRIPTION s SET PUBLICATION p",
             "ALTER SUBSCRIPTION s SET (failover = on)", "DROP SUBSCRIPTION s"});
  ExpectAll(kTransactional, Dialect::kPostgresql,
            {"CREATE INDEX concurrently_built ON t (a)",
             "DROP INDEX i",
             "ALTER TABLE t DETACH PARTITION p",
             "ALTER DATABASE d SET work_mem = 1",
             "ALTER TYPE e ADD VALUE 'x'",
             "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
             "CREATE INDEX \"concurrently\" ON t (a)",
             "CREATE INDEX /* concurrently */ i ON t (a)",
             "CREATE INDEX concurrently_ ON t (a)",
             "CREATE TABLE concurrently (a int)",
             "ALTER TABLE detach ADD COLUMN concurrently int",
             "ALTER TABLE t DETACH PARTITION \"concurrently\"",
             "ALTER TABLE t DETACH PARTITION finalize",
             "ALTER TABLE t SET TABLESPACE s",
             "ALTER DATABASE tablespace SET work_mem = 1",
             "ALTER DATABASE d SET default_tablespace = s",
             "ALTER TABLESPACE s RENAME TO tablespace",
             "ALTER SUBSCRIPTION s DISABLE",
             "ALTER SUBSCRIPTION publication OWNER TO me",
             "ALTER SUBSCRIPTION s SET (synchronous_commit = off)",
             "ALTER INDEX i RENAME TO j"});
}

TEST(StatementKind, ARollbackUndoesDdlOnPostgresqlAndSqlite) {
  for (Dialect dialect : kAllDialects) {
    ExpectAll(kTransactional, dialect,
              {"INSERT INTO t VALUES (1)", "update t set a=1", "DELETE FROM t", "SELECT 1",
               "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", "REPLACE INTO t VALUES (1)",
               "VALUES (1)", "(SELECT 1)"});
    ExpectAll(dialect == Dialect::kMysql ? kAutonomous : kTransactional, dialect,
              {"CREATE TABLE t (a int)", "ALTER TABLE t ADD b int", "DROP TABLE t", "inserted"});
  }
  ExpectAll(kTransactional, Dialect::kPostgresql,
            {"COPY t FROM '/x'", "MERGE INTO t USING s ON a=b"});
  ExpectAll(kTransactional, Dialect::kMysql,
            {"LOAD DATA INFILE 'x' INTO TABLE t", "# c\ninsert into t",
             "CREATE TEMPORARY TABLE t (a int)"});
}

TEST(StatementKind, SurvivesWhatIsNoSql) {
  for (Dialect dialect : kAllDialects) {
    for (absl::string_view text : {"/*", "/* x", "'", "'abc", "--", "\"", "/*!", "/*!99999", "é"}) {
      const StatementKind kind = ClassifyStatement(dialect, text);
      EXPECT_TRUE(kind == kTransactional || kind == kAutonomous) << text;
    }
  }
}

}  // namespace
}  // namespace brant
