// A database of PostgreSQL whose schema is compared and changed.

#ifndef BRANT_TESTS_INTEGRATION_SCHEMA_POSTGRESQL_SCHEMA_TEST_H_
#define BRANT_TESTS_INTEGRATION_SCHEMA_POSTGRESQL_SCHEMA_TEST_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/database.h"
#include "agent/database/open.h"
#include "agent/database/statement.h"
#include "agent/schema/ddl.h"
#include "agent/schema/diff.h"
#include "agent/schema/postgresql/driver.h"
#include "tests/servers/test_database.h"

namespace brant {

class PostgresqlSchemaTest : public testing::Test {
 protected:
  // Making a database takes longer than most tests.
  static void SetUpTestSuite() {
    auto made = TestDatabase::Create(Dialect::kPostgresql);
    ASSERT_TRUE(made.ok()) << DescribeError(made.status());
    test_database_ = *std::move(made);
  }
  static void TearDownTestSuite() { test_database_.reset(); }

  void SetUp() override {
    ASSERT_NE(test_database_, nullptr);
    database_ = OpenDatabase(test_database_->parsed()).value();
    session_ = Connect();
    const absl::Status emptied = Run("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;");
    ASSERT_TRUE(emptied.ok()) << DescribeError(emptied);
  }

  std::unique_ptr<Session> Connect() { return database_->Connect(SessionOptions()).value(); }

  absl::Status Run(const std::string& script) {
    BRANT_ASSIGN_OR_RETURN(const std::vector<Statement> statements,
                           SplitStatements(Dialect::kPostgresql, script));
    for (const Statement& statement : statements) {
      const absl::Status status = session_->Execute(statement.text).status();
      if (!status.ok()) return WithDetail(status, "statement", statement.text);
    }
    return absl::OkStatus();
  }

  // In one transaction, as a step of a migration.
  absl::Status Apply(const DdlScript& script) {
    BRANT_RETURN_IF_ERROR(session_->Begin());
    for (const DdlStatement& statement : script.statements) {
      absl::Status status = session_->Execute(statement.sql).status();
      if (!status.ok()) {
        session_->Rollback().IgnoreError();
        return WithDetail(status, "statement", statement.sql);
      }
    }
    return session_->Commit();
  }

  absl::StatusOr<Catalog> Introspect() { return driver_.Introspect(*session_, selection_); }

  absl::StatusOr<Catalog> Evaluate(const std::string& sql) {
    CancelToken never;
    return driver_.Evaluate(*database_, {{"schema.sql", sql}}, selection_, never);
  }

  // The statements between two catalogs, and that they lead there.
  absl::StatusOr<DdlScript> Migrate(const Catalog& from, const Catalog& to,
                                    const std::vector<Rename>& renames = {}) {
    BRANT_ASSIGN_OR_RETURN(const CatalogDiff diff, Diff(from, to, renames));
    DdlScript script = driver_.Render(diff);
    const absl::Status applied = Apply(script);
    if (!applied.ok()) return WithDetail(applied, "script", ToText(script));
    BRANT_ASSIGN_OR_RETURN(const Catalog reached, Introspect());
    BRANT_ASSIGN_OR_RETURN(const CatalogDiff left, Diff(reached, to));
    if (!left.empty()) {
      return Error(v1::ERROR_REASON_INTERNAL, "the schema is not the one that was wanted")
          .With("script", ToText(script))
          .With("still to do", ToText(driver_.Render(left)));
    }
    return script;
  }

  static std::string Explain(const absl::Status& status) {
    return absl::StrCat(DescribeError(status), "\n--- statement\n",
                        ErrorDetail(status, "statement"), "\n--- script\n",
                        ErrorDetail(status, "script"), "\n--- still to do\n",
                        ErrorDetail(status, "still to do"));
  }

  const PostgresqlSchemaDriver driver_{};
  Selection selection_;
  static inline std::unique_ptr<TestDatabase> test_database_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Session> session_;
};

}  // namespace brant

#endif  // BRANT_TESTS_INTEGRATION_SCHEMA_POSTGRESQL_SCHEMA_TEST_H_
