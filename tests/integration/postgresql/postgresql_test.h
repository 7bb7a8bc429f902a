// What the tests of PostgreSQL's own share: a database for each.

#ifndef BRANT_TESTS_INTEGRATION_POSTGRESQL_POSTGRESQL_TEST_H_
#define BRANT_TESTS_INTEGRATION_POSTGRESQL_POSTGRESQL_TEST_H_

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agent/base/error.h"
#include "agent/database/database.h"
#include "agent/database/open.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/servers/test_database.h"

namespace brant {

class PostgresqlTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = TestDatabase::Create(Dialect::kPostgresql);
    ASSERT_TRUE(made.ok()) << DescribeError(made.status());
    test_database_ = *std::move(made);
    database_ = Open(test_database_->parsed());
    session_ = Connect();
  }

  static std::unique_ptr<Database> Open(const DatabaseUrl& url) {
    auto opened = OpenDatabase(url);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  static std::unique_ptr<Session> Connect(Database& database, const SessionOptions& options = {}) {
    auto session = database.Connect(options);
    EXPECT_TRUE(session.ok()) << session.status();
    return session.ok() ? *std::move(session) : nullptr;
  }
  std::unique_ptr<Session> Connect(const SessionOptions& options = {}) {
    return Connect(*database_, options);
  }

  static void Execute(Session& session, absl::string_view statement) {
    auto execution = session.Execute(statement);
    EXPECT_TRUE(execution.ok()) << statement << ": " << execution.status();
  }
  void Execute(absl::string_view statement) { Execute(*session_, statement); }

  // The first row, its columns with blanks between; "nothing" if there is none.
  static std::string One(Session& session, absl::string_view sql) {
    auto rows = session.Query(sql);
    EXPECT_TRUE(rows.ok()) << sql << ": " << rows.status();
    if (!rows.ok() || rows->empty()) return "nothing";
    std::string text;
    for (const auto& value : rows->front()) {
      if (!text.empty()) text += " ";
      text += value.value_or("NULL");
    }
    return text;
  }
  std::string One(absl::string_view sql) { return One(*session_, sql); }

  // What `server_id` does, once it waits for somebody.
  Activity ObserveBlocked(const std::string& server_id) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (absl::Now() < deadline) {
      auto activity = session_->Observe(server_id);
      EXPECT_TRUE(activity.ok()) << activity.status();
      if (!activity.ok() || !activity->blockers.empty()) return activity.value_or(Activity());
    }
    ADD_FAILURE() << "session " << server_id << " waits for nobody";
    return Activity();
  }

  // Runs the statement in `session` until it waits for somebody, and cancels it.
  void CutOff(Session& session, absl::string_view statement) {
    std::thread runner([&] {
      EXPECT_EQ(ReasonOf(session.Execute(statement).status()), v1::ERROR_REASON_CANCELLED);
    });
    ObserveBlocked(session.ServerId());
    session.Cancel();
    runner.join();
  }

  std::unique_ptr<TestDatabase> test_database_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Session> session_;
};

}  // namespace brant

#endif  // BRANT_TESTS_INTEGRATION_POSTGRESQL_POSTGRESQL_TEST_H_
