// How long it takes to read a large schema. Measured and printed: how fast the
// machine is nobody knows.

#include <gtest/gtest.h>

#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "tests/integration/schema/mysql_catalog.h"

namespace brant {
namespace {

constexpr int kTables = 1000;

TEST(MysqlSpeedTest, IntrospectsAThousandTables) {
  MysqlCatalog world;
  const absl::Time begin = absl::Now();
  for (int i = 0; i < kTables; ++i) {
    std::string sql = absl::StrCat(
        "CREATE TABLE t", i,
        " (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, a INT NOT NULL DEFAULT 1, "
        "b VARCHAR(20) DEFAULT 'x', c TEXT COMMENT 'a comment', d DECIMAL(10,2), e ENUM('a','b'), "
        "f JSON, g INT AS (a + 1) VIRTUAL, h DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6), p BIGINT, "
        "UNIQUE KEY ub (b), KEY kab (a, b), CONSTRAINT c CHECK (a > 0)");
    if (i > 0) {
      absl::StrAppend(&sql, ", CONSTRAINT f", i, " FOREIGN KEY (p) REFERENCES t", i / 2, " (id)");
    }
    const auto made = world.session().Execute(absl::StrCat(sql, ")"));
    ASSERT_TRUE(made.ok()) << DescribeError(made.status());
  }
  std::cerr << kTables << " tables made in " << absl::Now() - begin << "\n";
  for (const char* which : {"first", "second"}) {
    const absl::Time start = absl::Now();
    const Catalog catalog = world.Introspect();
    std::cerr << "the " << which << " introspection took " << absl::Now() - start << "\n";
    ASSERT_EQ(catalog.tables.size(), static_cast<size_t>(kTables));
    EXPECT_EQ(catalog.tables[9].columns.size(), 10u);
    EXPECT_EQ(catalog.tables[9].foreign_keys.size(), 1u);
  }
}

}  // namespace
}  // namespace brant
