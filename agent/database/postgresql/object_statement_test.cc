#include "agent/database/postgresql/object_statement.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

std::string Show(const std::optional<PostgresqlName>& name) {
  return name.has_value() ? name->Quoted() : "-";
}

// Action, table and object, as the catalogue has them.
std::string Parsed(absl::string_view text) {
  const ObjectStatement statement = ParseObjectStatement(text);
  return absl::StrCat(static_cast<int>(statement.action), statement.concurrently ? "c " : " ",
                      Show(statement.table), " ", Show(statement.object));
}

std::string Expected(ObjectAction action, bool concurrently, absl::string_view names) {
  return absl::StrCat(static_cast<int>(action), concurrently ? "c " : " ", names);
}

TEST(ObjectStatement, NamesAreThoseOfTheCatalogue) {
  using Action = ObjectAction;
  EXPECT_EQ(Parsed("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS My_I ON ONLY S.\"T\"\"1\" (a)"),
            Expected(Action::kCreateIndex, true, "\"s\".\"T\"\"1\" \"my_i\""));
  EXPECT_EQ(Parsed("create index on /* on */ t using btree (a)"),
            Expected(Action::kCreateIndex, false, "\"t\" -"));
  EXPECT_EQ(Parsed("CREATE INDEX CONCURRENTLY \"on\" ON a . b (c)"),
            Expected(Action::kCreateIndex, true, "\"a\".\"b\" \"on\""));
  EXPECT_EQ(Parsed("DROP INDEX CONCURRENTLY IF EXISTS s.i CASCADE"),
            Expected(Action::kDropIndex, true, "- \"s\".\"i\""));
  EXPECT_EQ(Parsed("REINDEX (VERBOSE, CONCURRENTLY, TABLESPACE x) TABLE s.t"),
            Expected(Action::kReindexTable, true, "- \"s\".\"t\""));
  EXPECT_EQ(Parsed("REINDEX (CONCURRENTLY FALSE) INDEX i"),
            Expected(Action::kReindexIndex, false, "- \"i\""));
  EXPECT_EQ(Parsed("REINDEX SCHEMA CONCURRENTLY s"),
            Expected(Action::kReindexSchema, true, "- \"s\""));
  EXPECT_EQ(Parsed("REINDEX DATABASE CONCURRENTLY"),
            Expected(Action::kReindexDatabase, true, "- -"));
  EXPECT_EQ(Parsed("ALTER TABLE IF EXISTS ONLY t * DETACH PARTITION s.p CONCURRENTLY"),
            Expected(Action::kDetachPartition, true, "\"t\" \"s\".\"p\""));
  EXPECT_EQ(Parsed("ALTER TABLE t DETACH PARTITION p FINALIZE"),
            Expected(Action::kFinalizeDetach, false, "\"t\" \"p\""));
  EXPECT_EQ(Parsed("DROP DATABASE IF EXISTS \"D\""), Expected(Action::kDatabase, false, "- \"D\""));
}

TEST(ObjectStatement, LongNamesAreShortenedAtACharacter) {
  const std::string name(62, 'n');
  EXPECT_EQ(Parsed(absl::StrCat("DROP DATABASE ", name, "éx")),
            Expected(ObjectAction::kDatabase, false, absl::StrCat("- \"", name, "\"")));
  EXPECT_EQ(Parsed(absl::StrCat("DROP DATABASE ", name, "xy")),
            Expected(ObjectAction::kDatabase, false, absl::StrCat("- \"", name, "x\"")));
}

TEST(ObjectStatement, WhatCanNotBeReadHasNoName) {
  EXPECT_EQ(Parsed("CREATE INDEX CONCURRENTLY U&\"i\" ON t (a)"),
            Expected(ObjectAction::kCreateIndex, true, "- -"));
  EXPECT_EQ(Parsed("DROP DATABASE u&\"d\""), Expected(ObjectAction::kDatabase, false, "- -"));
  for (absl::string_view text :
       {"", "CREATE", "nonsense", "ALTER TABLE", "CREATE TABLE index (a int)"}) {
    EXPECT_EQ(Parsed(text), Expected(ObjectAction::kOther, false, "- -")) << text;
  }
  for (absl::string_view text :
       {"CREATE INDEX CONCURRENTLY", "CREATE INDEX CONCURRENTLY ON", "CREATE INDEX CONCURRENTLY i",
        "CREATE INDEX CONCURRENTLY ON \"t"}) {
    EXPECT_FALSE(ParseObjectStatement(text).table.has_value()) << text;
  }
}

}  // namespace
}  // namespace brant
