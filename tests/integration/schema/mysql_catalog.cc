#include "tests/integration/schema/mysql_catalog.h"

#include <gtest/gtest.h>

#include "agent/base/error.h"
#include "agent/database/statement.h"
#include "tests/integration/schema/round_trip.h"

namespace brant {

void MysqlCatalog::Execute(absl::string_view script) {
  const auto statements = SplitStatements(Dialect::kMysql, script);
  ASSERT_TRUE(statements.ok()) << DescribeError(statements.status()) << "\n" << script;
  for (const Statement& statement : *statements) {
    const auto done = session_->Execute(statement.text);
    ASSERT_TRUE(done.ok()) << DescribeError(done.status()) << "\nin:\n" << script;
  }
}

Catalog MysqlCatalog::Introspect() {
  auto catalog = driver_.Introspect(*session_, {});
  if (catalog.ok()) return *std::move(catalog);
  ADD_FAILURE() << DescribeError(catalog.status());
  return {};
}

Catalog MysqlCatalog::Evaluate(absl::string_view script) {
  CancelToken never;
  auto catalog =
      driver_.Evaluate(database_.database(), {{"schema.sql", std::string(script)}}, {}, never);
  if (catalog.ok()) return *std::move(catalog);
  ADD_FAILURE() << DescribeError(catalog.status());
  return {};
}

DdlScript MysqlCatalog::Migrate(const Catalog& to, const std::vector<Rename>& renames) {
  const Catalog from = Introspect();
  const auto diff = Diff(from, to, renames);
  if (!diff.ok()) {
    ADD_FAILURE() << DescribeError(diff.status());
    return {};
  }
  DdlScript script = driver_.Render(*diff);
  const std::string text = ToText(script);
  Execute(text);
  EXPECT_EQ(Difference(Introspect(), to), "") << "after:\n" << text;
  return script;
}

DdlScript MysqlCatalog::UpAndDown(absl::string_view before, absl::string_view after,
                                  absl::string_view rows, const std::vector<Rename>& renames) {
  Execute(before);
  Execute(rows);
  const Catalog from = Introspect();
  EXPECT_EQ(Difference(from, Evaluate(before)), "") << "evaluated otherwise than made";
  DdlScript up = Migrate(Evaluate(after), renames);
  Migrate(from, Reverse(renames));
  return up;
}

std::string MysqlCatalog::Difference(const Catalog& from, const Catalog& to) const {
  return brant::Difference(driver_, from, to);
}

}  // namespace brant
