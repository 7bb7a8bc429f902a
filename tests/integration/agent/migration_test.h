// What the tests of runs on real databases share. Each runs on every database.

#ifndef BRANT_TESTS_INTEGRATION_AGENT_MIGRATION_TEST_H_
#define BRANT_TESTS_INTEGRATION_AGENT_MIGRATION_TEST_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/base/dialect.h"
#include "agent/base/error.h"
#include "agent/database/database.h"
#include "agent/migrate/migrator.h"
#include "agent/migrate/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/servers/test_database.h"

namespace brant {

// Interferes at a moment of a run.
class HookObserver : public RecordingObserver {
 public:
  std::function<void(int position)> on_step;
  std::function<void(int position, int number)> on_statement;
  std::function<void()> on_waiting;
  std::function<void(const absl::Status& status)> on_attempt_failed;
  // Called by the monitor's thread.
  std::function<void(const std::vector<Blocker>& blockers)> on_blocked;

  void OnWaiting(absl::string_view holder, const v1::Run* active) override;
  void OnStepStarted(int position, const Step& step, int statements_skipped) override;
  void OnStatementStarted(int position, int number, const Step& step,
                          const Statement& statement) override;
  void OnBlocked(int position, int number, const std::vector<Blocker>& blockers) override;
  void OnAttemptFailed(int position, const absl::Status& error, absl::Duration delay) override;
};

// A run as it ended.
struct Outcome {
  absl::Status status;
  v1::Run run;
};

class MigrationFixture : public ::testing::Test {
 protected:
  // To be called first, by SetUp.
  void MakeDatabase(Dialect dialect);

  Dialect dialect() const { return database_->dialect(); }
  bool IsPostgresql() const { return dialect() == Dialect::kPostgresql; }
  bool IsSqlite() const { return dialect() == Dialect::kSqlite; }
  bool IsMysql() const { return dialect() == Dialect::kMysql; }
  // What differs between databases.
  std::string Choose(absl::string_view postgresql, absl::string_view sqlite,
                     absl::string_view mysql) const;

  Outcome Execute(const Goal& goal, std::shared_ptr<const Bundle> bundle);
  Outcome Upgrade(const std::vector<TestMigration>& migrations,
                  const std::string& target = "heads");
  Outcome Downgrade(const std::vector<TestMigration>& migrations, const std::string& target);
  Outcome Stamp(const std::vector<TestMigration>& migrations,
                const std::vector<std::string>& targets, bool purge = false);

  std::unique_ptr<Session> Connect(const SessionOptions& options = {});
  void Sql(absl::string_view statement);
  // The first value of the first row; "NULL", or "nothing" if there is no row.
  std::string One(absl::string_view sql);
  bool IsMariaDb() { return absl::StrContains(One("SELECT VERSION()"), "MariaDB"); }
  bool Exists(absl::string_view table, absl::string_view schema = "");
  // The version rows, with commas between.
  std::string Rows(absl::string_view table = "brant_version");
  // A step's row in the journal: "b upgrade failed 2/2/3" for statements started,
  // done and in all; "nothing" if there is none.
  std::string StepRow(const std::string& run_id, int position = 1);
  // Ends a session as its server would.
  void Kill(const std::string& server_id);
  // The server's id of the session that executes a run.
  std::string ServerIdOfRun();

  std::unique_ptr<TestDatabase> test_database_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Session> session_;
  MigratorOptions options_;
  absl::Duration lock_wait_ = absl::InfiniteDuration();
  bool allow_edited_files_ = false;
  std::unique_ptr<CancelToken> cancel_ = std::make_unique<CancelToken>();
  std::unique_ptr<HookObserver> observer_ = std::make_unique<HookObserver>();
  int runs_ = 0;
};

class MigrationTest : public MigrationFixture, public ::testing::WithParamInterface<Dialect> {
 protected:
  void SetUp() override { MakeDatabase(GetParam()); }
};

inline auto EveryDatabase() { return ::testing::ValuesIn(kAllDialects); }

inline auto EveryServer() { return ::testing::Values(Dialect::kPostgresql, Dialect::kMysql); }

inline std::string DialectOfTest(const ::testing::TestParamInfo<Dialect>& info) {
  return std::string(DialectName(info.param));
}

}  // namespace brant

#endif  // BRANT_TESTS_INTEGRATION_AGENT_MIGRATION_TEST_H_
