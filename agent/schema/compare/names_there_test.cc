#include "agent/schema/compare/names_there.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::Optional;

Catalog WithTable(const ObjectName& name) {
  Catalog catalog;
  catalog.tables.emplace_back().name = name;
  return catalog;
}

TEST(NamesThereTest, WithoutSchemasTheNameHasThem) {
  const NamesThere names(Dialect::kSqlite);
  EXPECT_EQ(names.Of(ObjectName{"audit", "logs"}), (ObjectName{"", "audit_logs"}));
  EXPECT_EQ(names.Of(ObjectName{"", "users"}), (ObjectName{"", "users"}));
  EXPECT_THAT(names.Of(Rename{{"audit", "logs"}, "", "events"}),
              Optional(Rename{{"", "audit_logs"}, "", "audit_events"}));
  EXPECT_THAT(names.Of(Rename{{"audit", "logs"}, "msg", "message"}),
              Optional(Rename{{"", "audit_logs"}, "msg", "message"}));
}

TEST(NamesThereTest, TheWayBackGoesByWhatIsThere) {
  NamesThere names(Dialect::kPostgresql);
  names.Learn(WithTable({"audit", "logs"}));
  EXPECT_EQ(names.Of(ObjectName{"", "audit_logs"}), (ObjectName{"audit", "logs"}));
  EXPECT_EQ(names.Of(ObjectName{"", "audit_users"}), (ObjectName{"", "audit_users"}));
}

TEST(NamesThereTest, OneNameOfARenameIsEnough) {
  const Rename rename{{"", "audit_logs"}, "", "audit_events"};
  const Rename wanted{{"audit", "logs"}, "", "events"};
  NamesThere before(Dialect::kPostgresql);
  before.Learn(WithTable({"audit", "logs"}));
  EXPECT_THAT(before.Of(rename), Optional(wanted));
  NamesThere after(Dialect::kPostgresql);
  after.Learn(WithTable({"audit", "events"}));
  EXPECT_THAT(after.Of(rename), Optional(wanted));
  after.Learn(std::vector<Rename>{rename});
  EXPECT_THAT(after.Of(Rename{{"", "audit_logs"}, "msg", "message"}),
              Optional(Rename{{"audit", "logs"}, "msg", "message"}));
}

TEST(NamesThereTest, NoRenameLeadsIntoAnotherSchema) {
  NamesThere names(Dialect::kPostgresql);
  names.Learn(WithTable({"audit", "logs"}));
  EXPECT_EQ(names.Of(Rename{{"", "audit_logs"}, "", "logs"}), std::nullopt);
}

TEST(NamesThereTest, ReferencesFollow) {
  NamesThere names(Dialect::kPostgresql);
  names.Learn(WithTable({"audit", "logs"}));
  Catalog translated = WithTable({"", "audit_logs"});
  ForeignKey key;
  key.referenced_table = {"", "audit_logs"};
  translated.tables[0].foreign_keys.push_back(key);
  const Catalog there = names.Of(translated);
  EXPECT_EQ(there.tables[0].name, (ObjectName{"audit", "logs"}));
  EXPECT_EQ(there.tables[0].foreign_keys[0].referenced_table, (ObjectName{"audit", "logs"}));
}

}  // namespace
}  // namespace brant
