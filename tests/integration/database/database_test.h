// What the conformance suite's files share. Each test runs on every database.

#ifndef BRANT_TESTS_INTEGRATION_DATABASE_DATABASE_TEST_H_
#define BRANT_TESTS_INTEGRATION_DATABASE_DATABASE_TEST_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/database.h"
#include "agent/database/open.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/servers/test_database.h"

namespace brant {

class DatabaseTest : public ::testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    auto made = TestDatabase::Create(GetParam());
    ASSERT_TRUE(made.ok()) << DescribeError(made.status());
    test_database_ = *std::move(made);
    auto opened = OpenDatabase(test_database_->parsed());
    ASSERT_TRUE(opened.ok()) << opened.status();
    database_ = *std::move(opened);
    session_ = Connect();
    ASSERT_NE(session_, nullptr);
  }

  bool IsPostgresql() const { return GetParam() == Dialect::kPostgresql; }
  bool IsSqlite() const { return GetParam() == Dialect::kSqlite; }
  bool IsMysql() const { return GetParam() == Dialect::kMysql; }

  std::unique_ptr<Session> Connect(const SessionOptions& options = {}) {
    auto session = database_->Connect(options);
    EXPECT_TRUE(session.ok()) << session.status();
    return session.ok() ? *std::move(session) : nullptr;
  }

  static void Execute(Session& session, absl::string_view statement) {
    auto execution = session.Execute(statement);
    EXPECT_TRUE(execution.ok()) << statement << ": " << execution.status();
  }
  void Execute(absl::string_view statement) { Execute(*session_, statement); }

  // The first value of the first row; "NULL", or "nothing" if there is no row.
  static std::string One(Session& session, absl::string_view sql,
                         const std::vector<Value>& args = {}) {
    auto rows = session.Query(sql, args);
    EXPECT_TRUE(rows.ok()) << sql << ": " << rows.status();
    if (!rows.ok() || rows->empty()) return "nothing";
    return rows->front().front().value_or("NULL");
  }
  std::string One(absl::string_view sql, const std::vector<Value>& args = {}) {
    return One(*session_, sql, args);
  }

  bool Exists(absl::string_view table, absl::string_view schema = "") {
    auto exists = database_->TableExists(*session_, schema, table);
    EXPECT_TRUE(exists.ok()) << exists.status();
    return exists.ok() && *exists;
  }

  // A table that can be rolled back.
  void MakeTable() { Execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)"); }

  // The server ends another session of this database.
  void Kill(Session& victim) {
    const std::string id = victim.ServerId();
    Execute(*Connect(), IsPostgresql() ? absl::StrCat("SELECT pg_terminate_backend(", id, ", 5000)")
                                       : absl::StrCat("KILL ", id));
  }

  std::unique_ptr<TestDatabase> test_database_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Session> session_;
};

inline auto EveryDatabase() { return ::testing::ValuesIn(kAllDialects); }

inline std::string DialectOfTest(const ::testing::TestParamInfo<Dialect>& info) {
  return std::string(DialectName(info.param));
}

}  // namespace brant

#endif  // BRANT_TESTS_INTEGRATION_DATABASE_DATABASE_TEST_H_
