// Brant's own statements and their arguments; migrations' statements and their
// errors.

#include <limits>

#include "tests/integration/database/database_test.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;
using ::testing::StartsWith;

class QueryTest : public DatabaseTest {};

TEST_P(QueryTest, GivesRowsAsText) {
  auto rows =
      session_->Query("SELECT 1, 'a', NULL, '' UNION ALL SELECT -2, 'b', 'c', '' ORDER BY 1 DESC");
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_THAT((*rows)[0], ElementsAre(Optional(std::string("1")), Optional(std::string("a")),
                                      std::nullopt, Optional(std::string(""))));
  EXPECT_THAT((*rows)[1], ElementsAre(Optional(std::string("-2")), Optional(std::string("b")),
                                      Optional(std::string("c")), Optional(std::string(""))));
  auto none = session_->Query("SELECT 1 WHERE 1 = 0");
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_TRUE(none->empty());
}

TEST_P(QueryTest, BindsNumbersAndNull) {
  Execute("CREATE TABLE n (a BIGINT, b TEXT)");
  for (int64_t number : {int64_t{0}, int64_t{-1}, std::numeric_limits<int64_t>::max(),
                         std::numeric_limits<int64_t>::min()}) {
    ASSERT_TRUE(session_->Query("INSERT INTO n VALUES (?, ?)", {Value(number), Value()}).ok());
    EXPECT_EQ(One("SELECT a FROM n WHERE a = ? AND b IS NULL", {Value(number)}),
              absl::StrCat(number));
    EXPECT_EQ(One("SELECT a -? FROM n WHERE a = ?", {Value(int64_t{0}), Value(number)}),
              absl::StrCat(number));
  }
}

TEST_P(QueryTest, BindsHostileText) {
  Execute(absl::StrCat("CREATE TABLE h (id INTEGER, v ", IsMysql() ? "LONGTEXT" : "TEXT", ")"));
  int64_t id = 0;
  for (const std::string& text : std::vector<std::string>{"",
                                                          "'",
                                                          "''",
                                                          "\"",
                                                          "`",
                                                          "\\",
                                                          "\\'",
                                                          "'; DROP TABLE h; --",
                                                          "?",
                                                          "'?'",
                                                          "a ? b",
                                                          "$1",
                                                          "$$",
                                                          "%s %",
                                                          "{0}",
                                                          ":name",
                                                          "@x",
                                                          "--",
                                                          "/* x */",
                                                          "#",
                                                          "\n\r\t\b",
                                                          "\x1a",
                                                          "\x01\x7f",
                                                          "é",
                                                          "鹅",
                                                          "🪿",
                                                          "\xEF\xBB\xBF bom",
                                                          "a\\0b",
                                                          "E'\\''",
                                                          std::string(100'000, '\''),
                                                          std::string(1'000'000, 'x')}) {
    ++id;
    auto inserted =
        session_->Query("INSERT INTO h (v, id) VALUES (?, ?)", {Value(text), Value(id)});
    ASSERT_TRUE(inserted.ok()) << inserted.status();
    ASSERT_EQ(One("SELECT v FROM h WHERE id = ?", {Value(id)}), text);
    ASSERT_EQ(One("SELECT id FROM h WHERE v = ? AND id = ?", {Value(text), Value(id)}),
              absl::StrCat(id));
    std::vector<BoundStatement> batch = {
        {"DELETE FROM h WHERE id = ? AND v = ?", {Value(id), Value(text)}},
        {"INSERT INTO h VALUES (?, ?)", {Value(id), Value(text)}}};
    ASSERT_TRUE(session_->Batch(batch).ok());
    ASSERT_EQ(One("SELECT v FROM h WHERE id = ?", {Value(id)}), text);
  }
}

// Either it is stored as it is, or refused; never cut.
TEST_P(QueryTest, DoesNotCutTextAtNul) {
  Execute("CREATE TABLE h (v TEXT)");
  const std::string text("a\0b", 3);
  auto inserted = session_->Query("INSERT INTO h VALUES (?)", {Value(text)});
  if (inserted.ok()) {
    EXPECT_EQ(One("SELECT v FROM h"), text);
  } else {
    EXPECT_EQ(ReasonOf(inserted.status()), v1::ERROR_REASON_DATABASE_ERROR);
    EXPECT_EQ(One("SELECT count(*) FROM h"), "0");
  }
  EXPECT_FALSE(session_->Execute(absl::string_view("SELECT 1\0, 2", 12)).ok());
}

TEST_P(QueryTest, LeavesQuotedQuestionMarksAlone) {
  EXPECT_EQ(One("SELECT '?'"), "?");
  EXPECT_EQ(One("SELECT 'it''s ?' WHERE 'x' = ?", {Value(std::string("x"))}), "it's ?");
}

TEST_P(QueryTest, RefusesTheWrongNumberOfArguments) {
  EXPECT_EQ(ReasonOf(session_->Query("SELECT ?").status()), v1::ERROR_REASON_INTERNAL);
  EXPECT_EQ(ReasonOf(session_->Query("SELECT 1", {Value()}).status()), v1::ERROR_REASON_INTERNAL);
  EXPECT_EQ(One("SELECT 1"), "1");
}

TEST_P(QueryTest, CountsWhatAStatementChanged) {
  auto changed = [this](absl::string_view statement) {
    auto execution = session_->Execute(statement);
    EXPECT_TRUE(execution.ok()) << execution.status();
    return execution.ok() ? execution->rows_affected : -1;
  };
  EXPECT_EQ(changed("CREATE TABLE t (a INTEGER, b TEXT)"), 0);
  EXPECT_EQ(changed("INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'z')"), 3);
  EXPECT_EQ(changed("UPDATE t SET b = 'w' WHERE a > 1"), 2);
  EXPECT_EQ(changed("SELECT * FROM t"), 0);
  EXPECT_EQ(changed("DELETE FROM t WHERE a = 1"), 1);
  EXPECT_EQ(changed("DELETE FROM t WHERE a = 1"), 0);
  EXPECT_EQ(changed("ALTER TABLE t ADD COLUMN c INTEGER"), 0);
}

TEST_P(QueryTest, DropsRowsOfMigrations) {
  Execute("CREATE TABLE big (a INTEGER)");
  Execute("INSERT INTO big VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)");
  Execute("SELECT x.a FROM big x, big y, big z, big u, big v");
  EXPECT_EQ(One("SELECT count(*) FROM big"), "10");
}

TEST_P(QueryTest, TellsCodeAndMessageOfErrors) {
  Execute("CREATE TABLE u (a INTEGER PRIMARY KEY)");
  Execute("INSERT INTO u VALUES (1)");
  auto expect = [this](absl::string_view statement, absl::string_view postgresql,
                       absl::string_view sqlite, absl::string_view mysql) {
    absl::Status status = session_->Execute(statement).status();
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_ERROR) << statement << status;
    // MySQL's number is followed by the SQLSTATE.
    EXPECT_THAT(ErrorDetail(status, "database_code"),
                StartsWith(std::string(IsPostgresql() ? postgresql
                                       : IsSqlite()   ? sqlite
                                                      : mysql)));
    EXPECT_NE(ErrorDetail(status, "database_message"), "");
    EXPECT_NE(status.message(), "");
  };
  expect("INSERT INTO u VALUES (1)", "23505", "1555", "1062");
  expect("SELECT * FROM missing", "42P01", "1", "1146");
  expect("SELEKT", "42601", "1", "1064");
  expect("CREATE TABLE u (a INTEGER)", "42P07", "1", "1050");
  EXPECT_EQ(One("SELECT count(*) FROM u"), "1");
}

TEST_P(QueryTest, TellsWhereASyntaxErrorIs) {
  const std::string statement = "SELECT 'é鹅🪿',\n  ) FROM t";
  absl::Status status = session_->Execute(statement).status();
  std::string position = ErrorDetail(status, "position");
  // MySQL names the line and the text near the error instead; that may serve.
  if (IsMysql() && position.empty()) return;
  EXPECT_EQ(position, absl::StrCat(statement.find(')'))) << status;
}

TEST_P(QueryTest, RunsStatementsAsTheyAre) {
  Execute("CREATE TABLE s (v VARCHAR(100))");
  Execute("INSERT INTO s VALUES ('a ? b''s \xE9\xB9\x85 %')");
  EXPECT_EQ(One("SELECT v FROM s"), "a ? b's 鹅 %");
}

TEST_P(QueryTest, FindsTables) {
  EXPECT_FALSE(Exists("t"));
  MakeTable();
  EXPECT_TRUE(Exists("t"));
  EXPECT_FALSE(Exists("t'; --"));
  EXPECT_FALSE(Exists("t", "no_such_schema"));
  Execute("CREATE VIEW w AS SELECT a FROM t");
  EXPECT_FALSE(Exists("w"));
  if (IsPostgresql()) {
    EXPECT_TRUE(Exists("t", "public"));
    EXPECT_FALSE(Exists("T"));
    Execute("CREATE SCHEMA \"S x\"");
    Execute("CREATE TABLE \"S x\".inner (a INT)");
    EXPECT_TRUE(Exists("inner", "S x"));
    EXPECT_FALSE(Exists("inner"));
    Execute("SET search_path TO \"S x\"");
    EXPECT_TRUE(Exists("inner"));
    EXPECT_FALSE(Exists("t"));
  } else if (IsSqlite()) {
    EXPECT_TRUE(Exists("t", "main"));
    EXPECT_FALSE(Exists("t", "temp"));
  } else {
    EXPECT_TRUE(Exists("t", test_database_->parsed().database));
    EXPECT_FALSE(Exists("t", "information_schema"));
  }
}

TEST_P(QueryTest, SurvivesCopy) {
  if (!IsPostgresql()) return;
  MakeTable();
  Execute("INSERT INTO t VALUES (1, 'x')");
  absl::Status status = session_->Execute("COPY t FROM STDIN").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_UNSUPPORTED_STATEMENT) << status;
  EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("INSERT"));
  Execute("COPY t TO STDOUT");
  EXPECT_EQ(One("SELECT count(*) FROM t"), "1");
}

INSTANTIATE_TEST_SUITE_P(Every, QueryTest, EveryDatabase(), DialectOfTest);

}  // namespace
}  // namespace brant
