// Scratch databases: what may run in them, and that they go away.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/mysql/mysql_database.h"
#include "agent/schema/scratch_name.h"
#include "tests/integration/schema/mysql_catalog.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

class MysqlEvaluateTest : public ::testing::Test, protected MysqlCatalog {
 protected:
  void SetUp() override {
    Execute(
        "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(9)); INSERT INTO users VALUES "
        "(1, 'n')");
    real_ = database().name();
  }
  // Others on the same server may have scratch databases of their own, which
  // live; what is dead is gone.
  void TearDown() override {
    EXPECT_EQ(Ask("SELECT COUNT(*) FROM users WHERE name = 'n'"), "1");
    EXPECT_EQ(Ask("SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME REGEXP "
                  "'^brant_scratch_[0-9a-f]{16}$' AND IS_FREE_LOCK(SCHEMA_NAME) = 1"),
              "0");
    EXPECT_EQ(Ask("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = "
                  "DATABASE()"),
              "1");
  }

  absl::Status Try(absl::string_view script) {
    return driver()
        .Evaluate(database().database(), {{"schema/a.sql", std::string(script)}}, {}, never_)
        .status();
  }

  std::string real_;
  CancelToken never_;
};

TEST_F(MysqlEvaluateTest, RefusesWhatWouldLeave) {
  for (const std::string& sql : {
           absl::StrCat("DROP TABLE ", real_, ".users"),
           absl::StrCat("drop table if exists x, `", real_, "`.`users`"),
           absl::StrCat("USE ", real_),
           absl::StrCat("ALTER TABLE t RENAME TO ", real_, ".y"),
           absl::StrCat("RENAME TABLE t TO ", real_, " . y"),
           absl::StrCat("CREATE TABLE x LIKE ", real_, ".users"),
           absl::StrCat("CREATE TABLE x AS SELECT * FROM ", real_, "/* c */.users"),
           absl::StrCat("CREATE TABLE x AS SELECT * FROM t, ", real_, ".users"),
           absl::StrCat("CREATE TABLE x (a INT, FOREIGN KEY (a) REFERENCES ", real_,
                        ".users (id))"),
           absl::StrCat("CREATE VIEW v AS SELECT * FROM (", real_, ".users)"),
           absl::StrCat("CREATE VIEW v AS SELECT ", real_, ".users.id FROM t"),
           absl::StrCat("CREATE VIEW v AS SELECT ", real_, ".f() FROM t"),
           absl::StrCat("CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW DELETE FROM ", real_,
                        ".users"),
           absl::StrCat("CREATE TRIGGER ", real_,
                        ".tr BEFORE INSERT ON users FOR EACH ROW SET "
                        "NEW.id = 1"),
           absl::StrCat("DELETE FROM ", real_, ".users"),
           absl::StrCat("INSERT INTO t SELECT id FROM ", real_, ".users"),
           absl::StrCat("/*!40000 DROP TABLE ", real_, ".users */"),
           absl::StrCat("DROP TABLE ", real_, " /*!99999 x */ .users"),
           absl::StrCat("SET STATEMENT max_statement_time = 0 FOR DROP TABLE ", real_, ".users"),
           absl::StrCat("SET sql_mode = ANSI_QUOTES; DROP TABLE \"", real_, "\".\"users\""),
           absl::StrCat("SET @s = 'DROP TABLE ", real_, ".users'; PREPARE s FROM @s; EXECUTE s"),
           absl::StrCat("EXECUTE IMMEDIATE 'DROP TABLE ", real_, ".users'"),
           absl::StrCat("DROP DATABASE ", real_),
           std::string("CREATE DATABASE brant_evil"),
           absl::StrCat("ALTER DATABASE ", real_, " COLLATE utf8mb4_bin"),
           std::string("GRANT ALL ON *.* TO somebody"),
           std::string("CREATE USER somebody"),
           std::string("SET GLOBAL max_connections = 1"),
           std::string("SET @@global.max_connections = 1"),
           std::string("LOAD DATA INFILE '/etc/passwd' INTO TABLE t"),
           std::string("CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DO DELETE FROM t"),
           std::string("CALL p()"),
           std::string("BEGIN NOT ATOMIC DROP TABLE t; END"),
           std::string("SET @x = RELEASE_ALL_LOCKS()"),
           std::string("SELECT 1 INTO OUTFILE '/tmp/x'"),
           std::string("COMMIT"),
       }) {
    const absl::Status status = Try(absl::StrCat("CREATE TABLE t (id INT);\n", sql));
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_UNSUPPORTED_STATEMENT) << sql << "\n" << status;
    EXPECT_EQ(ErrorDetail(status, "file"), "schema/a.sql") << sql;
    EXPECT_EQ(ErrorDetail(status, "line"), "2") << sql;
  }
}

TEST_F(MysqlEvaluateTest, TakesTablesThatAreCalledLikeDatabases) {
  const absl::Status status = Try(absl::StrCat(
      "CREATE TABLE ", real_, " (id INT, name VARCHAR(3));", "CREATE VIEW v AS SELECT ", real_,
      ".id FROM ", real_, " WHERE ", real_, ".id > 1 AND ", real_, ".name = '", real_, ".x'"));
  EXPECT_TRUE(status.ok()) << DescribeError(status);
}

TEST_F(MysqlEvaluateTest, NamesTheStatementThatFails) {
  const absl::Status status = Try("CREATE TABLE t (id INT);\n\n  CREATE TABLE t (id INT);");
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_STATEMENT_FAILED) << status;
  EXPECT_EQ(ErrorDetail(status, "line"), "3");
  EXPECT_THAT(std::string(status.message()), HasSubstr("already exists"));
}

// Temporary tables, which most are evaluated as, have no foreign keys.
TEST_F(MysqlEvaluateTest, NamesTheForeignKeyThatFails) {
  const absl::Status status =
      Try("CREATE TABLE p (id INT PRIMARY KEY);\nCREATE TABLE c (a BIGINT, FOREIGN KEY (a) "
          "REFERENCES p (id));\nCREATE VIEW v AS SELECT * FROM c;");
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_STATEMENT_FAILED) << status;
  EXPECT_EQ(ErrorDetail(status, "line"), "2");
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(database().IsMariaDb() ? "incorrectly formed" : "incompatible"));
}

TEST_F(MysqlEvaluateTest, LooksAtWhatIsSelected) {
  const auto catalog = driver().Evaluate(
      database().database(),
      {{"a.sql",
        "CREATE TABLE a (id INT PRIMARY KEY); CREATE TABLE b (id INT, CONSTRAINT f FOREIGN KEY "
        "(id) "
        "REFERENCES a (id)); CREATE TABLE c (id INT); CREATE VIEW v AS SELECT * FROM c"}},
      {.exclude = {"a", "c"}}, never_);
  ASSERT_TRUE(catalog.ok()) << DescribeError(catalog.status());
  ASSERT_EQ(catalog->tables.size(), 1u);
  EXPECT_EQ(catalog->tables[0].name.name, "b");
  EXPECT_EQ(catalog->tables[0].foreign_keys.size(), 1u);
  EXPECT_EQ(catalog->views.size(), 1u);
}

TEST_F(MysqlEvaluateTest, IsLikeTheDatabaseItself) {
  Execute(absl::StrCat("ALTER DATABASE ", real_, " CHARACTER SET latin1 COLLATE latin1_bin"));
  const Catalog catalog = Evaluate(
      "CREATE TABLE t (a VARCHAR(3)); CREATE TABLE u (a VARCHAR(3)) "
      "CHARACTER SET utf8mb4");
  ASSERT_EQ(catalog.tables.size(), 2u);
  EXPECT_TRUE(catalog.tables[0].options.empty());
  EXPECT_EQ(catalog.tables[1].options.at("charset"), "utf8mb4");
}

TEST_F(MysqlEvaluateTest, ForgetsWhatScriptsHaveSet) {
  const Catalog catalog = Evaluate(
      "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', NAMES latin1, sql_quote_show_create = 0;"
      "CREATE TABLE \"t\" (a VARCHAR(9) COMMENT 'x\\', CHECK (a <> 'b'));");
  ASSERT_EQ(catalog.tables.size(), 1u);
  EXPECT_EQ(catalog.tables[0].columns[0].comment, "x\\");
  // MySQL keeps the text of a check as the session that made it would have shown it.
  EXPECT_EQ(catalog.tables[0].checks[0].expression,
            database().IsMariaDb() ? "`a` <> 'b'" : "(a <> 'b')");
}

// What a session holds that lives stays, what nobody holds goes.
TEST_F(MysqlEvaluateTest, DropsWhatKilledAgentsLeaveBehind) {
  const std::string dead = NewScratchName();
  const std::string alive = NewScratchName();
  const std::string own = absl::StrCat("brant_scratch_main_", real_.substr(11));
  auto owner = database().Connect();
  ASSERT_EQ(database().Ask(*owner, absl::StrCat("SELECT GET_LOCK('", alive, "', 0)")), "1");
  Execute(absl::StrCat("CREATE DATABASE ", dead, "; CREATE DATABASE ", alive, "; CREATE DATABASE ",
                       own));
  EXPECT_TRUE(Try("CREATE TABLE t (a INT)").ok());
  const std::string ask = absl::StrCat(
      "SELECT GROUP_CONCAT(SCHEMA_NAME) FROM information_schema.SCHEMATA WHERE "
      "SCHEMA_NAME IN ('",
      dead, "', '", alive, "')");
  EXPECT_EQ(Ask(ask), alive);
  // The owner dies.
  owner.reset();
  while (Ask(absl::StrCat("SELECT IS_FREE_LOCK('", alive, "')")) != "1") {
  }
  EXPECT_FALSE(Try("CREATE TABLE t (a INT); nonsense").ok());
  EXPECT_EQ(Ask(ask), "NULL");
  // Somebody's own that begins like it: without it, this fails.
  Execute(absl::StrCat("DROP DATABASE ", own));
}

TEST_F(MysqlEvaluateTest, SaysWhatIsMissingWhereItMayNotMakeDatabases) {
  const std::string user = absl::StrCat("u", real_.substr(real_.size() - 8));
  Execute(absl::StrCat("CREATE USER ", user, " IDENTIFIED BY 'secret'; GRANT ALL ON ", real_,
                       ".* TO ", user));
  DatabaseUrl url = database().url();
  url.user = user;
  url.password = "secret";
  const auto restricted = MakeMysqlDatabase(url);
  ASSERT_TRUE(restricted.ok());
  const auto evaluate = [&] {
    return driver()
        .Evaluate(**restricted, {{"a.sql", "CREATE TABLE t (a INT)"}}, {}, never_)
        .status();
  };
  const absl::Status status = evaluate();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_PERMISSION_DENIED) << status;
  EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("GRANT ALL ON `brant\\_scratch\\_%`.*"));
  // What the hint says is enough.
  Execute(absl::StrCat("GRANT ALL ON `brant\\_scratch\\_%`.* TO ", user));
  EXPECT_TRUE(evaluate().ok()) << evaluate();
  Execute(absl::StrCat("DROP USER ", user));
}

TEST_F(MysqlEvaluateTest, TakesDumps) {
  const Catalog catalog = Evaluate(R"(/*M!999999\- enable the sandbox mode */ 
-- MariaDB dump 10.19
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
DROP TABLE IF EXISTS `posts`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8 */;
CREATE TABLE `posts` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `user` int(11) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `f` (`user`),
  CONSTRAINT `f` FOREIGN KEY (`user`) REFERENCES `users` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
/*!50003 CREATE*/ /*!50003 TRIGGER tr BEFORE INSERT ON posts FOR EACH ROW SET NEW.user = 1 */;
DROP TABLE IF EXISTS `users`;
CREATE TABLE `users` (`id` int(11) NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB;
/*!40000 ALTER TABLE `users` DISABLE KEYS */;
/*!50001 DROP VIEW IF EXISTS `v`*/;
/*!50001 CREATE VIEW `v` AS SELECT 1 AS `id` */;
/*!50001 DROP VIEW IF EXISTS `v`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 SQL SECURITY DEFINER */
/*!50001 VIEW `v` AS select `users`.`id` AS `id` from `users` */;
/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
-- Dump completed)");
  ASSERT_EQ(catalog.tables.size(), 2u);
  EXPECT_EQ(catalog.tables[0].triggers.size(), 1u);
  ASSERT_EQ(catalog.views.size(), 1u);
  EXPECT_EQ(catalog.views[0].definition, "select `users`.`id` AS `id` from `users`");
}

// What `mariadb-dump --no-data` prints of a database.
std::string Dump(const DatabaseUrl& url) {
  setenv("MYSQL_PWD", url.password.c_str(), /*overwrite=*/1);
  const std::string command =
      absl::StrCat("mariadb-dump --no-data --host=", url.host, " --port=", url.port,
                   " --user=", url.user, " ", url.database);
  FILE* output = popen(command.c_str(), "r");
  std::string text;
  char buffer[4096];
  for (size_t size = 0; (size = fread(buffer, 1, sizeof(buffer), output)) > 0;) {
    text.append(buffer, size);
  }
  EXPECT_EQ(pclose(output), 0);
  return text;
}

TEST(MysqlDumpTest, TheDumpOfADatabaseIsTheDatabase) {
  MysqlCatalog world;
  world.Execute(
      "CREATE TABLE p (id INT PRIMARY KEY, j JSON, k INT CHECK (k > 0), e ENUM('a','it''s'));"
      "CREATE TABLE c (id INT AUTO_INCREMENT PRIMARY KEY, p INT, q INT, s VARCHAR(9) COLLATE "
      "utf8mb4_bin DEFAULT 'it''s \\\\', g INT AS (p + 1) VIRTUAL, KEY kg (g DESC), "
      "CONSTRAINT f FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE, "
      "FOREIGN KEY (q) REFERENCES p (id), CONSTRAINT x CHECK (s <> 'it''s')) "
      "COMMENT 'it''s' DEFAULT CHARSET=latin1;"
      "CREATE VIEW v AS SELECT c.id, p.j FROM c JOIN p ON p.id = c.p;"
      "CREATE SQL SECURITY INVOKER VIEW a_first AS SELECT id FROM v WHERE id > 1;"
      "CREATE TRIGGER tr BEFORE INSERT ON c FOR EACH ROW BEGIN SET NEW.p = 1; SET NEW.q = 1; END");
  const Catalog catalog = world.Introspect();
  EXPECT_EQ(catalog.tables.size() + catalog.views.size(), 4u);
  const Catalog dumped = world.Evaluate(Dump(world.database().url()));
  EXPECT_EQ(world.Difference(catalog, dumped), "");
  ASSERT_EQ(dumped.tables.size(), 2u);
  EXPECT_EQ(dumped.tables[0].triggers.size(), 1u);
}

}  // namespace
}  // namespace brant
