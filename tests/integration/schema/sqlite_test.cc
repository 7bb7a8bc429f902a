// What a migration of SQLite keeps that is no part of a comparison: triggers, the
// meaning of old values, and what was wrong before.

#include <memory>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"
#include "agent/database/open.h"
#include "gtest/gtest.h"
#include "tests/integration/schema/round_trip.h"

namespace brant {
namespace {

const SchemaDriver& Driver() { return DriverFor(Dialect::kSqlite); }

// What a statement must be looked at for; empty: there is none such.
std::string ReviewOf(const DdlScript& script, absl::string_view begin) {
  for (const DdlStatement& statement : script.statements) {
    if (absl::StartsWith(statement.sql, begin)) return statement.review;
  }
  return "";
}

class SqliteTest : public ::testing::Test {
 protected:
  void Open(const std::string& schema) {
    auto database = OpenDatabase(DatabaseUrl());
    ASSERT_TRUE(database.ok());
    database_ = *std::move(database);
    auto session = database_->Connect({});
    ASSERT_TRUE(session.ok());
    session_ = *std::move(session);
    Execute(schema);
  }

  void Execute(const std::string& sql) {
    const auto done = session_->Execute(sql);
    ASSERT_TRUE(done.ok()) << done.status();
  }

  std::string Value(const std::string& sql) {
    const auto rows = session_->Query(sql);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() && !rows->empty() ? (*rows)[0][0].value_or("NULL") : "";
  }

  Catalog Introspect() {
    auto catalog = Driver().Introspect(*session_, {{}, {"handmade*"}, {}});
    EXPECT_TRUE(catalog.ok()) << catalog.status();
    return catalog.ok() ? *std::move(catalog) : Catalog{};
  }

  // From what is there to `schema`.
  DdlScript Migrate(const std::string& schema, const std::vector<Rename>& renames = {}) {
    const Catalog from = Introspect();
    auto before = std::move(database_);
    auto session = std::move(session_);
    Open(schema);
    const Catalog to = Introspect();
    session_ = std::move(session);
    database_ = std::move(before);
    const auto diff = Diff(from, to, renames);
    EXPECT_TRUE(diff.ok()) << diff.status();
    if (!diff.ok()) return {};
    DdlScript script = Driver().Render(*diff);
    const absl::Status status = Apply(*session_, Dialect::kSqlite, script);
    EXPECT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(Difference(Driver(), Introspect(), to), "") << ToText(script);
    return script;
  }

  std::unique_ptr<Database> database_;
  std::unique_ptr<Session> session_;
};

constexpr char kLogged[] =
    "CREATE TABLE log (text TEXT);"
    "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, age INT);"
    "CREATE TRIGGER logged AFTER UPDATE OF name ON Users BEGIN\n"
    "  INSERT INTO log(text) VALUES ('name ' || new.name); -- kept\n"
    "END;"
    "CREATE TRIGGER cleared AFTER DELETE ON log BEGIN DELETE FROM USERS WHERE NAME = old.text; END;"
    "INSERT INTO users VALUES (1, 'ann', 7);";

TEST_F(SqliteTest, TriggersFollowARename) {
  ASSERT_NO_FATAL_FAILURE(Open(kLogged));
  const DdlScript script = Migrate(
      "CREATE TABLE log (text TEXT);"
      "CREATE TABLE people (id INTEGER PRIMARY KEY, \"full name\" TEXT, age INT);",
      {{{"", "users"}, "name", "full name"}, {{"", "users"}, "", "people"}});
  EXPECT_EQ(script.statements.size(), 2) << ToText(script);
  Execute("UPDATE people SET \"full name\" = 'eve'; INSERT INTO log VALUES ('eve')");
  EXPECT_EQ(Value("SELECT text FROM log"), "name eve");
  Execute("DELETE FROM log WHERE text = 'eve'");
  EXPECT_EQ(Value("SELECT count(*) FROM people"), "0");
}

TEST_F(SqliteTest, TriggersFollowARenameWithARebuild) {
  ASSERT_NO_FATAL_FAILURE(Open(kLogged));
  const DdlScript script = Migrate(
      "CREATE TABLE log (text TEXT);"
      "CREATE TABLE people (id INTEGER PRIMARY KEY, \"full name\" TEXT NOT NULL, age INT);",
      {{{"", "users"}, "name", "full name"}, {{"", "users"}, "", "people"}});
  EXPECT_TRUE(absl::StrContains(ToText(script), "VALUES ('name ' || new.\"full name\"); -- kept"))
      << ToText(script);
  Execute("UPDATE people SET \"full name\" = 'eve'; INSERT INTO log VALUES ('eve')");
  EXPECT_EQ(Value("SELECT text FROM log"), "name eve");
  Execute("DELETE FROM log WHERE text = 'eve'");
  EXPECT_EQ(Value("SELECT count(*) FROM people"), "0");
}

TEST_F(SqliteTest, TriggersOutliveARebuildInWhateverCaseTheyNameTheTable) {
  ASSERT_NO_FATAL_FAILURE(Open(kLogged));
  Migrate(
      "CREATE TABLE log (text TEXT);"
      "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INT);");
  EXPECT_EQ(Value("SELECT group_concat(name) FROM sqlite_schema WHERE type = 'trigger'"),
            "cleared,logged");
}

// The way back begins where the catalog says nothing of the database's triggers.
TEST_F(SqliteTest, TriggersOfTheDatabaseOutliveTheWayBack) {
  ASSERT_NO_FATAL_FAILURE(Open(kLogged));
  const Catalog database = Introspect();
  Migrate(
      "CREATE TABLE log (text TEXT);"
      "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INT);");
  Catalog desired = Introspect();
  for (Table& table : desired.tables) table.triggers.clear();
  const DdlScript back = Driver().Render(*Diff(desired, database));
  const absl::Status status = Apply(*session_, Dialect::kSqlite, back);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Value("SELECT group_concat(name) FROM sqlite_schema WHERE type = 'trigger'"),
            "cleared,logged");
}

TEST_F(SqliteTest, TriggersOfTheDesiredSchemaAloneStandInNobodysWay) {
  const std::string tables =
      "CREATE TABLE log (text TEXT);"
      "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, age TEXT);";
  ASSERT_NO_FATAL_FAILURE(Open(tables));
  const Catalog database = Introspect();
  Migrate(kLogged);
  const Catalog desired = Introspect();
  const DdlScript back = Driver().Render(*Diff(desired, database));
  Execute("DROP TRIGGER IF EXISTS logged");
  const absl::Status status = Apply(*session_, Dialect::kSqlite, back);
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(SqliteTest, ReferencesMeanTheTableInWhateverCase) {
  ASSERT_NO_FATAL_FAILURE(
      Open("CREATE TABLE Users (id INTEGER PRIMARY KEY);"
           "CREATE TABLE orders (user_id INT REFERENCES users);"));
  const Catalog catalog = Introspect();
  const ForeignKey& key = FindTable(catalog, {"", "orders"})->foreign_keys.at(0);
  EXPECT_EQ(key.referenced_table.name, "Users");
  EXPECT_EQ(key.referenced_columns, std::vector<std::string>{"id"});
}

TEST_F(SqliteTest, TriggersOfAViewOutliveIt) {
  const std::string rest =
      "CREATE VIEW names AS SELECT name FROM Users;"
      "CREATE TRIGGER added INSTEAD OF INSERT ON Names BEGIN"
      " INSERT INTO users(name) VALUES (new.name); END;";
  ASSERT_NO_FATAL_FAILURE(
      Open(absl::StrCat("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);", rest)));
  Migrate(absl::StrCat("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);", rest));
  Execute("INSERT INTO names VALUES ('ann')");
  EXPECT_EQ(Value("SELECT name FROM users"), "ann");
}

TEST_F(SqliteTest, ViewsThatAreLeftAloneOutliveARebuild) {
  const std::string orders = "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INT, note TEXT);";
  ASSERT_NO_FATAL_FAILURE(
      Open(absl::StrCat(orders,
                        "CREATE VIEW handmade AS SELECT total FROM Orders;"
                        "CREATE VIEW handmade_2 AS SELECT total FROM handmade;"
                        "CREATE TRIGGER added INSTEAD OF INSERT ON handmade BEGIN"
                        " INSERT INTO orders (total) VALUES (new.total); END;")));
  const Catalog before = Introspect();
  Migrate("CREATE TABLE orders (id INTEGER PRIMARY KEY, total BIGINT, note TEXT);");
  Execute("INSERT INTO handmade VALUES (7)");
  EXPECT_EQ(Value("SELECT total FROM handmade_2"), "7");
  // The way back, as it is written before the way there is gone.
  CancelToken never;
  const auto desired = Driver().Evaluate(
      *database_,
      {{"schema.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, total BIGINT, note TEXT);"}},
      {}, never);
  ASSERT_TRUE(desired.ok()) << desired.status();
  const absl::Status back =
      Apply(*session_, Dialect::kSqlite, Driver().Render(*Diff(*desired, before)));
  ASSERT_TRUE(back.ok()) << back;
  EXPECT_EQ(Value("SELECT total FROM handmade_2"), "7");
  const DdlScript renamed = Migrate("CREATE TABLE orders (id INTEGER PRIMARY KEY, cost BIGINT);",
                                    {{{"", "orders"}, "total", "cost"}});
  EXPECT_NE(ReviewOf(renamed, "CREATE VIEW handmade "), "");
  EXPECT_EQ(Value("SELECT cost FROM handmade"), "7");
  const DdlScript dropped = Migrate("CREATE TABLE other (id INT)");
  EXPECT_EQ(ReviewOf(dropped, "CREATE VIEW handmade "),
            "a view that speaks of orders, which is dropped");
}

TEST_F(SqliteTest, OnConflictOutlivesARebuild) {
  const auto schema = [](absl::string_view type, absl::string_view resolution) {
    return absl::StrCat("CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, n ", type,
                        " NOT NULL ON CONFLICT IGNORE, UNIQUE (n) ON CONFLICT ", resolution,
                        "); CREATE TABLE k (a TEXT, PRIMARY KEY (a) ON CONFLICT REPLACE);");
  };
  ASSERT_NO_FATAL_FAILURE(Open(schema("TEXT", "REPLACE")));
  Migrate(schema("INT", "REPLACE"));
  Execute("INSERT INTO t VALUES (1, 5), (2, 5); INSERT INTO t VALUES (3, NULL)");
  EXPECT_EQ(Value("SELECT group_concat(id) FROM t"), "2");
  Migrate(schema("INT", "IGNORE"));
  Execute("INSERT INTO t VALUES (4, 5)");
  EXPECT_EQ(Value("SELECT group_concat(id) FROM t"), "2");
}

TEST_F(SqliteTest, AViewKeepsTheNamesOfItsColumns) {
  const std::string view = "CREATE VIEW names (\"the name\", age) AS SELECT name, 7 FROM users;";
  ASSERT_NO_FATAL_FAILURE(Open(absl::StrCat("CREATE TABLE users (name TEXT);", view)));
  Migrate(absl::StrCat("CREATE TABLE users (name BLOB);", view));
  Execute("INSERT INTO users VALUES ('ann')");
  EXPECT_EQ(Value("SELECT \"the name\" || age FROM names"), "ann7");
  Migrate("CREATE TABLE users (name BLOB); CREATE VIEW names (a, b) AS SELECT name, 7 FROM users;");
  EXPECT_EQ(Value("SELECT a || b FROM names"), "ann7");
}

TEST_F(SqliteTest, TextThatBecomesANumberIsALoss) {
  ASSERT_NO_FATAL_FAILURE(Open("CREATE TABLE t (a TEXT, b INT, c BLOB, d TEXT)"));
  EXPECT_EQ(Losses(Migrate("CREATE TABLE t (a INTEGER, b TEXT, c BLOB, d VARCHAR(9))")),
            "turns text in t.a that looks like a number into one: '007' is 7");
  for (const char* type : {"NUMERIC", "REAL", "DATE"}) {
    ASSERT_NO_FATAL_FAILURE(Open("CREATE TABLE t (a BLOB)"));
    EXPECT_NE(Losses(Migrate(absl::StrCat("CREATE TABLE t (a ", type, ")"))), "") << type;
  }
}

TEST_F(SqliteTest, NumbersThatDoNotFitAreALoss) {
  ASSERT_NO_FATAL_FAILURE(
      Open("CREATE TABLE t (id INT, a INTEGER);"
           "INSERT INTO t VALUES (1, 9007199254740993)"));
  EXPECT_EQ(Losses(Migrate("CREATE TABLE t (id INT, a REAL)")),
            "rounds whole numbers in t.a that are beyond 2^53");
  EXPECT_EQ(Value("SELECT a = 9007199254740992 FROM t"), "1");
  EXPECT_EQ(Losses(Migrate("CREATE TABLE t (id INT, a TEXT)")),
            "writes numbers in t.a as text, with 15 digits");
  for (const char* types : {"INTEGER TEXT", "REAL INTEGER", "BOOLEAN TEXT", "REAL DOUBLE"}) {
    const std::pair<std::string, std::string> both = absl::StrSplit(types, ' ');
    ASSERT_NO_FATAL_FAILURE(Open(absl::StrCat("CREATE TABLE t (a ", both.first, ")")));
    EXPECT_EQ(Losses(Migrate(absl::StrCat("CREATE TABLE t (a ", both.second, ")"))), "") << types;
  }
}

TEST_F(SqliteTest, WhatMayFailIsSaidWhereItFails) {
  const std::string parents = "CREATE TABLE parents (id INTEGER PRIMARY KEY);";
  ASSERT_NO_FATAL_FAILURE(
      Open(absl::StrCat(parents, "CREATE TABLE t (a INT, b INT, c INT, p INT);")));
  const DdlScript script = Migrate(absl::StrCat(
      parents,
      "CREATE TABLE t (a INT NOT NULL, b INT NOT NULL DEFAULT 7, c TEXT NOT NULL "
      "DEFAULT CURRENT_TIMESTAMP, d INT NOT NULL, p INT REFERENCES parents, UNIQUE (a), "
      "CHECK (b > 0)) STRICT"));
  EXPECT_EQ(ReviewOf(script, "CREATE TABLE"), "");
  EXPECT_EQ(ReviewOf(script, "INSERT INTO brant_new_t"),
            "fails if t.a is NULL in a row; rows that have NULL in t.c get CURRENT_TIMESTAMP as it "
            "is when this runs; fails if the table has rows: d has no default; fails if rows have "
            "the same values; fails if a row violates CHECK (b > 0); fails if a value is not of "
            "its column's type: the table becomes STRICT");
  EXPECT_EQ(ReviewOf(script, "PRAGMA foreign_key_check(t)"),
            "fails if a row of t refers to none of parents");
}

TEST_F(SqliteTest, AllColumnsMayBeOthers) {
  ASSERT_NO_FATAL_FAILURE(Open("CREATE TABLE t (a INT); INSERT INTO t VALUES (1)"));
  Migrate("CREATE TABLE t (b INT)");
  EXPECT_EQ(Value("SELECT count(*) FROM t"), "1");
}

TEST_F(SqliteTest, TriggersThatSpeakOfWhatIsDroppedNeedReview) {
  ASSERT_NO_FATAL_FAILURE(Open(kLogged));
  const DdlScript script = Migrate("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)");
  EXPECT_EQ(ReviewOf(script, "CREATE TRIGGER logged"),
            "a trigger that speaks of log, which is dropped");
  ASSERT_NO_FATAL_FAILURE(Open(kLogged));
  const DdlScript columns = Migrate("CREATE TABLE log (text TEXT); CREATE TABLE users (name TEXT)");
  EXPECT_EQ(ReviewOf(columns, "CREATE TRIGGER logged"), "");
  const DdlScript column = Migrate("CREATE TABLE log (line TEXT); CREATE TABLE users (name TEXT)");
  EXPECT_EQ(ReviewOf(column, "CREATE TRIGGER logged"),
            "a trigger that speaks of log.text, which is dropped");
}

TEST_F(SqliteTest, AColumnThatBecomesGeneratedLosesItsValues) {
  ASSERT_NO_FATAL_FAILURE(Open("CREATE TABLE t (a INT, b INT)"));
  EXPECT_EQ(Losses(Migrate("CREATE TABLE t (a INT, b INT AS (a * 2) STORED)")),
            "drops the values of t.b, now generated");
  EXPECT_EQ(Losses(Migrate("CREATE TABLE t (a INT, b INT)")), "");
}

TEST_F(SqliteTest, OldDanglingRowsElsewhereAreNoObstacle) {
  const std::string rest =
      "CREATE TABLE parents (id INTEGER PRIMARY KEY);"
      "CREATE TABLE children (id INTEGER PRIMARY KEY, parent INT REFERENCES parents);"
      "CREATE TABLE \"my orders\" (id INTEGER PRIMARY KEY, t INT REFERENCES t);";
  ASSERT_NO_FATAL_FAILURE(Open(
      absl::StrCat("PRAGMA foreign_keys = OFF; CREATE TABLE t (id INTEGER PRIMARY KEY, a INT);",
                   rest, "INSERT INTO children VALUES (1, 7); PRAGMA foreign_keys = ON;")));
  const DdlScript script =
      Migrate(absl::StrCat("CREATE TABLE t (id INTEGER PRIMARY KEY, a INT NOT NULL);", rest));
  EXPECT_TRUE(absl::StrContains(ToText(script), "PRAGMA foreign_key_check(\"my orders\");\n"))
      << ToText(script);
}

TEST_F(SqliteTest, DanglingRowsOfARebuiltTableAreAnError) {
  const std::string parents = "CREATE TABLE parents (id INTEGER PRIMARY KEY);";
  ASSERT_NO_FATAL_FAILURE(Open(absl::StrCat(
      parents, "CREATE TABLE \"order\" (parent INT); INSERT INTO \"order\" VALUES (7)")));
  const Catalog from = Introspect();
  const absl::Status status = [&] {
    Catalog to = from;
    ForeignKey key;
    key.columns = {"parent"};
    key.referenced_table.name = "parents";
    key.referenced_columns = {"id"};
    for (Table& table : to.tables) {
      if (table.name.name == "order") table.foreign_keys.push_back(key);
    }
    const auto diff = Diff(from, to);
    return Apply(*session_, Dialect::kSqlite, Driver().Render(*diff));
  }();
  EXPECT_TRUE(absl::StrContains(status.message(), "a foreign key is violated")) << status;
}

}  // namespace
}  // namespace brant
