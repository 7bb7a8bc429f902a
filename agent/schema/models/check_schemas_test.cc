#include <string>

#include "agent/base/error.h"
#include "agent/schema/fake_driver.h"
#include "agent/schema/models/models.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Catalog WithTable(const ObjectName& name) {
  Catalog catalog;
  Table table;
  table.name = name;
  catalog.tables.push_back(table);
  return catalog;
}

TEST(CheckSchemasTest, ATableOfASchemaThatIsNotComparedIsAnError) {
  const absl::StatusOr<Models> models = ReadModels(
      {{"shop.proto",
        "syntax = \"proto3\";\n"
        "import \"brant/options.proto\";\n"
        "message Invoice { option (brant.table) = {schema: \"billing\"}; int32 x = 1; }"}},
      FakeSchemaDriver(Dialect::kPostgresql));
  ASSERT_TRUE(models.ok()) << models.status();

  EXPECT_TRUE(CheckSchemas(*models, {}, WithTable({"billing", "invoice"})).ok());
  // Where unqualified names lead there.
  EXPECT_TRUE(CheckSchemas(*models, {}, WithTable({"", "invoice"})).ok());
  Selection without;
  without.exclude = {"billing.*"};
  EXPECT_TRUE(CheckSchemas(*models, without, Catalog()).ok());

  const absl::Status status = CheckSchemas(*models, {}, Catalog());
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_REQUEST);
  EXPECT_THAT(
      DescribeError(status),
      StartsWith("shop.proto:3: message 'Invoice' is a table of the schema 'billing', which "
                 "is not compared"));
  EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("schemas = [\"public\", \"billing\"]"));
}

}  // namespace
}  // namespace brant
