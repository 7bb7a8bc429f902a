#include "agent/database/mysql/prepared_statements.h"

#include "gtest/gtest.h"

namespace brant::mysql {
namespace {

using Action = PreparedUse::Action;

void ExpectUse(absl::string_view statement, Action action, absl::string_view name,
               absl::string_view text) {
  const PreparedUse use = ReadPreparedUse(statement);
  EXPECT_EQ(use.action, action) << statement;
  EXPECT_EQ(use.name, name) << statement;
  EXPECT_EQ(use.text, text) << statement;
}

TEST(PreparedStatementsTest, KnowsNameAndText) {
  ExpectUse("PREPARE s FROM 'it''s'", Action::kPrepare, "s", "'it''s'");
  ExpectUse("prepare `S t` from @sql", Action::kPrepare, "s t", "@sql");
  ExpectUse("PREPARE s FROM @`a b`", Action::kPrepare, "s", "@`a b`");
  ExpectUse("EXECUTE S USING @a", Action::kExecute, "s", "");
  ExpectUse("EXECUTE IMMEDIATE 'DROP TABLE t' USING 1", Action::kExecute, "", "'DROP TABLE t'");
  ExpectUse("SET STATEMENT a=1 FOR EXECUTE s", Action::kExecute, "s", "");
  ExpectUse("DEALLOCATE PREPARE s", Action::kDeallocate, "s", "");
  ExpectUse("DROP PREPARE s", Action::kDeallocate, "s", "");
}

TEST(PreparedStatementsTest, AComputedTextIsNotKnown) {
  ExpectUse("PREPARE s FROM CONCAT('a', UUID())", Action::kPrepare, "s", "");
  ExpectUse("PREPARE s FROM @a || 'x'", Action::kPrepare, "s", "");
  ExpectUse("EXECUTE IMMEDIATE @@version", Action::kExecute, "", "");
  ExpectUse("SELECT 1", Action::kNone, "", "");
  ExpectUse("DROP TABLE t", Action::kNone, "", "");
}

TEST(PreparedStatementsTest, WhatIsHarmless) {
  EXPECT_TRUE(IsHarmless("SELECT 'it exists'"));
  EXPECT_TRUE(IsHarmless("DO 0"));
  EXPECT_FALSE(IsHarmless("SELECT f()"));
  EXPECT_FALSE(IsHarmless("SELECT 1 INTO @a"));
  EXPECT_FALSE(IsHarmless("INSERT INTO t SELECT 1"));
}

}  // namespace
}  // namespace brant::mysql
