#include "client/ui/mermaid.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

void AddColumn(v1::SchemaTable& table, const std::string& name, bool nullable = false) {
  v1::SchemaColumn& column = *table.add_columns();
  column.set_name(name);
  column.set_type("bigint");
  column.set_nullable(nullable);
}

v1::SchemaConstraint& AddKey(v1::SchemaTable& table, v1::SchemaConstraint::Kind kind,
                             const std::vector<std::string>& columns) {
  v1::SchemaConstraint& key = *table.add_constraints();
  key.set_kind(kind);
  key.mutable_columns()->Assign(columns.begin(), columns.end());
  return key;
}

TEST(MermaidTest, OnlyAColumnThatIsUniqueByItselfIsMarkedSo) {
  v1::Schema schema;
  v1::SchemaTable& table = *schema.add_tables();
  table.set_name("users");
  for (const char* name : {"id", "email", "team", "place"}) AddColumn(table, name);
  AddKey(table, v1::SchemaConstraint::KIND_PRIMARY_KEY, {"id", "team"});
  AddKey(table, v1::SchemaConstraint::KIND_UNIQUE, {"email"});
  AddKey(table, v1::SchemaConstraint::KIND_UNIQUE, {"team", "place"});
  EXPECT_EQ(ToMermaid(schema),
            "erDiagram\n"
            "  \"users\" {\n"
            "    bigint id PK\n"
            "    bigint email UK\n"
            "    bigint team PK\n"
            "    bigint place\n"
            "  }\n");
}

TEST(MermaidTest, AReferenceThatMayBeNullIsOptional) {
  v1::Schema schema;
  v1::SchemaTable& table = *schema.add_tables();
  table.set_name("users");
  AddColumn(table, "team");
  AddColumn(table, "mentor", /*nullable=*/true);
  AddKey(table, v1::SchemaConstraint::KIND_FOREIGN_KEY, {"team"}).set_referenced_table("teams");
  AddKey(table, v1::SchemaConstraint::KIND_FOREIGN_KEY, {"mentor"}).set_referenced_table("users");
  // Where one of several columns is NULL, nothing is referred to.
  AddKey(table, v1::SchemaConstraint::KIND_FOREIGN_KEY, {"team", "mentor"})
      .set_referenced_table("pairs");
  const std::string diagram = ToMermaid(schema);
  EXPECT_THAT(diagram, HasSubstr("  \"teams\" ||--o{ \"users\" : \"team\"\n"));
  EXPECT_THAT(diagram, HasSubstr("  \"users\" |o--o{ \"users\" : \"mentor\"\n"));
  EXPECT_THAT(diagram, HasSubstr("  \"pairs\" |o--o{ \"users\" : \"team, mentor\"\n"));
}

}  // namespace
}  // namespace brant
