// CREATE INDEX CONCURRENTLY that was cut off, on PostgreSQL.

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/integration/agent/migration_test.h"

namespace brant {
namespace {

using ::testing::StartsWith;

class ConcurrentIndexTest : public MigrationFixture {
 protected:
  void SetUp() override {
    MakeDatabase(Dialect::kPostgresql);
    Sql("CREATE TABLE t (x int, y int)");
    options_.monitor_interval = absl::Milliseconds(50);
  }

  // The run ends while the index is built, and leaves it behind.
  void CutOff(const std::vector<TestMigration>& migrations) {
    auto holder = Connect();
    ASSERT_TRUE(holder->Begin().ok());
    ASSERT_TRUE(holder->Execute("INSERT INTO t VALUES (1, 1)").ok());
    options_.reconnect_limit = absl::ZeroDuration();
    observer_->on_blocked = [&](const std::vector<Blocker>&) { Kill(ServerIdOfRun()); };
    Outcome cut_off = Upgrade(migrations);
    ASSERT_EQ(cut_off.run.state(), v1::RUN_STATE_INTERRUPTED) << cut_off.status;
    ASSERT_TRUE(holder->Rollback().ok());
    ASSERT_THAT(Indexes(), StartsWith("x!"));
    observer_ = std::make_unique<HookObserver>();
  }
  // The columns of t's indexes, in order; an invalid one has a mark.
  std::string Indexes() {
    return One(
        "SELECT string_agg(pg_get_indexdef(indexrelid, 1, false) || "
        "CASE WHEN indisvalid THEN '' ELSE '!' END, ',' ORDER BY 1) "
        "FROM (SELECT * FROM pg_index WHERE indrelid = 't'::regclass "
        "ORDER BY pg_get_indexdef(indexrelid, 1, false)) i");
  }
  // Where a word of the observer's begins so.
  size_t Place(absl::string_view prefix) {
    const std::vector<std::string> words = observer_->words();
    const auto found = std::find_if(words.begin(), words.end(), [&](const std::string& word) {
      return absl::StartsWith(word, prefix);
    });
    return found - words.begin();
  }
};

TEST_F(ConcurrentIndexTest, OneWithoutANameIsBuiltWhereOthersCameAndWentMeanwhile) {
  Sql("CREATE INDEX gone ON t (y)");
  const std::vector<TestMigration> migrations = {{.id = "a",
                                                  .upgrade = "CREATE INDEX CONCURRENTLY ON t (x);",
                                                  .upgrade_options = "transaction:off"}};
  CutOff(migrations);
  Sql("DROP INDEX gone");
  Sql("CREATE INDEX CONCURRENTLY ON t (y, x)");
  Outcome outcome = Upgrade(migrations);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(Indexes(), "x,y");
}

TEST_F(ConcurrentIndexTest, TheRunShowsItselfBeforeItRemovesWhatWasLeft) {
  const std::vector<TestMigration> migrations = {
      {.id = "a",
       .upgrade = "CREATE INDEX CONCURRENTLY i ON t (x);",
       .upgrade_options = "transaction:off"}};
  CutOff(migrations);
  std::string running;
  observer_->on_step = [&](int) {
    running = One("SELECT id FROM brant_runs WHERE state = 'running'");
    EXPECT_EQ(Indexes(), "x!");
  };
  Outcome outcome = Upgrade(migrations);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(running, "run-2");
  EXPECT_EQ(Indexes(), "x");
  EXPECT_LT(Place("started 1"), Place("dropped public.i, invalid"));
  EXPECT_LT(Place("dropped public.i, invalid"), Place("1.1"));
}

}  // namespace
}  // namespace brant
