// What is said above statements, on a real server: what is lost, and what to look at.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/integration/schema/mysql_catalog.h"
#include "tests/integration/schema/round_trip.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MysqlMarksTest : public ::testing::Test, protected MysqlCatalog {};

TEST_F(MysqlMarksTest, NotNullFillsRowsWithTheDefault) {
  const std::string at = "at TIMESTAMP NOT NULL DEFAULT '2020-02-02' ON UPDATE CURRENT_TIMESTAMP";
  Execute(absl::StrCat("CREATE TABLE t (id INT, a VARCHAR(9), b INT, c DATETIME, ", at,
                       "); INSERT INTO t (id) VALUES (1)"));
  const DdlScript script = Migrate(Evaluate(absl::StrCat(
      "CREATE TABLE t (id INT, a VARCHAR(9) NOT NULL DEFAULT 'x', b VARCHAR(5) NOT NULL DEFAULT "
      "'y', c DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, ",
      at, ")")));
  EXPECT_EQ(Ask("SELECT CONCAT(a, b, at) FROM t WHERE c IS NOT NULL"), "xy2020-02-02 00:00:00");
  const std::string now = database().IsMariaDb() ? "current_timestamp()" : "CURRENT_TIMESTAMP";
  EXPECT_THAT(Reviews(script),
              HasSubstr(absl::StrCat("rows that have NULL in t.c get ", now, " as it is when")));
  EXPECT_THAT(Reviews(script), Not(HasSubstr("t.a")));
}

TEST_F(MysqlMarksTest, ADroppedCheckIsNoHindranceForTheDefault) {
  Execute(
      "CREATE TABLE t (id INT, s VARCHAR(9), CONSTRAINT s_ok CHECK (s IN ('a', 'b'))); "
      "INSERT INTO t (id) VALUES (1)");
  Migrate(Evaluate(
      "CREATE TABLE t (id INT, s VARCHAR(9) NOT NULL DEFAULT 'none', CONSTRAINT s_ok CHECK "
      "(s IN ('a', 'b', 'none')))"));
  EXPECT_EQ(Ask("SELECT s FROM t"), "none");
}

TEST_F(MysqlMarksTest, DroppedIndexesAreNoHindranceForTheDefault) {
  Execute(
      "CREATE TABLE t (id INT, u INT, s VARCHAR(9), UNIQUE KEY u (u), KEY s (s)); "
      "INSERT INTO t (id) VALUES (1), (2)");
  const std::string text = database().IsMariaDb() ? "'x'" : "('x')";
  Migrate(
      Evaluate(absl::StrCat("CREATE TABLE t (id INT, u INT NOT NULL DEFAULT 7, s TEXT NOT NULL "
                            "DEFAULT ",
                            text, ")")));
  EXPECT_EQ(Ask("SELECT GROUP_CONCAT(u, s) FROM t"), "7x,7x");
}

TEST_F(MysqlMarksTest, ADefaultLeavesForeignKeysTheirIndex) {
  Execute(
      "CREATE TABLE r (id INT PRIMARY KEY); CREATE TABLE t (k INT, n INT, CONSTRAINT f FOREIGN KEY "
      "(k) REFERENCES r (id)); INSERT INTO r VALUES (1); INSERT INTO t (k) VALUES (1)");
  Migrate(
      Evaluate("CREATE TABLE r (id INT PRIMARY KEY); CREATE TABLE t (k INT, n INT NOT NULL DEFAULT "
               "3, KEY kn "
               "(k, n), CONSTRAINT f FOREIGN KEY (k) REFERENCES r (id))"));
  EXPECT_EQ(Ask("SELECT CONCAT(k, n) FROM t"), "13");
}

TEST_F(MysqlMarksTest, ADroppedUniqueKeyOfAForeignKeyIsNoHindranceForTheDefault) {
  Execute(
      "CREATE TABLE r (id INT PRIMARY KEY); CREATE TABLE t (id INT, k INT, UNIQUE KEY u (k), "
      "CONSTRAINT f FOREIGN KEY (k) REFERENCES r (id)); INSERT INTO r VALUES (1); "
      "INSERT INTO t (id) VALUES (1), (2)");
  Migrate(Evaluate(
      "CREATE TABLE r (id INT PRIMARY KEY); CREATE TABLE t (id INT, k INT NOT NULL DEFAULT 1, "
      "CONSTRAINT f FOREIGN KEY (k) REFERENCES r (id))"));
  EXPECT_EQ(Ask("SELECT SUM(k) FROM t"), "2");
}

TEST_F(MysqlMarksTest, ADefaultMayBeInTheWayOfKeys) {
  const Catalog from = Evaluate(
      "CREATE TABLE r (id INT PRIMARY KEY); "
      "CREATE TABLE t (u INT UNIQUE, k INT, CONSTRAINT k FOREIGN KEY (k) REFERENCES r (id))");
  const Catalog to = Evaluate(
      "CREATE TABLE r (id INT PRIMARY KEY); CREATE TABLE t (u INT NOT NULL DEFAULT 1 UNIQUE, "
      "k INT NOT NULL DEFAULT 2, CONSTRAINT k FOREIGN KEY (k) REFERENCES r (id))");
  const std::string reviews = Reviews(driver().Render(*Diff(from, to)));
  EXPECT_THAT(reviews, HasSubstr("fails if more than one row has NULL in t.u, which is unique"));
  EXPECT_THAT(reviews, HasSubstr("fails if a row has NULL in t.k, and none of r is 2"));
}

TEST_F(MysqlMarksTest, RoutinesThatAreNotWrittenNeedReview) {
  Execute(
      "CREATE FUNCTION twice(x INT) RETURNS INT DETERMINISTIC RETURN x * 2;"
      "CREATE PROCEDURE note() SET @x = 1;"
      "CREATE TABLE t (a INT, twice INT); CREATE VIEW v AS SELECT Twice(a) AS b FROM t;"
      "CREATE VIEW w AS SELECT twice, (a) FROM t;"
      "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW CALL note()");
  const Catalog real = Introspect();
  const Catalog nothing{Dialect::kMysql};
  EXPECT_EQ(Reviews(driver().Render(*Diff(nothing, real))),
            "needs the procedure note, which is not made here\n"
            "needs the function twice, which is not made here");
}

TEST_F(MysqlMarksTest, TriggersThatSpeakOfWhatIsRenamedOrDroppedNeedReview) {
  Execute(
      "CREATE TABLE log (line TEXT, price INT);"
      "CREATE TABLE t (id INT, price INT, gone INT);"
      "CREATE TRIGGER other BEFORE INSERT ON log FOR EACH ROW SET NEW.line = 'price';"
      "CREATE TRIGGER priced BEFORE UPDATE ON t FOR EACH ROW SET NEW.Price = OLD.price + 1;"
      "CREATE TRIGGER going BEFORE DELETE ON t FOR EACH ROW "
      "INSERT INTO `log` (line) VALUES (OLD.gone)");
  const Catalog before = Introspect();
  const std::vector<Rename> renames = {{{"", "t"}, "price", "cost"}, {{"", "log"}, "", "lines"}};
  const Catalog after =
      Evaluate("CREATE TABLE `lines` (line TEXT, price INT); CREATE TABLE t (id INT, cost INT)");
  const DdlScript script = driver().Render(*Diff(before, after, renames));
  EXPECT_EQ(Reviews(script),
            "the trigger going speaks of log, which is renamed to lines: make it anew\n"
            "the trigger priced speaks of t.price, which is renamed to cost: make it anew\n"
            "the trigger going speaks of t.gone, which is dropped: make it anew");
  const Catalog without = Evaluate("CREATE TABLE t (id INT, price INT, gone INT)");
  EXPECT_EQ(Reviews(driver().Render(*Diff(before, without))),
            "the trigger going speaks of log, which is dropped: make it anew");
  // On the way back the triggers are those of the second side, with its names.
  EXPECT_THAT(Reviews(driver().Render(*Diff(after, before, Reverse(renames)))),
              HasSubstr("the trigger priced speaks of t.cost, which is renamed to price"));
}

TEST_F(MysqlMarksTest, PartitionsThatAreNotWrittenNeedReview) {
  Execute("CREATE TABLE t (id INT) PARTITION BY HASH (id) PARTITIONS 2; CREATE TABLE u (id INT)");
  const Catalog real = Introspect();
  const Catalog nothing{Dialect::kMysql};
  EXPECT_EQ(Reviews(driver().Render(*Diff(nothing, real))),
            "needs the PARTITION BY of t, which is not made here");
}

TEST_F(MysqlMarksTest, ViewsThatAreLeftAloneNeedReview) {
  Execute(
      "CREATE TABLE t (id INT, price INT, gone INT);"
      "CREATE VIEW handmade AS SELECT price, gone FROM t; CREATE VIEW hand_id AS SELECT id FROM t");
  const auto before = driver().Introspect(session(), {{}, {"hand*"}, {}});
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_TRUE(before->views.empty());
  const Catalog after = Evaluate("CREATE TABLE t (id BIGINT, cost INT)");
  EXPECT_EQ(Reviews(driver().Render(*Diff(*before, after, {{{"", "t"}, "price", "cost"}}))),
            "the view handmade, which is left alone, speaks of t.price, which is renamed to cost: "
            "make it anew\n"
            "the view handmade, which is left alone, speaks of t.gone, which is dropped: "
            "make it anew");
}

TEST_F(MysqlMarksTest, NotNullWithoutDefaultNeedsReview) {
  const Catalog from = Evaluate("CREATE TABLE t (a INT)");
  const Catalog to = Evaluate("CREATE TABLE t (a INT NOT NULL)");
  EXPECT_THAT(Reviews(driver().Render(*Diff(from, to))),
              HasSubstr("fails if t.a is NULL in a row"));
}

TEST_F(MysqlMarksTest, ANarrowerCharacterSetIsALoss) {
  const auto losses = [&](const std::string& from, const std::string& to) {
    const Catalog before = Evaluate(from);
    const Catalog after = Evaluate(to);
    return Losses(driver().Render(*Diff(before, after)));
  };
  const auto column = [](const std::string& charset) {
    return absl::StrCat("CREATE TABLE t (a VARCHAR(9) CHARACTER SET ", charset, ", n INT)");
  };
  const auto table = [](const std::string& charset) {
    return absl::StrCat("CREATE TABLE t (a VARCHAR(9), b TEXT, n INT) CHARACTER SET ", charset);
  };
  EXPECT_THAT(losses(column("utf8mb4"), column("latin1")),
              HasSubstr("t.a turns from the database's character set into latin1, which does not "
                        "have all its characters"));
  EXPECT_EQ(losses(column("latin1"), column("utf8mb4")), "");
  EXPECT_EQ(losses(column("latin1"), column("utf8mb3")), "");
  EXPECT_EQ(losses(column("ascii"), column("latin1")), "");
  EXPECT_THAT(losses(column("utf8mb3"), column("latin1")), HasSubstr("from utf8mb3 into latin1"));
  EXPECT_THAT(losses(table("utf8mb4"), table("latin1")), HasSubstr("t.b turns from"));
  EXPECT_THAT(losses(table("latin1"), table("utf8mb4")), Not(HasSubstr("turns")));
  EXPECT_THAT(losses(column("latin1"), column("latin1 COLLATE latin1_bin")),
              Not(HasSubstr("turns")));
}

}  // namespace
}  // namespace brant
