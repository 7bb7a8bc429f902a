// Every kind of change, there and back, on a real server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/integration/schema/mysql_catalog.h"
#include "tests/integration/schema/round_trip.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class MysqlChangeTest : public ::testing::Test, protected MysqlCatalog {};

TEST_F(MysqlChangeTest, MakesAndDropsATableOfEveryType) {
  std::string everything = R"(
    CREATE TABLE parent (id INT PRIMARY KEY, a INT, b INT, UNIQUE KEY ab (a, b));
    CREATE TABLE everything (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
      s VARCHAR(20) DEFAULT 'it''s \\ "x"',
      n INT DEFAULT 5, d DECIMAL(10,2) NOT NULL DEFAULT 1.5, dd DOUBLE DEFAULT 1.5,
      e ENUM('a','b''c','d,e','f\\g') DEFAULT 'a', st SET('x','y'),
      ts TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
      dt DATETIME DEFAULT CURRENT_TIMESTAMP, ts0 TIMESTAMP NULL,
      tx TEXT DEFAULT 'abc', ex INT DEFAULT (1+2), u CHAR(36) DEFAULT (UUID()),
      g INT GENERATED ALWAYS AS (n+1) VIRTUAL, gs INT AS (n*2) STORED,
      gc VARCHAR(50) AS (CONCAT(s,'x')) STORED,
      j JSON, jn JSON NOT NULL CHECK (JSON_LENGTH(j) > 1), bi BIT(3) DEFAULT b'101',
      bin BINARY(3) DEFAULT x'414200', bl BOOLEAN NOT NULL DEFAULT TRUE,
      c1 CHAR(3) CHARACTER SET latin1 COLLATE latin1_bin COMMENT 'it''s \\ so',
      c2 VARCHAR(30) COLLATE utf8mb4_bin, pid INT, chk INT CHECK (chk > 0),
      y YEAR, t TIME(3), geo POINT NOT NULL, da DATE DEFAULT '2020-01-01',
      z INT(5) UNSIGNED ZEROFILL, `select` INT, `mit ``Zeichen` INT,
      ex2 VARCHAR(10) DEFAULT CONCAT('a', 'b\'c'),
      PRIMARY KEY (id), UNIQUE KEY us (s), KEY kn (n DESC, s(5)), UNIQUE KEY upre (s(3)),
      FULLTEXT KEY ft (tx), SPATIAL KEY sp (geo), KEY kc (c2) COMMENT 'ix', KEY kg (g),
      KEY two (pid, id),
      CONSTRAINT fkp FOREIGN KEY (pid) REFERENCES parent (id) ON DELETE CASCADE,
      CONSTRAINT tc CHECK (n > 0 AND s IN ('a','b') AND s <> 'it''s\n\\ x')
    ) COMMENT 'table''s' ENGINE=InnoDB ROW_FORMAT=COMPRESSED;
    CREATE TABLE latin (a VARCHAR(5), b VARCHAR(5) COLLATE utf8mb4_bin)
      ENGINE=MyISAM DEFAULT CHARSET=latin1;)";
  if (!database().IsMariaDb()) {
    // There these defaults want parentheses, and a column's check speaks of it alone.
    absl::StrReplaceAll({{"'abc'", "('abc')"},
                         {"JSON_LENGTH(j)", "JSON_LENGTH(jn)"},
                         {R"(CONCAT('a', 'b\'c'))", R"((CONCAT('a', 'b\'c')))"}},
                        &everything);
  }
  const auto script = UpAndDown("", everything);
  EXPECT_EQ(script.statements.size(), 3u);
  EXPECT_EQ(Losses(script), "");
}

TEST_F(MysqlChangeTest, IntrospectsWhatItMeans) {
  Execute(R"(CREATE TABLE t (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, e ENUM('a','b''c') NOT NULL,
      j JSON, l LONGTEXT COLLATE utf8mb4_bin CHECK (JSON_VALID(l) AND l <> ''),
      b BOOLEAN NOT NULL DEFAULT TRUE, u CHAR(36), n INT UNSIGNED DEFAULT NULL,
      at DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)) COMMENT 'c';)");
  const Catalog catalog = Introspect();
  ASSERT_EQ(catalog.tables.size(), 1u);
  const Table& table = catalog.tables[0];
  EXPECT_EQ(table.comment, "c");
  EXPECT_TRUE(table.options.empty());
  ASSERT_TRUE(table.primary_key.has_value());
  EXPECT_EQ(table.primary_key->name, "");
  EXPECT_EQ(table.columns[0].identity, Identity::kAutoIncrement);
  EXPECT_TRUE(table.columns[0].type.is_unsigned);
  EXPECT_THAT(table.columns[1].type.labels, ElementsAre("a", "b'c"));
  EXPECT_FALSE(table.columns[1].nullable);
  EXPECT_EQ(table.columns[2].type.kind, TypeKind::kJson);
  EXPECT_EQ(table.columns[2].collation, "");
  EXPECT_EQ(table.columns[3].type.kind, TypeKind::kText);
  EXPECT_EQ(table.columns[4].type.kind, TypeKind::kBoolean);
  EXPECT_EQ(table.columns[4].default_value, "1");
  EXPECT_EQ(table.columns[5].type.kind, TypeKind::kUuid);
  EXPECT_FALSE(table.columns[6].default_value.has_value());
  EXPECT_TRUE(absl::EqualsIgnoreCase(*table.columns[7].default_value, "current_timestamp(3)"));
  EXPECT_TRUE(absl::EqualsIgnoreCase(table.columns[7].on_update, "current_timestamp(3)"));
  ASSERT_EQ(table.checks.size(), 1u);
  EXPECT_EQ(table.checks[0].of_column, database().IsMariaDb());
}

TEST_F(MysqlChangeTest, LeavesOutWhatIsNotSelected) {
  Execute(
      "CREATE TABLE a (x INT); CREATE TABLE brant_version (x INT); CREATE TABLE tmp_b (x INT);"
      "CREATE VIEW tmp_v AS SELECT x FROM a;");
  const auto catalog = driver().Introspect(session(), {{}, {"tmp_*"}, {"brant_version"}});
  ASSERT_TRUE(catalog.ok());
  ASSERT_EQ(catalog->tables.size(), 1u);
  EXPECT_EQ(catalog->tables[0].name.name, "a");
  EXPECT_TRUE(catalog->views.empty());
}

TEST_F(MysqlChangeTest, Columns) {
  const auto script = UpAndDown(
      "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(50), b INT NOT NULL DEFAULT 3, "
      "c VARCHAR(9) COMMENT 'x', gone INT)",
      "CREATE TABLE t (id BIGINT PRIMARY KEY, a VARCHAR(20) NOT NULL DEFAULT 'x', b INT, "
      "c VARCHAR(9) COLLATE utf8mb4_bin, added DATETIME, more VARCHAR(3) NOT NULL)",
      "INSERT INTO t VALUES (1, 'text', 2, 'c', 9)");
  ASSERT_EQ(script.statements.size(), 3u);
  EXPECT_THAT(script.statements[0].data_loss, HasSubstr("t.a turns from varchar(50)"));
  EXPECT_THAT(script.statements[2].data_loss, HasSubstr("drops t.gone and its values"));
  EXPECT_THAT(Losses(script), Not(HasSubstr("t.id")));
  EXPECT_THAT(script.statements[2].review, HasSubstr("t.more is NOT NULL without a default"));
  EXPECT_EQ(Ask("SELECT CONCAT(id, a, b, c) FROM t"), "1text2c");
}

TEST_F(MysqlChangeTest, SystemVersionedTables) {
  if (!database().IsMariaDb()) GTEST_SKIP() << "MySQL has none";
  const std::string period =
      "since TIMESTAMP(6) GENERATED ALWAYS AS ROW START, "
      "until TIMESTAMP(6) GENERATED ALWAYS AS ROW END INVISIBLE, "
      "PERIOD FOR SYSTEM_TIME (since, until)";
  const auto script = UpAndDown(
      absl::StrCat("CREATE TABLE a (id INT PRIMARY KEY, n INT, "
                   "quiet INT WITHOUT SYSTEM VERSIONING) COMMENT 'c' WITH SYSTEM VERSIONING;"
                   "CREATE TABLE b (id INT PRIMARY KEY, n INT, ",
                   period, ") WITH SYSTEM VERSIONING; CREATE TABLE plain (id INT);",
                   "CREATE TABLE old (id INT) WITH SYSTEM VERSIONING;"),
      absl::StrCat("CREATE TABLE a (id INT PRIMARY KEY, m BIGINT, "
                   "quiet BIGINT WITHOUT SYSTEM VERSIONING) COMMENT 'd' WITH SYSTEM VERSIONING;"
                   "CREATE TABLE b (id INT PRIMARY KEY, n BIGINT, extra INT, ",
                   period,
                   ") WITH SYSTEM VERSIONING;"
                   "CREATE TABLE plain (id INT) WITH SYSTEM VERSIONING;"
                   "CREATE TABLE old (id INT); CREATE TABLE added (id INT PRIMARY KEY, n INT, ",
                   period, ") WITH SYSTEM VERSIONING;"),
      "INSERT INTO a VALUES (1, 2, 3); UPDATE a SET n = 4", {{{"", "a"}, "n", "m"}});
  EXPECT_THAT(Losses(script), HasSubstr("drops what the rows of old were"));
  EXPECT_EQ(Ask("SELECT count(*) FROM a FOR SYSTEM_TIME ALL"), "2");
}

TEST_F(MysqlChangeTest, SequencesOfDefaultsAreOfTheDatabaseAtHand) {
  if (!database().IsMariaDb()) GTEST_SKIP() << "MySQL has no sequences";
  const std::string sequence = "CREATE SEQUENCE numbers;";
  UpAndDown(absl::StrCat(sequence, "CREATE TABLE t (id INT DEFAULT nextval(numbers))"),
            absl::StrCat(sequence, "CREATE TABLE t (id BIGINT DEFAULT nextval(numbers))"));
  EXPECT_EQ(FindTable(Introspect(), {"", "t"})->columns[0].default_value, "nextval(`numbers`)");
}

TEST_F(MysqlChangeTest, InvisibleColumns) {
  UpAndDown("CREATE TABLE t (id INT, a INT INVISIBLE DEFAULT 1, b VARCHAR(9) INVISIBLE)",
            "CREATE TABLE t (id INT INVISIBLE, a BIGINT INVISIBLE DEFAULT 2, b VARCHAR(9))",
            "INSERT INTO t (id, a) VALUES (1, 2)");
}

TEST_F(MysqlChangeTest, EnumLabels) {
  const auto script = UpAndDown("CREATE TABLE t (e ENUM('a','b') DEFAULT 'a', f ENUM('x'))",
                                "CREATE TABLE t (e ENUM('a','c') DEFAULT 'a', f ENUM('x','y'))",
                                "INSERT INTO t VALUES ('a', 'x')");
  EXPECT_THAT(Losses(script), HasSubstr("t.e turns from enum('a','b')"));
  EXPECT_THAT(Losses(script), Not(HasSubstr("t.f")));
}

TEST_F(MysqlChangeTest, AutoIncrement) {
  UpAndDown("CREATE TABLE t (a INT); CREATE TABLE u (id INT PRIMARY KEY, a INT)",
            "CREATE TABLE t (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, a INT);"
            "CREATE TABLE u (id INT AUTO_INCREMENT, a INT NOT NULL DEFAULT 1, KEY k (id), "
            "PRIMARY KEY (a))",
            "INSERT INTO t VALUES (5), (6); INSERT INTO u VALUES (1, 1)");
}

TEST_F(MysqlChangeTest, PrimaryKeys) {
  UpAndDown("CREATE TABLE t (a INT, b INT, PRIMARY KEY (a)); CREATE TABLE u (a INT NOT NULL)",
            "CREATE TABLE t (a INT, b INT, PRIMARY KEY (b, a)); CREATE TABLE u (a INT PRIMARY KEY)",
            "INSERT INTO t VALUES (1, 2), (2, 2); INSERT INTO u VALUES (1)");
}

TEST_F(MysqlChangeTest, UniqueKeysAndIndexes) {
  const auto script = UpAndDown(
      "CREATE TABLE t (a INT, b VARCHAR(20), c TEXT, UNIQUE KEY u (a), UNIQUE KEY gone (b), "
      "KEY k (a, b), KEY renamed (b))",
      "CREATE TABLE t (a INT, b VARCHAR(20), c TEXT, UNIQUE KEY u (a, b), UNIQUE KEY p (b(3)), "
      "KEY k (a DESC, b(4)), KEY other (b), FULLTEXT KEY f (c), UNIQUE KEY new (b DESC))",
      "INSERT INTO t VALUES (1, 'abcdef', 'text')");
  ASSERT_EQ(script.statements.size(), 1u);
  EXPECT_THAT(script.statements[0].sql, HasSubstr("RENAME INDEX renamed TO other"));
  EXPECT_THAT(script.statements[0].review, HasSubstr("unique key u"));
  EXPECT_THAT(script.statements[0].review, HasSubstr("unique key p"));
}

TEST_F(MysqlChangeTest, IndexesOfDroppedColumns) {
  UpAndDown("CREATE TABLE t (a INT, b INT, c INT, KEY k (a, b), KEY l (b), UNIQUE KEY m (b, c))",
            "CREATE TABLE t (a INT, c INT, KEY k (a), UNIQUE KEY m (c))",
            "INSERT INTO t VALUES (1, 2, 3)");
}

TEST_F(MysqlChangeTest, Checks) {
  const auto script = UpAndDown(
      "CREATE TABLE t (a INT CHECK (a > 0), b INT, c INT CHECK (c > 1), gone INT CHECK (gone > 0), "
      "l INT CHECK (l > 0), m INT, CONSTRAINT m CHECK (m > 0), "
      "CONSTRAINT x CHECK (a < 9), CONSTRAINT y CHECK (b < 9), CONSTRAINT old CHECK (b <> 8))",
      "CREATE TABLE t (a BIGINT CHECK (a > 0), b INT CHECK (b > 0), c INT, d INT CHECK (d > 0), "
      "l INT, m INT CHECK (m > 0), CONSTRAINT l CHECK (l > 0), "
      "CONSTRAINT x CHECK (a < 8), CONSTRAINT z CHECK (c < 9), CONSTRAINT new CHECK (b <> 8))",
      "INSERT INTO t VALUES (2, 2, 2, 2, 2, 2)");
  EXPECT_EQ(script.statements.size(), 1u);
  EXPECT_THAT(Reviews(script), HasSubstr("does not satisfy the check x"));
}

TEST_F(MysqlChangeTest, Json) {
  UpAndDown("CREATE TABLE t (a JSON, b LONGTEXT, gone JSON)",
            "CREATE TABLE t (a JSON NOT NULL, b JSON, c JSON)",
            "INSERT INTO t VALUES ('{}', '[]', '1')");
}

TEST_F(MysqlChangeTest, GeneratedColumns) {
  UpAndDown(
      "CREATE TABLE t (n INT, g INT AS (n + 1) VIRTUAL, s INT AS (n + 1) STORED, p INT, "
      "x INT AS (n * 2) STORED, KEY k (g, n), UNIQUE KEY u (s))",
      "CREATE TABLE t (n INT, g INT AS (n + 2) STORED, s INT AS (n + 3) VIRTUAL, "
      "p INT AS (n) VIRTUAL, x INT, KEY k (g, n), UNIQUE KEY u (s))",
      "INSERT INTO t (n, p) VALUES (1, 1)");
}

TEST_F(MysqlChangeTest, ForeignKeysAndTheirRules) {
  const auto script = UpAndDown(
      "CREATE TABLE p (id INT PRIMARY KEY, k INT, UNIQUE KEY uk (k));"
      "CREATE TABLE c (id INT PRIMARY KEY, a INT, b INT, d INT, "
      "CONSTRAINT fa FOREIGN KEY (a) REFERENCES p (id), "
      "CONSTRAINT fb FOREIGN KEY (b) REFERENCES p (id) ON DELETE CASCADE, "
      "CONSTRAINT fr FOREIGN KEY (d) REFERENCES p (k))",
      "CREATE TABLE p (id INT PRIMARY KEY, k INT, UNIQUE KEY uk (k));"
      "CREATE TABLE c (id INT PRIMARY KEY, a INT, b INT, d INT, "
      "CONSTRAINT fa FOREIGN KEY (a) REFERENCES p (id) ON DELETE SET NULL ON UPDATE CASCADE, "
      "CONSTRAINT fd FOREIGN KEY (d) REFERENCES p (id), "
      "CONSTRAINT renamed FOREIGN KEY (d) REFERENCES p (k))",
      "INSERT INTO p VALUES (1, 1); INSERT INTO c VALUES (1, 1, 1, 1)");
  EXPECT_EQ(Losses(script), "");
}

TEST_F(MysqlChangeTest, RestrictAndNoActionAreTheSame) {
  const Catalog restrict = Evaluate(
      "CREATE TABLE p (id INT PRIMARY KEY);"
      "CREATE TABLE c (a INT, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id) ON DELETE RESTRICT)");
  const Catalog no_action = Evaluate(
      "CREATE TABLE p (id INT PRIMARY KEY);"
      "CREATE TABLE c (a INT, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id) ON DELETE NO ACTION)");
  EXPECT_EQ(Difference(restrict, no_action), "");
}

TEST_F(MysqlChangeTest, ForeignKeysStandInNobodysWay) {
  // It allows foreign keys to what is not unique only where that is asked for.
  const bool is_mariadb = database().IsMariaDb();
  if (!is_mariadb) GTEST_SKIP() << "MySQL wants a whole unique key behind each foreign key";
  UpAndDown(
      "CREATE TABLE p (id INT PRIMARY KEY, k INT, l VARCHAR(9), UNIQUE KEY uk (k), KEY kl (l));"
      "CREATE TABLE c (a INT, b INT, l VARCHAR(9), KEY ka (a), "
      "CONSTRAINT fa FOREIGN KEY (a) REFERENCES p (id), "
      "CONSTRAINT fb FOREIGN KEY (b) REFERENCES p (k), "
      "CONSTRAINT fl FOREIGN KEY (l) REFERENCES p (l));"
      "CREATE TABLE gone (a INT, FOREIGN KEY (a) REFERENCES p (id))",
      "CREATE TABLE p (id BIGINT PRIMARY KEY, k INT, l VARCHAR(9), UNIQUE KEY uk (k, id), "
      "KEY kl (l, id)) DEFAULT CHARSET=latin1;"
      "CREATE TABLE c (a BIGINT, b INT, l VARCHAR(9), KEY ka (a, b), "
      "CONSTRAINT fa FOREIGN KEY (a) REFERENCES p (id), "
      "CONSTRAINT fb FOREIGN KEY (b) REFERENCES p (k), "
      "CONSTRAINT fl FOREIGN KEY (l) REFERENCES p (l)) DEFAULT CHARSET=latin1",
      "INSERT INTO p VALUES (1, 1, 'l'); INSERT INTO c VALUES (1, 1, 'l')");
}

// The server makes an index for a foreign key, and drops it when another one
// comes that does; what it made is no difference to what it would make.
TEST_F(MysqlChangeTest, TheServersOwnIndexesAreNoDifference) {
  Execute(
      "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c (a INT, b INT, d INT, KEY kb (b));"
      "ALTER TABLE c ADD CONSTRAINT fa FOREIGN KEY (a) REFERENCES p (id);"
      "ALTER TABLE c ADD CONSTRAINT fb FOREIGN KEY (b) REFERENCES p (id);"
      "ALTER TABLE c ADD FOREIGN KEY (d) REFERENCES p (id);");
  const Catalog catalog = Introspect();
  ASSERT_EQ(catalog.tables.size(), 2u);
  ASSERT_EQ(catalog.tables[0].indexes.size(), 2u);
  EXPECT_EQ(catalog.tables[0].indexes[0].name, "d");
  EXPECT_EQ(catalog.tables[0].indexes[1].name, "kb");
  EXPECT_EQ(Difference(catalog,
                       Evaluate("CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c "
                                "(a INT, b INT, d INT, KEY kb (b), KEY fa (a), CONSTRAINT fa "
                                "FOREIGN KEY (a) REFERENCES p (id), CONSTRAINT fb FOREIGN KEY (b) "
                                "REFERENCES p (id), FOREIGN KEY (d) REFERENCES p (id))")),
            "");
}

TEST_F(MysqlChangeTest, OwnIndexesComeAndGoWithOthers) {
  const std::string p = "CREATE TABLE p (id INT PRIMARY KEY);";
  const std::string fa = "CONSTRAINT fa FOREIGN KEY (a) REFERENCES p (id)";
  // Another index that does comes, and goes.
  UpAndDown(absl::StrCat(p, "CREATE TABLE c (a INT, b INT, ", fa, ")"),
            absl::StrCat(p, "CREATE TABLE c (a INT, b INT, KEY k (a, b), ", fa, ")"),
            "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1)");
  // The foreign key goes, and comes.
  Migrate(Evaluate(absl::StrCat(p, "CREATE TABLE c (a INT, b INT)")));
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = "
                "DATABASE() AND TABLE_NAME = 'c'"),
            "0");
  Migrate(Evaluate(absl::StrCat(p, "CREATE TABLE c (a INT, b INT, ", fa, ")")));
  // An index is kept where the foreign key goes, and only then is one to see.
  Migrate(Evaluate(absl::StrCat(p, "CREATE TABLE c (a INT, b INT, KEY fa (a))")));
  Migrate(Evaluate(absl::StrCat(p, "CREATE TABLE c (a INT, b INT, ", fa, ")")));
  // Two keys on the same column share an index.
  Migrate(Evaluate(absl::StrCat(p, "CREATE TABLE c (a INT, b INT, ", fa,
                                ", CONSTRAINT fz FOREIGN KEY (a) REFERENCES p (id))")));
  Migrate(Evaluate(absl::StrCat(p,
                                "CREATE TABLE c (a INT, b INT, "
                                "CONSTRAINT fz FOREIGN KEY (a) REFERENCES p (id))")));
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM c"), "1");
}

TEST_F(MysqlChangeTest, CyclesOfForeignKeys) {
  UpAndDown("",
            "CREATE TABLE a (id INT PRIMARY KEY, b INT);"
            "CREATE TABLE b (id INT PRIMARY KEY, a INT, me INT, "
            "CONSTRAINT ba FOREIGN KEY (a) REFERENCES a (id), "
            "CONSTRAINT bb FOREIGN KEY (me) REFERENCES b (id));"
            "ALTER TABLE a ADD CONSTRAINT ab FOREIGN KEY (b) REFERENCES b (id)");
}

TEST_F(MysqlChangeTest, DroppedTables) {
  const auto script = UpAndDown(
      "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c (a INT, CONSTRAINT f FOREIGN KEY (a) "
      "REFERENCES p (id)); CREATE TABLE stays (a INT, CONSTRAINT g FOREIGN KEY (a) REFERENCES "
      "p (id)); CREATE TRIGGER tr BEFORE INSERT ON c FOR EACH ROW BEGIN SET NEW.a = 1; END",
      "CREATE TABLE stays (a INT, KEY g (a)); CREATE TABLE other (a INT, b INT, "
      "CONSTRAINT f CHECK (a > b))");
  EXPECT_THAT(Losses(script), HasSubstr("drops c and its rows"));
  EXPECT_EQ(Ask("SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = "
                "DATABASE()"),
            "1");
}

TEST_F(MysqlChangeTest, Options) {
  UpAndDown("CREATE TABLE t (a INT) COMMENT 'x' ROW_FORMAT=COMPRESSED; CREATE TABLE u (a INT)",
            "CREATE TABLE t (a INT) COMMENT 'y''s' ENGINE=MyISAM;"
            "CREATE TABLE u (a INT) ROW_FORMAT=DYNAMIC STATS_PERSISTENT=1",
            "INSERT INTO t VALUES (1)");
}

TEST_F(MysqlChangeTest, CharacterSets) {
  Execute(absl::StrCat("ALTER DATABASE ", database().name(), " COLLATE utf8mb4_unicode_ci"));
  UpAndDown(
      "CREATE TABLE t (a VARCHAR(9), b TEXT, c VARCHAR(9) COLLATE utf8mb4_bin, "
      "d VARCHAR(9) COLLATE latin1_bin, e ENUM('x'), n INT); "
      "CREATE TABLE u (a VARCHAR(9)) COLLATE utf8mb4_bin",
      "CREATE TABLE t (a VARCHAR(9), b TEXT, c VARCHAR(9) COLLATE utf8mb4_bin, "
      "d VARCHAR(9), e ENUM('x'), n INT) CHARACTER SET latin1 COLLATE latin1_bin; "
      "CREATE TABLE u (a VARCHAR(9)) COLLATE utf8mb4_general_ci",
      "INSERT INTO t VALUES ('ä', 'ö', 'ü', 'ß', 'x', 1)");
  EXPECT_EQ(Ask("SELECT CONCAT(a, b, c, d) FROM t"), "äöüß");
}

TEST_F(MysqlChangeTest, Views) {
  UpAndDown(
      "CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT a FROM t;"
      "CREATE VIEW w AS SELECT v.a FROM v; CREATE VIEW gone AS SELECT 't.x' AS s, "
      "`t`.`a` FROM t `t` JOIN t AS u ON u.a = t.b",
      "CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT a, b FROM t;"
      "CREATE SQL SECURITY INVOKER VIEW w AS SELECT v.a FROM v;"
      "CREATE ALGORITHM=MERGE VIEW x AS SELECT a FROM w WHERE a > 1 WITH LOCAL CHECK OPTION");
  EXPECT_THAT(Introspect().views[1].definition, Not(HasSubstr(database().name())));
}

TEST_F(MysqlChangeTest, Renames) {
  const auto script = UpAndDown(
      "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(9), j JSON, a INT CHECK (a > 0), "
      "d INT DEFAULT (a + 1), boss INT, UNIQUE KEY u (name), CONSTRAINT c CHECK (name <> 'x'), "
      "g VARCHAR(20) AS (CONCAT(name, '!')) VIRTUAL, "
      "FOREIGN KEY (boss) REFERENCES users (id));"
      "CREATE TABLE posts (id INT PRIMARY KEY, u INT, "
      "CONSTRAINT f FOREIGN KEY (u) REFERENCES users (id));"
      "CREATE VIEW v AS SELECT name AS n, j AS k FROM users",
      "CREATE TABLE people (uid INT PRIMARY KEY, handle VARCHAR(9), jj JSON, aa INT CHECK (aa > "
      "0), "
      "d INT DEFAULT (aa + 1), boss INT, UNIQUE KEY u (handle), CONSTRAINT c CHECK (handle <> "
      "'x'), "
      "g VARCHAR(20) AS (CONCAT(handle, '!')) VIRTUAL, "
      "FOREIGN KEY (boss) REFERENCES people (uid));"
      "CREATE TABLE posts (id INT PRIMARY KEY, u INT, "
      "CONSTRAINT f FOREIGN KEY (u) REFERENCES people (uid));"
      "CREATE VIEW v AS SELECT handle AS n, jj AS k FROM people",
      "INSERT INTO users (id, name, j, a) VALUES (1, 'n', '{}', 1); INSERT INTO posts VALUES (1, "
      "1)",
      {{{"", "users"}, "", "people"},
       {{"", "users"}, "id", "uid"},
       {{"", "users"}, "name", "handle"},
       {{"", "users"}, "j", "jj"},
       {{"", "users"}, "a", "aa"}});
  // MySQL's checks and expressions do not follow by themselves.
  EXPECT_EQ(script.statements.size(), database().IsMariaDb() ? 4u : 7u) << ToText(script);
  EXPECT_EQ(Ask("SELECT CONCAT(n, k) FROM v"), "n{}");
}

TEST_F(MysqlChangeTest, RenamedColumnsThatSpeakOfEachOther) {
  UpAndDown(
      "CREATE TABLE t (id INT, a INT, g INT AS (a + 1), k INT AS (a + 2), day INT, "
      "later DATETIME DEFAULT (NOW() + INTERVAL 7 DAY), n INT DEFAULT (a * 2))",
      "CREATE TABLE t (id INT, b INT, h INT AS (b + 1), k INT AS (b + 2), tag INT, "
      "later DATETIME DEFAULT (NOW() + INTERVAL 7 DAY), n INT DEFAULT (b * 2))",
      "INSERT INTO t (id, a) VALUES (1, 2)",
      {{{"", "t"}, "a", "b"}, {{"", "t"}, "g", "h"}, {{"", "t"}, "day", "tag"}});
}

TEST_F(MysqlChangeTest, NamesThatLookLikeTheServersFollowARenamedTable) {
  UpAndDown(
      "CREATE TABLE users (id INT PRIMARY KEY); CREATE TABLE orders (u INT, v INT, w INT, "
      "CONSTRAINT "
      "orders_ibfk_1 FOREIGN KEY (u) REFERENCES users (id), CONSTRAINT orders_ibfk_user FOREIGN "
      "KEY "
      "(v) REFERENCES users (id), CONSTRAINT orders_chk_w CHECK (w > 0))",
      "CREATE TABLE users (id INT PRIMARY KEY); CREATE TABLE purchases (u INT, v INT NOT NULL, w "
      "INT)",
      "", {{{"", "orders"}, "", "purchases"}});
}

TEST_F(MysqlChangeTest, SwappedNames) {
  UpAndDown(
      "CREATE TABLE a (x INT, y INT); CREATE TABLE b (z VARCHAR(9))",
      "CREATE TABLE b (y INT, x INT); CREATE TABLE a (z VARCHAR(9))", "INSERT INTO a VALUES (1, 2)",
      {{{"", "a"}, "", "b"}, {{"", "b"}, "", "a"}, {{"", "a"}, "x", "y"}, {{"", "a"}, "y", "x"}});
  EXPECT_EQ(Ask("SELECT x FROM a"), "1");
}

}  // namespace
}  // namespace brant
