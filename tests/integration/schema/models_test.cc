// The example of docs/models.md, on a real database.

#include "agent/schema/models/models.h"

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/open.h"
#include "agent/schema/fake_driver.h"
#include "agent/schema/schema_driver.h"
#include "agent/schema/translate/translate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The document's first block of that language.
std::string Block(const std::string& document, const std::string& language) {
  const std::string fence = absl::StrCat("```", language, "\n");
  const size_t begin = document.find(fence);
  if (begin == std::string::npos) return "";
  const size_t end = document.find("```", begin + fence.size());
  return document.substr(begin + fence.size(), end - begin - fence.size());
}

class ModelsTest : public ::testing::TestWithParam<Dialect> {
 protected:
  // What the models are in the dialect, as its server writes it.
  absl::StatusOr<Catalog> Evaluate(const std::string& models) {
    const FakeSchemaDriver postgresql(Dialect::kPostgresql);
    BRANT_ASSIGN_OR_RETURN(const Models read, ReadModels({{"shop.proto", models}}, postgresql));
    const Translation translation = Translate(read.catalog, postgresql, Driver());
    Catalog nothing;
    nothing.dialect = GetParam();
    BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff, Diff(nothing, translation.catalog));
    sql_ = ToText(Driver().Render(diff));
    BRANT_ASSIGN_OR_RETURN(const std::unique_ptr<Database> database, OpenDatabase(DatabaseUrl()));
    CancelToken never;
    return Driver().Evaluate(*database, {{"the models", sql_}}, {}, never);
  }

  const SchemaDriver& Driver() const { return DriverFor(GetParam()); }

  std::string sql_;
};

TEST_P(ModelsTest, TheExampleOfTheDocument) {
  const std::string models = Block(ReadFile("docs/models.md"), "proto");
  ASSERT_THAT(models, HasSubstr("message User"));
  const absl::StatusOr<Catalog> catalog = Evaluate(models);
  ASSERT_TRUE(catalog.ok()) << DescribeError(catalog.status()) << "\n" << sql_;
  const Table* users = FindTable(*catalog, {"", "users"});
  ASSERT_NE(users, nullptr);
  EXPECT_EQ(users->columns.size(), 10);
  EXPECT_EQ(users->uniques.size(), 2);
  EXPECT_EQ(users->checks.size(), 3);
  EXPECT_EQ(users->foreign_keys.size(), 1);
  EXPECT_EQ(users->indexes.size(), 2);
  EXPECT_NE(FindTable(*catalog, {"", "teams"})->columns[0].identity, Identity::kNone);
}

INSTANTIATE_TEST_SUITE_P(Dialects, ModelsTest, ::testing::Values(Dialect::kSqlite),
                         [](const auto& info) { return std::string(DialectName(info.param)); });

}  // namespace
}  // namespace brant
