#include "agent/schema/compare/enum_labels.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> LabelsOfCheck(const std::string& expression) {
  Table table;
  Column column;
  column.name = "state";
  table.checks.push_back({"t_state_check", expression});
  return LabelsOf(table, column);
}

TEST(EnumLabelsTest, OfACheck) {
  EXPECT_THAT(LabelsOfCheck("state IN ('NEW', 'SOLD')"), ElementsAre("NEW", "SOLD"));
  EXPECT_THAT(LabelsOfCheck("(\"state\" in ('it''s'))"), ElementsAre("it's"));
}

TEST(EnumLabelsTest, OtherChecksHaveNone) {
  EXPECT_THAT(LabelsOfCheck("state <> 'NEW'"), IsEmpty());
  EXPECT_THAT(LabelsOfCheck("other IN ('NEW')"), IsEmpty());
  EXPECT_THAT(LabelsOfCheck("state IN ('NEW', lower(other))"), IsEmpty());
  EXPECT_THAT(LabelsOfCheck("state IN ('NEW') OR other IN ('SOLD')"), IsEmpty());
  EXPECT_THAT(LabelsOfCheck("state IN ('NEW' 'SOLD')"), IsEmpty());
  EXPECT_THAT(LabelsOfCheck(""), IsEmpty());
}

TEST(EnumLabelsTest, OfANamedType) {
  Catalog catalog;
  catalog.enums.push_back({{"", "state"}, {"NEW"}, ""});
  Column column;
  column.type.kind = TypeKind::kEnum;
  column.type.native = column.type.enum_name = "state";
  column.type.labels = {"NEW"};
  SetLabels(DriverFor(Dialect::kPostgresql), {"NEW", "SOLD"}, column, catalog);
  EXPECT_THAT(catalog.enums[0].labels, ElementsAre("NEW", "SOLD"));
  EXPECT_EQ(column.type.native, "state");
}

TEST(EnumLabelsTest, OfATypeThatIsItsLabels) {
  const SchemaDriver& mysql = DriverFor(Dialect::kMysql);
  Catalog catalog;
  Column column;
  column.type = mysql.ReadType("enum('NEW')");
  SetLabels(mysql, {"NEW", "SOLD"}, column, catalog);
  EXPECT_EQ(column.type.native, "enum('NEW','SOLD')");
}

}  // namespace
}  // namespace brant
