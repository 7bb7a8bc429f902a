// Statements that can't be in a transaction, and what is left of them if they
// fail or are cut off.

#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/integration/postgresql/postgresql_test.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

class InterruptedTest : public PostgresqlTest {
 protected:
  void SetUp() override {
    PostgresqlTest::SetUp();
    Execute("CREATE TABLE t (a int, b text)");
    Execute("INSERT INTO t VALUES (1, 'x'), (1, 'y')");
  }

  std::string Fingerprint(absl::string_view statement) {
    auto digest = session_->Fingerprint(statement);
    EXPECT_TRUE(digest.ok()) << statement << ": " << digest.status();
    return digest.ok() && digest->has_value() ? **digest : "none";
  }
  std::string RemoveLeftovers(absl::string_view statement) {
    auto removed = session_->RemoveLeftovers(statement);
    EXPECT_TRUE(removed.ok()) << statement << ": " << removed.status();
    return removed.value_or("error");
  }
  // The values of t are not unique: an invalid index is left.
  void Fail(absl::string_view statement) { EXPECT_FALSE(session_->Execute(statement).ok()); }
  std::string Indexes() {
    return One(
        "SELECT coalesce(string_agg(relname || CASE WHEN indisvalid THEN '' ELSE '!' END, "
        "',' ORDER BY relname COLLATE \"C\"), 'none') FROM pg_index JOIN pg_class c "
        "ON c.oid = indexrelid WHERE indrelid = 't'::regclass");
  }
  // The statement changes the fingerprint, by what it does alone.
  void ExpectEffectIsSeen(absl::string_view statement) {
    const std::string before = Fingerprint(statement);
    EXPECT_NE(before, "none") << statement;
    EXPECT_EQ(Fingerprint(statement), before);
    Execute(statement);
    EXPECT_NE(Fingerprint(statement), before) << statement;
  }
};

TEST_F(InterruptedTest, TheFingerprintTellsWhatTookEffect) {
  const std::string d = test_database_->parsed().database + "_d";
  Execute("CREATE TABLE p (a int) PARTITION BY RANGE (a)");
  Execute("CREATE TABLE \"P 1\" PARTITION OF p FOR VALUES FROM (0) TO (10)");
  for (const std::string& statement :
       {std::string("CREATE INDEX CONCURRENTLY i ON t (a)"),
        std::string("create /* x */ index concurrently \"On\" on only public.\"t\" (b)"),
        std::string("CREATE INDEX CONCURRENTLY ON t (a)"),
        std::string("CREATE INDEX CONCURRENTLY ON t (a)"),
        std::string("DROP INDEX CONCURRENTLY IF EXISTS public.i"),
        std::string("ALTER TABLE p DETACH PARTITION \"P 1\" CONCURRENTLY"),
        absl::StrCat("CREATE DATABASE ", d), absl::StrCat("DROP DATABASE ", d),
        std::string("CREATE SUBSCRIPTION s CONNECTION 'host=none' PUBLICATION q "
                    "WITH (connect = false)"),
        std::string("ALTER SUBSCRIPTION s ADD PUBLICATION r WITH (refresh = false)")}) {
    ExpectEffectIsSeen(statement);
  }
  Execute("ALTER SUBSCRIPTION s SET (slot_name = NONE)");
  ExpectEffectIsSeen("DROP SUBSCRIPTION s");
}

TEST_F(InterruptedTest, WhatTheCatalogueCanNotTellHasNoFingerprint) {
  for (absl::string_view statement :
       {"CREATE INDEX i ON t (a)", "INSERT INTO t VALUES (2, 'z')", "VACUUM t",
        "REINDEX TABLE CONCURRENTLY t", "CREATE INDEX CONCURRENTLY U&\"i\" ON t (a)", "nonsense"}) {
    EXPECT_EQ(Fingerprint(statement), "none") << statement;
  }
}

TEST_F(InterruptedTest, AnInvalidIndexIsNoEffectAndIsDropped) {
  constexpr absl::string_view kCreate =
      "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"My i\" ON t (a)";
  const std::string before = Fingerprint(kCreate);
  Fail(kCreate);
  EXPECT_EQ(Indexes(), "My i!");
  EXPECT_EQ(Fingerprint(kCreate), before);
  EXPECT_THAT(RemoveLeftovers(kCreate), HasSubstr("public.\"My i\""));
  EXPECT_EQ(Indexes(), "none");
  EXPECT_EQ(Fingerprint(kCreate), before);
  EXPECT_EQ(RemoveLeftovers(kCreate), "");
  Execute("DELETE FROM t");
  Execute(kCreate);
  EXPECT_NE(Fingerprint(kCreate), before);
  // It is valid now.
  EXPECT_EQ(RemoveLeftovers(kCreate), "");
  EXPECT_EQ(Indexes(), "My i");
}

TEST_F(InterruptedTest, OnlyTheIndexOfThatNameIsDropped) {
  Fail("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)");
  Execute("CREATE INDEX CONCURRENTLY good ON t (a)");
  Execute("CREATE SCHEMA other");
  Execute("CREATE TABLE other.t (a int)");
  for (absl::string_view statement :
       {"CREATE UNIQUE INDEX CONCURRENTLY j ON t (a)", "CREATE INDEX CONCURRENTLY good ON t (a)",
        "CREATE INDEX CONCURRENTLY \"I\" ON t (a)", "CREATE INDEX CONCURRENTLY i ON other.t (a)",
        "CREATE INDEX i ON t (a)", "DROP INDEX CONCURRENTLY i", "CREATE INDEX CONCURRENTLY",
        "CREATE INDEX CONCURRENTLY i ON no_such_table (a)", "REINDEX TABLE CONCURRENTLY t"}) {
    EXPECT_EQ(RemoveLeftovers(statement), "") << statement;
  }
  EXPECT_EQ(Indexes(), "good,i!");
  // Where the session's names lead.
  Execute("SET search_path = other, public");
  EXPECT_EQ(RemoveLeftovers("CREATE INDEX CONCURRENTLY i ON t (a)"), "");
  Execute("SET search_path = public");
  EXPECT_NE(RemoveLeftovers("CREATE INDEX CONCURRENTLY i ON t (a)"), "");
  EXPECT_EQ(Indexes(), "good");
}

TEST_F(InterruptedTest, AnIndexWithoutANameIsKnownByItsDefinition) {
  Fail("CREATE UNIQUE INDEX CONCURRENTLY ON t (a)");
  Fail(
      "CREATE UNIQUE INDEX CONCURRENTLY ON t (lower(b), (a + 1)) WHERE b > '' AND t.a = 1 "
      "AND 1 / (a - 1) > 0");
  EXPECT_EQ(Indexes(), "t_a_idx!,t_lower_expr_idx!");
  for (absl::string_view statement :
       {"CREATE INDEX CONCURRENTLY ON t (a)", "CREATE UNIQUE INDEX CONCURRENTLY ON t (b)",
        "CREATE UNIQUE INDEX CONCURRENTLY ON t (a DESC)",
        "CREATE UNIQUE INDEX CONCURRENTLY ON t (a) INCLUDE (b)",
        "CREATE UNIQUE INDEX CONCURRENTLY ON t (a) NULLS NOT DISTINCT",
        "CREATE UNIQUE INDEX CONCURRENTLY ON t (a) WHERE a > 0",
        "CREATE UNIQUE INDEX CONCURRENTLY ON t (a) WITH (fillfactor = 50)",
        "CREATE UNIQUE INDEX CONCURRENTLY ON t (no_such_column)"}) {
    EXPECT_EQ(RemoveLeftovers(statement), "") << statement;
    EXPECT_FALSE(session_->InTransaction());
  }
  EXPECT_THAT(RemoveLeftovers("CREATE UNIQUE INDEX CONCURRENTLY ON public.t USING btree ( a ASC )"),
              HasSubstr("public.t_a_idx"));
  EXPECT_EQ(Indexes(), "t_lower_expr_idx!");
  EXPECT_NE(RemoveLeftovers("CREATE UNIQUE INDEX CONCURRENTLY ON t (lower(b), (a + 1)) "
                            "WHERE b > '' AND t.a = 1 AND 1 / (a - 1) > 0"),
            "");
  EXPECT_EQ(Indexes(), "none");
  EXPECT_EQ(One("SELECT count(*) FROM t"), "2");
}

TEST_F(InterruptedTest, OtherIndexesOfTheTableAreNotTakenForOneWithoutAName) {
  constexpr absl::string_view kCreate = "CREATE UNIQUE INDEX CONCURRENTLY ON t (a)";
  Execute("CREATE INDEX before ON t (b)");
  const std::string before = Fingerprint(kCreate);
  EXPECT_NE(before, "none");
  EXPECT_FALSE(session_->InTransaction());
  Fail(kCreate);
  for (absl::string_view statement :
       {"CREATE INDEX CONCURRENTLY ON t (b)", "CREATE INDEX CONCURRENTLY ON t (a)",
        "CREATE UNIQUE INDEX CONCURRENTLY ON t (a, b)", "DROP INDEX before",
        "CREATE UNIQUE INDEX ON t (a) WHERE b = 'x'", "ALTER INDEX t_b_idx RENAME TO c"}) {
    Execute(statement);
    EXPECT_EQ(Fingerprint(kCreate), before) << statement;
  }
  EXPECT_NE(RemoveLeftovers(kCreate), "");
  EXPECT_EQ(Fingerprint(kCreate), before);
  Execute("DELETE FROM t");
  Execute(kCreate);
  EXPECT_NE(Fingerprint(kCreate), before);
}

// It says nothing, rather than something wrong.
TEST_F(InterruptedTest, WhoMayNotMakeTheIndexToCompareWithCanNotTell) {
  EXPECT_EQ(Fingerprint("CREATE INDEX CONCURRENTLY ON t (no_such_column)"), "none");
  EXPECT_EQ(Fingerprint("CREATE INDEX CONCURRENTLY ON no_such_table (a)"), "none");
  // Somebody in the way is not the answer.
  auto holder = Connect();
  ASSERT_TRUE(holder->Begin().ok());
  Execute(*holder, "LOCK TABLE t");
  Execute("SET lock_timeout = '20ms'");
  EXPECT_EQ(ReasonOf(session_->Fingerprint("CREATE INDEX CONCURRENTLY ON t (a)").status()),
            v1::ERROR_REASON_LOCK_NOT_AVAILABLE);
}

TEST_F(InterruptedTest, AnIndexThatIsStillBuiltIsLeftAlone) {
  auto holder = Connect();
  ASSERT_TRUE(holder->Begin().ok());
  Execute(*holder, "INSERT INTO t VALUES (3, 'z')");
  auto builder = Connect();
  std::thread runner([&] { Execute(*builder, "CREATE INDEX CONCURRENTLY i ON t (a)"); });
  ObserveBlocked(builder->ServerId());
  absl::Status status = session_->RemoveLeftovers("CREATE INDEX CONCURRENTLY i ON t (a)").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_LOCK_NOT_AVAILABLE) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(builder->ServerId()));
  EXPECT_NE(ErrorDetail(status, "hint"), "");
  ASSERT_TRUE(holder->Commit().ok());
  runner.join();
  EXPECT_EQ(Indexes(), "i");
}

TEST_F(InterruptedTest, WhatReindexLeavesIsDropped) {
  Execute("CREATE INDEX i ON t (a)");
  auto holder = Connect();
  for (absl::string_view statement :
       {"REINDEX TABLE CONCURRENTLY t", "REINDEX (VERBOSE, CONCURRENTLY) INDEX public.i",
        "REINDEX SCHEMA CONCURRENTLY public", "reindex database concurrently DATABASE"}) {
    std::string text(statement);
    if (size_t at = text.find("DATABASE"); at != std::string::npos && at > 8) {
      text.replace(at, 8, test_database_->parsed().database);
    }
    ASSERT_TRUE(holder->Begin().ok());
    Execute(*holder, "INSERT INTO t VALUES (3, 'z')");
    auto builder = Connect();
    CutOff(*builder, text);
    ASSERT_TRUE(holder->Commit().ok());
    EXPECT_EQ(Indexes(), "i,i_ccnew!") << text;
    EXPECT_EQ(RemoveLeftovers("REINDEX TABLE t"), "");
    EXPECT_EQ(RemoveLeftovers("REINDEX TABLE CONCURRENTLY no_such_table"), "");
    EXPECT_THAT(RemoveLeftovers(text), HasSubstr("public.i_ccnew")) << text;
    EXPECT_EQ(Indexes(), "i");
    EXPECT_EQ(One("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), "0") << text;
  }
  // An index that merely has such a name, and is valid.
  Execute("CREATE INDEX j_ccnew ON t (b)");
  EXPECT_EQ(RemoveLeftovers("REINDEX TABLE CONCURRENTLY t"), "");
}

TEST_F(InterruptedTest, ADetachThatWasCutOffIsFinishedWhenItRunsAgain) {
  Execute("CREATE TABLE p (a int) PARTITION BY RANGE (a)");
  Execute("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)");
  Execute("CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)");
  constexpr absl::string_view kDetach = "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY";
  const std::string before = Fingerprint(kDetach);
  auto reader = Connect();
  ASSERT_TRUE(reader->Begin().ok());
  Execute(*reader, "SELECT * FROM p");
  auto detacher = Connect();
  CutOff(*detacher, kDetach);
  ASSERT_TRUE(reader->Commit().ok());
  EXPECT_EQ(One("SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = 'p1'::regclass"), "t");
  EXPECT_EQ(Fingerprint(kDetach), before);
  EXPECT_EQ(RemoveLeftovers(kDetach), "");
  EXPECT_FALSE(session_->Execute("ALTER TABLE p DETACH PARTITION p2 CONCURRENTLY").ok());
  Execute(kDetach);
  EXPECT_EQ(One("SELECT count(*) FROM pg_inherits"), "1");
  EXPECT_NE(Fingerprint(kDetach), before);
  // Once is enough.
  EXPECT_FALSE(session_->Execute(kDetach).ok());
}

TEST_F(InterruptedTest, WhatRunsConcurrentlyWaitsAsLongAsItTakes) {
  SessionOptions options;
  options.lock_timeout = absl::Milliseconds(1);
  auto builder = Connect(options);
  for (absl::string_view statement :
       {"CREATE INDEX CONCURRENTLY i ON t (a)", "REINDEX INDEX CONCURRENTLY i",
        "DROP INDEX CONCURRENTLY i"}) {
    auto holder = Connect();
    ASSERT_TRUE(holder->Begin().ok());
    Execute(*holder, "INSERT INTO t VALUES (3, 'z')");
    std::thread runner([&] { Execute(*builder, statement); });
    ObserveBlocked(builder->ServerId());
    // The server's clock has moved on by more than the timeout.
    EXPECT_EQ(One("SELECT pg_sleep(0.05)"), "");
    ASSERT_TRUE(holder->Commit().ok());
    runner.join();
    EXPECT_EQ(One(*builder, "SHOW lock_timeout"), "1ms") << statement;
  }
  EXPECT_EQ(Indexes(), "none");
  // Also after it failed.
  EXPECT_FALSE(builder->Execute("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)").ok());
  EXPECT_EQ(One(*builder, "SHOW lock_timeout"), "1ms");
}

TEST_F(InterruptedTest, ALockTimeoutOfTheSectionsOwnHoldsForWhatRunsConcurrently) {
  SessionOptions options;
  options.lock_timeout = absl::Hours(1);
  auto builder = Connect(options);
  Execute(*builder, "SET lock_timeout = '20ms'");
  auto holder = Connect();
  ASSERT_TRUE(holder->Begin().ok());
  Execute(*holder, "INSERT INTO t VALUES (3, 'z')");
  absl::Status status;
  std::thread runner(
      [&] { status = builder->Execute("CREATE INDEX CONCURRENTLY i ON t (a)").status(); });
  // It gave up, and drops what it left behind, which needs the holder to end.
  const std::string query =
      absl::StrCat("SELECT query FROM pg_stat_activity WHERE pid = ", builder->ServerId());
  while (!absl::StartsWith(One(query), "DROP INDEX")) {
  }
  ASSERT_TRUE(holder->Rollback().ok());
  runner.join();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_LOCK_NOT_AVAILABLE) << status;
  EXPECT_EQ(One(*builder, "SHOW lock_timeout"), "20ms");
  // It had no effect, as the reason says, and can be tried again.
  EXPECT_EQ(Indexes(), "none");
  Execute(*builder, "CREATE INDEX CONCURRENTLY i ON t (a)");
}

TEST_F(InterruptedTest, AProcedureThatGaveUpMayHaveCommittedAPart) {
  auto holder = Connect();
  ASSERT_TRUE(holder->Begin().ok());
  Execute(*holder, "LOCK TABLE t");
  Execute("CREATE TABLE u (a int)");
  Execute("SET lock_timeout = '20ms'");
  constexpr absl::string_view kBlock =
      "DO $$ BEGIN INSERT INTO u VALUES (1); COMMIT; INSERT INTO t VALUES (4, 'z'); END $$";
  absl::Status status = session_->Execute(kBlock).status();
  // Not LOCK_NOT_AVAILABLE, which would say that it had no effect.
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_ERROR) << status;
  EXPECT_EQ(ErrorDetail(status, "database_code"), "55P03");
  EXPECT_EQ(One("SELECT count(*) FROM u"), "1");
}

TEST_F(InterruptedTest, ADeadlockAndAConflictSayThatTheyCanBeTriedAgain) {
  Execute("CREATE TABLE u (a int)");
  Execute("SET deadlock_timeout = '10ms'");
  auto other = Connect();
  ASSERT_TRUE(other->Begin().ok());
  ASSERT_TRUE(session_->Begin().ok());
  Execute(*other, "LOCK TABLE t");
  Execute("LOCK TABLE u");
  std::thread runner([&] { Execute(*other, "LOCK TABLE u"); });
  auto watcher = Connect();
  while ((*watcher->Observe(other->ServerId())).blockers.empty()) {
  }
  absl::Status status = session_->Execute("LOCK TABLE t").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DEADLOCK) << status;
  ASSERT_TRUE(session_->Rollback().ok());
  runner.join();
  ASSERT_TRUE(other->Rollback().ok());

  Execute(*other, "BEGIN ISOLATION LEVEL SERIALIZABLE");
  Execute(*other, "SELECT * FROM t");
  Execute("UPDATE t SET b = 'w'");
  status = other->Execute("UPDATE t SET b = 'v'").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DEADLOCK) << status;
  EXPECT_EQ(ErrorDetail(status, "database_code"), "40001");
}

}  // namespace
}  // namespace brant
