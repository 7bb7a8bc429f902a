// Many revisions in one run.

#include "tests/integration/agent/migration_test.h"

namespace brant {
namespace {

class ManyRevisionsTest : public MigrationTest {};

TEST_P(ManyRevisionsTest, GoUpAndDown) {
  // SQLite waits for the disk at each COMMIT.
  const int count = IsSqlite() ? 200 : 1000;
  // Rows are cheaper than tables, and the work of a run is the same.
  std::vector<TestMigration> migrations = {{.id = "r0", .upgrade = "CREATE TABLE t (x INTEGER);"}};
  for (int i = 1; i < count; ++i) {
    migrations.push_back({.id = "r" + std::to_string(i),
                          .revises = "r" + std::to_string(i - 1),
                          .upgrade = "INSERT INTO t VALUES (" + std::to_string(i) + ");",
                          .downgrade = "DELETE FROM t WHERE x = " + std::to_string(i) + ";"});
  }
  Outcome up = Upgrade(migrations);
  ASSERT_TRUE(up.status.ok()) << up.status;
  EXPECT_EQ(up.run.steps_done(), count);
  EXPECT_EQ(Rows(), "r" + std::to_string(count - 1));
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), std::to_string(count - 1));
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_scripts"), std::to_string(count));
  Outcome down = Downgrade(migrations, "r0");
  ASSERT_TRUE(down.status.ok()) << down.status;
  EXPECT_EQ(down.run.steps_done(), count - 1);
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "0");
}

INSTANTIATE_TEST_SUITE_P(Databases, ManyRevisionsTest, EveryDatabase(), DialectOfTest);

}  // namespace
}  // namespace brant
