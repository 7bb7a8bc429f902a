// Whether the catalogue tells if a statement took effect, on a real server that
// is stopped, killed and started again.

#include <signal.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "agent/base/error.h"
#include "agent/database/mysql/mysql_database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/mysql/private_server.h"

namespace brant {
namespace {

enum class Effect {
  // The fingerprint changes.
  kSeen,
  // It does not, and the statement can be run again.
  kRepeatable,
  // There is none.
  kUnknown,
};

struct Case {
  std::vector<std::string> before;
  std::string statement;
  Effect effect = Effect::kSeen;
};

// Every case has a database of its own, with a table `t` (a counter as its key,
// `n`, `s`) of 100 rows, its twin `twin`, a child `child` of it, a view `v`, and
// a table `parts` with partitions.
std::vector<Case> Cases() {
  const std::string make_s =
      "SET @s = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE "
      "TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't' AND COLUMN_NAME = "
      "'x') = 0, 'ALTER TABLE t ADD x INT', 'SELECT 1')";
  return {
      {{}, "CREATE TABLE u (a INT)"},
      {{}, "CREATE TABLE `we-ird é``` (a INT)"},
      {{}, "CREATE TABLE u LIKE t"},
      {{}, "CREATE TABLE u SELECT * FROM t"},
      {{}, "CREATE TABLE IF NOT EXISTS u SELECT * FROM t", Effect::kRepeatable},
      {{}, "CREATE OR REPLACE TABLE twin (a INT AUTO_INCREMENT PRIMARY KEY, n INT, s CHAR(9))"},
      {{}, "CREATE OR REPLACE TABLE not_there (a INT)", Effect::kUnknown},
      {{}, "DROP TABLE child"},
      {{}, "DROP TABLE child, t"},
      {{}, "DROP TABLE IF EXISTS child, t, not_there", Effect::kRepeatable},
      {{}, "DROP TABLE child, not_there", Effect::kUnknown},
      {{}, "ALTER TABLE t ADD COLUMN x INT"},
      {{}, "ALTER TABLE t DROP COLUMN n"},
      {{}, "ALTER TABLE t MODIFY n BIGINT"},
      {{}, "ALTER TABLE t MODIFY n INT", Effect::kRepeatable},
      {{}, "ALTER TABLE t RENAME COLUMN n TO s, RENAME COLUMN s TO n"},
      {{}, "ALTER TABLE t ADD INDEX (n)"},
      {{}, "ALTER TABLE t ADD UNIQUE u (s, n), ALGORITHM=COPY"},
      {{}, "ALTER TABLE child DROP FOREIGN KEY child_to_t"},
      {{}, "ALTER TABLE t ADD CONSTRAINT c CHECK (n < 1000)"},
      {{}, "ALTER TABLE t COMMENT 'AUTO_INCREMENT=7'"},
      {{}, "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4"},
      {{}, "ALTER TABLE t RENAME TO u"},
      {{}, "ALTER TABLE t AUTO_INCREMENT = 5000", Effect::kRepeatable},
      {{}, "ALTER TABLE t ENGINE = InnoDB", Effect::kRepeatable},
      {{}, "ALTER TABLE t FORCE", Effect::kRepeatable},
      {{}, "/*!40000 ALTER TABLE t DISABLE KEYS */", Effect::kRepeatable},
      {{}, "ALTER TABLE t ORDER BY n", Effect::kRepeatable},
      {{}, "ALTER TABLE twin PARTITION BY HASH (a) PARTITIONS 2"},
      {{}, "ALTER TABLE parts ADD PARTITION (PARTITION p2 VALUES LESS THAN (30))"},
      {{}, "ALTER TABLE parts DROP PARTITION p1"},
      {{}, "ALTER TABLE parts TRUNCATE PARTITION p1", Effect::kUnknown},
      {{}, "ALTER TABLE parts REMOVE PARTITIONING"},
      {{}, "SET STATEMENT max_statement_time = 0 FOR ALTER TABLE t ADD x INT"},
      {{}, "CREATE INDEX i ON t (n)"},
      {{}, "CREATE INDEX IF NOT EXISTS i ON t (n)"},
      {{"CREATE INDEX i ON t (n)"}, "DROP INDEX i ON t"},
      {{}, "RENAME TABLE twin TO u"},
      {{"CREATE TABLE t_new LIKE t"}, "RENAME TABLE t TO t_old, t_new TO t"},
      {{}, "RENAME TABLE t TO tmp, twin TO t, tmp TO twin"},
      {{}, "RENAME TABLE parts TO tmp, twin TO parts, tmp TO twin", Effect::kUnknown},
      {{}, "TRUNCATE twin"},
      {{}, "TRUNCATE TABLE parts", Effect::kUnknown},
      {{}, "CREATE VIEW w AS SELECT * FROM t"},
      {{}, "CREATE OR REPLACE VIEW v AS SELECT n FROM t", Effect::kRepeatable},
      {{}, "ALTER VIEW v AS SELECT n FROM t", Effect::kRepeatable},
      {{}, "DROP VIEW v"},
      {{}, "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.n = 1"},
      {{"CREATE TRIGGER g BEFORE INSERT ON child FOR EACH ROW SET @x = 1"}, "DROP TRIGGER g"},
      {{}, "CREATE DEFINER = CURRENT_USER PROCEDURE p() SELECT 1"},
      {{"CREATE PROCEDURE p() SELECT 1"}, "DROP PROCEDURE p"},
      {{}, "CREATE OR REPLACE PROCEDURE p() SELECT 2", Effect::kRepeatable},
      {{}, "CREATE FUNCTION f() RETURNS INT RETURN 1"},
      {{"CREATE FUNCTION f() RETURNS INT RETURN 1"}, "DROP FUNCTION f"},
      {{}, "CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO SET @x = 1"},
      {{"CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO SET @x = 1"}, "ALTER EVENT e RENAME TO f"},
      {{"CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO SET @x = 1"}, "DROP EVENT e"},
      {{}, "CREATE SEQUENCE q"},
      {{"CREATE SEQUENCE q"}, "DROP SEQUENCE q"},
      {{"CREATE SEQUENCE q"}, "CREATE OR REPLACE SEQUENCE q"},
      {{"CREATE SEQUENCE q"}, "ALTER SEQUENCE q INCREMENT 5", Effect::kRepeatable},
      {{"CREATE SEQUENCE q"}, "ALTER SEQUENCE q RESTART 5", Effect::kUnknown},
      {{}, "CREATE DATABASE made_by_test"},
      {{"CREATE DATABASE dropped_by_test"}, "DROP DATABASE dropped_by_test"},
      {{}, "ALTER DATABASE CHARACTER SET latin1", Effect::kRepeatable},
      {{}, "CREATE USER u1", Effect::kUnknown},
      {{}, "CREATE USER IF NOT EXISTS u2", Effect::kRepeatable},
      {{"CREATE USER u3"}, "GRANT SELECT ON *.* TO u3", Effect::kRepeatable},
      {{make_s, "PREPARE p FROM @s"}, "EXECUTE p"},
      {{"PREPARE P FROM 'DROP TABLE child'"}, "EXECUTE p"},
      {{"PREPARE p FROM 'SELECT 1'"}, "EXECUTE p", Effect::kRepeatable},
      {{"PREPARE p FROM 'INSERT INTO twin VALUES ()'"}, "EXECUTE p", Effect::kUnknown},
      {{"PREPARE p FROM CONCAT('DROP TABLE ', 'child')"}, "EXECUTE p", Effect::kUnknown},
      {{}, "EXECUTE IMMEDIATE 'DROP TABLE child'"},
      {{make_s}, "EXECUTE IMMEDIATE @s"},
  };
}

class Fixture {
 public:
  static PrivateServer& Server() {
    static PrivateServer server;
    return server;
  }
  // Each test begins with an empty database on the server that they share.
  Fixture() {
    Connect();
    Execute("DROP DATABASE app");
    Execute("CREATE DATABASE app");
    Connect();
  }
  void Connect(const std::string& name = "app") {
    DatabaseUrl url = server_.url();
    url.database = name;
    database_ = MakeMysqlDatabase(url).value();
    session_ = database_->Connect({}).value();
  }
  void Restart(int signal) {
    session_ = nullptr;
    server_.Stop(signal);
    server_.Start();
    Connect();
  }
  std::unique_ptr<Session> Restricted() {
    restricted_ = MakeMysqlDatabase(server_.restricted_url()).value();
    return restricted_->Connect({}).value();
  }
  void Execute(const std::string& statement) { Execute(*session_, statement); }
  static void Execute(Session& session, const std::string& statement) {
    absl::StatusOr<Execution> execution = session.Execute(statement);
    ASSERT_TRUE(execution.ok()) << statement << "\n" << DescribeError(execution.status());
  }
  std::optional<std::string> Fingerprint(const std::string& statement) {
    absl::StatusOr<std::optional<std::string>> result = session_->Fingerprint(statement);
    EXPECT_TRUE(result.ok()) << statement << "\n" << DescribeError(result.status());
    return result.ok() ? *result : std::nullopt;
  }

  PrivateServer& server_ = Server();
  std::unique_ptr<Database> database_;
  std::unique_ptr<Database> restricted_;
  std::unique_ptr<Session> session_;
};

class FingerprintTest : public ::testing::Test, protected Fixture {
 protected:
  void MakeTables() {
    Execute("CREATE TABLE t (a INT AUTO_INCREMENT PRIMARY KEY, n INT, s CHAR(9))");
    Execute("INSERT INTO t (n, s) SELECT seq, 'x' FROM seq_1_to_100");
    Execute("CREATE TABLE twin LIKE t");
    Execute("INSERT INTO twin SELECT * FROM t");
    Execute("CREATE TABLE child (a INT, CONSTRAINT child_to_t FOREIGN KEY (a) REFERENCES t (a))");
    Execute("CREATE VIEW v AS SELECT * FROM t");
    Execute(
        "CREATE TABLE parts (a INT AUTO_INCREMENT PRIMARY KEY, n INT, s CHAR(9)) "
        "PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10), "
        "PARTITION p1 VALUES LESS THAN (20))");
  }
  void ChangeDataOnly() {
    Execute("INSERT INTO t (n, s) VALUES (1, 'y'), (2, 'z')");
    Execute("DELETE FROM t WHERE n > 50");
    Execute("INSERT INTO twin (n) VALUES (7)");
    Execute("INSERT INTO parts (n) VALUES (7)");
    Execute("ANALYZE TABLE t, twin, child, parts");
  }
  // What the case needs of its session: nothing else outlives one.
  void Prepare(const Case& c) {
    for (const std::string& statement : c.before) {
      if (statement.starts_with("SET ") || statement.starts_with("PREPARE ")) Execute(statement);
    }
  }
};

TEST_F(FingerprintTest, TellsWhatTookEffectWhateverElseHappens) {
  const std::vector<Case> cases = Cases();
  std::vector<std::optional<std::string>> before;
  for (size_t i = 0; i < cases.size(); ++i) {
    Execute(absl::StrCat("CREATE DATABASE c", i));
    Connect(absl::StrCat("c", i));
    MakeTables();
    for (const std::string& statement : cases[i].before) Execute(statement);
    before.push_back(Fingerprint(cases[i].statement));
    EXPECT_EQ(before[i].has_value(), cases[i].effect != Effect::kUnknown) << cases[i].statement;
    ChangeDataOnly();
    EXPECT_EQ(Fingerprint(cases[i].statement), before[i]) << cases[i].statement;
  }
  for (int signal : {SIGTERM, SIGKILL}) {
    Restart(signal);
    for (size_t i = 0; i < cases.size(); ++i) {
      Connect(absl::StrCat("c", i));
      Prepare(cases[i]);
      EXPECT_EQ(Fingerprint(cases[i].statement), before[i]) << cases[i].statement;
    }
  }
  std::vector<std::optional<std::string>> after;
  for (size_t i = 0; i < cases.size(); ++i) {
    Connect(absl::StrCat("c", i));
    Prepare(cases[i]);
    // One that fails took none.
    const bool done = session_->Execute(cases[i].statement).ok();
    Prepare(cases[i]);
    after.push_back(Fingerprint(cases[i].statement));
    if (cases[i].effect == Effect::kUnknown) continue;
    EXPECT_TRUE(done) << cases[i].statement;
    EXPECT_EQ(after[i] == before[i], cases[i].effect == Effect::kRepeatable) << cases[i].statement;
    if (cases[i].effect == Effect::kRepeatable) Execute(cases[i].statement);
  }
  Restart(SIGKILL);
  for (size_t i = 0; i < cases.size(); ++i) {
    Connect(absl::StrCat("c", i));
    Prepare(cases[i]);
    EXPECT_EQ(Fingerprint(cases[i].statement), after[i]) << cases[i].statement;
  }
}

TEST_F(FingerprintTest, ADropThatTheServerCutOffStaysInDoubt) {
  Execute("CREATE TABLE a (x INT)");
  Execute("CREATE TABLE b (x INT)");
  EXPECT_NE(Fingerprint("DROP TABLE a, b"), std::nullopt);
  Execute("DROP TABLE a");
  EXPECT_EQ(Fingerprint("DROP TABLE a, b"), std::nullopt);
}

TEST_F(FingerprintTest, ATemporaryTableHidesTheRealOne) {
  Execute("CREATE TABLE a (x INT)");
  Execute("CREATE TEMPORARY TABLE a (y INT)");
  for (const char* statement :
       {"DROP TABLE a", "ALTER TABLE a ADD z INT", "TRUNCATE a", "RENAME TABLE a TO b"}) {
    EXPECT_EQ(Fingerprint(statement), std::nullopt) << statement;
  }
}

TEST_F(FingerprintTest, WhatTheUserMayNotSeeStaysInDoubt) {
  Execute("CREATE TABLE t (a INT)");
  Execute("CREATE TABLE u (a INT)");
  std::unique_ptr<Session> user = Restricted();
  EXPECT_NE(user->Fingerprint("ALTER TABLE t ADD b INT").value(), std::nullopt);
  EXPECT_NE(user->Fingerprint("RENAME TABLE t TO t_old, u TO t").value(), std::nullopt);
  EXPECT_EQ(user->Fingerprint("TRUNCATE t").value(), std::nullopt);
  EXPECT_EQ(user->Fingerprint("RENAME TABLE t TO x, u TO t, x TO u").value(), std::nullopt);
  EXPECT_EQ(user->Fingerprint("DROP TABLE mysql.user").value(), std::nullopt);
}

TEST_F(FingerprintTest, UnderTablesThatAreLockedStaysInDoubt) {
  Execute("CREATE TABLE t (a INT)");
  Execute("CREATE TABLE u (a INT)");
  Execute("LOCK TABLES t WRITE");
  EXPECT_NE(Fingerprint("ALTER TABLE t ADD b INT"), std::nullopt);
  EXPECT_EQ(Fingerprint("ALTER TABLE u ADD b INT"), std::nullopt);
}

// The session that compares may not have the settings of the one that died.
TEST_F(FingerprintTest, WhatSettingsDecideStaysInDoubt) {
  Execute("CREATE TABLE `it's` (a INT)");
  Execute("SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'");
  Execute("SET NAMES utf8");
  EXPECT_NE(Fingerprint("ALTER TABLE `it's` ADD b INT"), std::nullopt);
  Execute("SET sql_mode = 'ANSI_QUOTES'");
  EXPECT_EQ(Fingerprint("ALTER TABLE \"it's\" ADD b INT"), std::nullopt);
  EXPECT_NE(Fingerprint("DROP TABLE \"it's\""), std::nullopt);
  Execute("SET sql_mode = ''");
  Execute("SET sql_quote_show_create = 0");
  EXPECT_EQ(Fingerprint("ALTER TABLE `it's` ADD b INT"), std::nullopt);
  Execute("SET sql_quote_show_create = 1");
  Execute("SET NAMES latin1");
  EXPECT_EQ(Fingerprint("ALTER TABLE `it's` ADD b INT"), std::nullopt);
  Execute("SET NAMES utf8mb4");
  Execute("USE mysql");
  EXPECT_EQ(Fingerprint("ALTER TABLE `it's` ADD b INT"), std::nullopt);
  EXPECT_EQ(Fingerprint("DROP TABLE `it's`"), std::nullopt);
  EXPECT_NE(Fingerprint("ALTER TABLE app.`it's` ADD b INT"), std::nullopt);
  EXPECT_NE(Fingerprint("DROP DATABASE app"), std::nullopt);
}

TEST_F(FingerprintTest, BreaksWithItsConnection) {
  std::unique_ptr<Session> other = database_->Connect({}).value();
  EXPECT_TRUE(other->Terminate(session_->ServerId()).value());
  EXPECT_EQ(ReasonOf(session_->Fingerprint("DROP TABLE t").status()),
            v1::ERROR_REASON_DATABASE_UNREACHABLE);
}

// The server is killed while it works: what is found afterwards is the truth.
TEST_F(FingerprintTest, OfAServerThatIsKilledInTheMiddleOfAStatement) {
  Execute("CREATE TABLE t (a INT AUTO_INCREMENT PRIMARY KEY, s CHAR(200)) CHARSET latin1");
  Execute("INSERT INTO t (s) SELECT REPEAT('x', 200) FROM seq_1_to_60000");
  for (const char* statement :
       {"ALTER TABLE t ADD INDEX (s), ADD COLUMN b INT FIRST, ALGORITHM=COPY",
        "ALTER TABLE t ADD COLUMN c INT, ADD INDEX (s), ADD INDEX (s, c), FORCE, ALGORITHM=INPLACE",
        "CREATE TABLE u AS SELECT a.* FROM t a, t b"}) {
    const std::optional<std::string> before = Fingerprint(statement);
    ASSERT_NE(before, std::nullopt);
    std::unique_ptr<Session> other = database_->Connect({}).value();
    absl::Status status;
    absl::Notification ended;
    std::thread worker([&] {
      status = session_->Execute(statement).status();
      ended.Notify();
    });
    while (!ended.HasBeenNotified() &&
           other
               ->Query("SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = ? AND INFO IS "
                       "NOT NULL AND TIME_MS > 20",
                       {session_->ServerId()})
               ->empty()) {
      std::this_thread::yield();
    }
    server_.Stop(SIGKILL);
    worker.join();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_UNREACHABLE) << status;
    server_.Start();
    Connect();
    EXPECT_EQ(Fingerprint(statement), before) << statement;
    // It can be run again, as after a crash it will be.
    if (statement[0] == 'A') Execute(statement);
  }
}

}  // namespace
}  // namespace brant
