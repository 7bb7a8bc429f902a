#include "agent/database/statement_kind.h"

#include "gtest/gtest.h"

namespace brant {
namespace {

constexpr StatementKind kControl = StatementKind::kTransactionControl;
constexpr StatementKind kData = StatementKind::kData;
constexpr StatementKind kOther = StatementKind::kOther;

void ExpectAll(StatementKind kind, Dialect dialect, std::initializer_list<absl::string_view> all) {
  for (absl::string_view text : all) {
    EXPECT_EQ(ClassifyStatement(dialect, text), kind) << DialectName(dialect) << ": " << text;
  }
}

TEST(StatementKind, ProceduresMayCommitAPart) {
  constexpr StatementKind kProcedure = StatementKind::kProcedure;
  ExpectAll(kProcedure, Dialect::kPostgresql, {"CALL p()", "DO $$ BEGIN COMMIT; END $$"});
  ExpectAll(kProcedure, Dialect::kMysql,
            {"CALL p()", "BEGIN NOT ATOMIC INSERT INTO t VALUES (1); COMMIT; END"});
  ExpectAll(kOther, Dialect::kMysql, {"DO SLEEP(0)"});
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
  ExpectAll(kOther, Dialect::kPostgresql,
            {"PREPARE x AS SELECT 1", "DO $$ BEGIN PERFORM 1; END $$", "LOCK TABLE t",
             "SET search_path = x", "CREATE TABLE begin_ (a int)", "beginning", ""});
}

TEST(StatementKind, TransactionControlOfSqlite) {
  ExpectAll(kControl, Dialect::kSqlite, {"BEGIN IMMEDIATE", "END", "END TRANSACTION"});
  ExpectAll(kOther, Dialect::kSqlite, {"ABORT", "VACUUM"});
}

TEST(StatementKind, SettingsOfSqlite) {
  ExpectAll(StatementKind::kSetting, Dialect::kSqlite,
            {"PRAGMA foreign_keys=OFF", "pragma main.journal_mode = WAL", "PRAGMA synchronous(1)",
             "/* x */ PRAGMA -- y\n cache_size = -2000"});
  ExpectAll(kOther, Dialect::kSqlite,
            {"PRAGMA foreign_keys", "PRAGMA foreign_key_check", "PRAGMA foreign_key_check(t)",
             "PRAGMA user_version = 3", "PRAGMA writable_schema = ON",
             "PRAGMA defer_foreign_keys = ON", "PRAGMA", "PRAGMA main."});
  ExpectAll(kOther, Dialect::kPostgresql, {"PRAGMA foreign_keys=OFF"});
}

TEST(StatementKind, TransactionControlOfMysql) {
  ExpectAll(kControl, Dialect::kMysql,
            {"START TRANSACTION", "SET autocommit=0", "SET @@autocommit = 1",
             "SET SESSION autocommit = OFF", "set @@session.autocommit=0", "SET a=1, AUTOCOMMIT=0",
             "LOCK TABLES t WRITE", "lock table t read", "UNLOCK TABLES", "XA START 'x'",
             "# note\nCOMMIT", "/*!40000 SET autocommit=0 */", "/*M!100101 COMMIT */"});
  ExpectAll(kOther, Dialect::kMysql,
            {"BEGIN NOT ATOMIC SELECT 1; END", "START SLAVE", "LOCK INSTANCE FOR BACKUP",
             "SET @autocommit = 0", "SET x = 'autocommit'", "SET sql_mode=''", "END",
             "/*!40000 ALTER TABLE t DISABLE KEYS */", "TRUNCATE t", "LOAD INDEX INTO CACHE t"});
}

TEST(StatementKind, Data) {
  for (Dialect dialect : kAllDialects) {
    ExpectAll(kData, dialect,
              {"INSERT INTO t VALUES (1)", "update t set a=1", "DELETE FROM t", "SELECT 1",
               "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", "REPLACE INTO t VALUES (1)",
               "VALUES (1)", "(SELECT 1)"});
    ExpectAll(kOther, dialect,
              {"CREATE TABLE t (a int)", "ALTER TABLE t ADD b int", "DROP TABLE t", "inserted",
               "EXPLAIN SELECT 1", "ANALYZE"});
  }
  ExpectAll(kData, Dialect::kPostgresql, {"COPY t FROM '/x'", "MERGE INTO t USING s ON a=b"});
  ExpectAll(kData, Dialect::kMysql, {"LOAD DATA INFILE 'x' INTO TABLE t", "# c\ninsert into t"});
}

TEST(StatementKind, SurvivesWhatIsNoSql) {
  for (Dialect dialect : kAllDialects) {
    ExpectAll(kOther, dialect, {"/*", "/* x", "'", "'abc", "--", "\"", "/*!", "/*!99999", "é"});
  }
}

}  // namespace
}  // namespace brant
