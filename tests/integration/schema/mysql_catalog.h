// A database in which schemas are made, compared and changed.

#ifndef BRANT_TESTS_INTEGRATION_SCHEMA_MYSQL_CATALOG_H_
#define BRANT_TESTS_INTEGRATION_SCHEMA_MYSQL_CATALOG_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/database/database.h"
#include "agent/schema/catalog.h"
#include "agent/schema/ddl.h"
#include "agent/schema/diff.h"
#include "agent/schema/mysql/driver.h"
#include "tests/integration/mysql/mysql_test_database.h"

namespace brant {

class MysqlCatalog {
 public:
  MysqlCatalog() : session_(database_.Connect()) {}

  Session& session() { return *session_; }
  MysqlTestDatabase& database() { return database_; }
  const MysqlSchemaDriver& driver() const { return driver_; }

  // The first error ends it, as a test's failure.
  void Execute(absl::string_view script);
  std::string Ask(absl::string_view sql) { return MysqlTestDatabase::Ask(*session_, sql); }

  Catalog Introspect();
  // What the script makes of nothing.
  Catalog Evaluate(absl::string_view script);

  // What differs, as SQL; empty: nothing.
  std::string Difference(const Catalog& from, const Catalog& to) const;

  // Renders what leads from the database to `to`, runs it, and expects the
  // database to be like `to` then.
  DdlScript Migrate(const Catalog& to, const std::vector<Rename>& renames = {});

  // From `before` to `after` and back, with `rows` inserted in between; each step
  // is checked. The statements that lead there.
  DdlScript UpAndDown(absl::string_view before, absl::string_view after,
                      absl::string_view rows = "", const std::vector<Rename>& renames = {});

 private:
  MysqlTestDatabase database_;
  std::unique_ptr<Session> session_;
  const MysqlSchemaDriver driver_;
};

}  // namespace brant

#endif  // BRANT_TESTS_INTEGRATION_SCHEMA_MYSQL_CATALOG_H_
