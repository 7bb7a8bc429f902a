#include "tests/integration/agent/migration_test.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/timestamp.h"
#include "agent/database/open.h"

namespace brant {

void HookObserver::OnWaiting(absl::string_view holder, const v1::Run* active) {
  RecordingObserver::OnWaiting(holder, active);
  if (on_waiting) on_waiting();
}

void HookObserver::OnStepStarted(int position, const Step& step, int statements_skipped) {
  RecordingObserver::OnStepStarted(position, step, statements_skipped);
  if (on_step) on_step(position);
}

void HookObserver::OnStatementStarted(int position, int number, const Step& step,
                                      const Statement& statement) {
  RecordingObserver::OnStatementStarted(position, number, step, statement);
  if (on_statement) on_statement(position, number);
}

void HookObserver::OnBlocked(int position, int number, const std::vector<Blocker>& blockers) {
  RecordingObserver::OnBlocked(position, number, blockers);
  if (on_blocked) on_blocked(blockers);
}

void HookObserver::OnAttemptFailed(int position, const absl::Status& error, absl::Duration delay) {
  RecordingObserver::OnAttemptFailed(position, error, delay);
  if (on_attempt_failed) on_attempt_failed(error);
}

void MigrationFixture::MakeDatabase(Dialect dialect) {
  auto made = TestDatabase::Create(dialect);
  ASSERT_TRUE(made.ok()) << DescribeError(made.status());
  test_database_ = *std::move(made);
  auto opened = OpenDatabase(test_database_->parsed());
  ASSERT_TRUE(opened.ok()) << opened.status();
  database_ = *std::move(opened);
  session_ = Connect();
  ASSERT_NE(session_, nullptr);
  options_.agent = "test";
}

std::string MigrationFixture::Choose(absl::string_view postgresql, absl::string_view sqlite,
                                     absl::string_view mysql) const {
  return std::string(IsPostgresql() ? postgresql : IsSqlite() ? sqlite : mysql);
}

Outcome MigrationFixture::Execute(const Goal& goal, std::shared_ptr<const Bundle> bundle) {
  RunRequest request;
  request.goal = goal;
  request.goal.allow_edited_files = allow_edited_files_;
  request.lock_wait = lock_wait_;
  request.bundle = std::move(bundle);
  Outcome outcome;
  outcome.run.set_id(absl::StrCat("run-", ++runs_));
  outcome.run.set_request_id(absl::StrCat("request-", runs_));
  outcome.run.set_kind(goal.kind);
  outcome.run.set_target(absl::StrJoin(goal.targets, ","));
  outcome.run.set_bundle_digest(request.bundle->digest);
  outcome.run.set_actor("tester");
  *outcome.run.mutable_create_time() = ToTimestamp(absl::Now());
  const Migrator migrator(database_.get(), options_);
  outcome.status = migrator.Execute(request, outcome.run, *observer_, *cancel_);
  return outcome;
}

Outcome MigrationFixture::Upgrade(const std::vector<TestMigration>& migrations,
                                  const std::string& target) {
  Goal goal;
  goal.targets = {target};
  return Execute(goal, MakeTestBundle(migrations));
}

Outcome MigrationFixture::Downgrade(const std::vector<TestMigration>& migrations,
                                    const std::string& target) {
  Goal goal;
  goal.kind = v1::RUN_KIND_DOWNGRADE;
  goal.targets = {target};
  return Execute(goal, MakeTestBundle(migrations));
}

Outcome MigrationFixture::Stamp(const std::vector<TestMigration>& migrations,
                                const std::vector<std::string>& targets, bool purge) {
  Goal goal;
  goal.kind = v1::RUN_KIND_STAMP;
  goal.targets = targets;
  goal.purge = purge;
  return Execute(goal, MakeTestBundle(migrations));
}

std::unique_ptr<Session> MigrationFixture::Connect(const SessionOptions& options) {
  auto session = database_->Connect(options);
  EXPECT_TRUE(session.ok()) << session.status();
  return session.ok() ? *std::move(session) : nullptr;
}

void MigrationFixture::Sql(absl::string_view statement) {
  auto execution = session_->Execute(statement);
  EXPECT_TRUE(execution.ok()) << statement << ": " << execution.status();
}

std::string MigrationFixture::One(absl::string_view sql) {
  auto rows = session_->Query(sql);
  EXPECT_TRUE(rows.ok()) << sql << ": " << rows.status();
  if (!rows.ok() || rows->empty()) return "nothing";
  return rows->front().front().value_or("NULL");
}

bool MigrationFixture::Exists(absl::string_view table, absl::string_view schema) {
  auto exists = database_->TableExists(*session_, schema, table);
  EXPECT_TRUE(exists.ok()) << exists.status();
  return exists.ok() && *exists;
}

std::string MigrationFixture::Rows(absl::string_view table) {
  auto rows =
      session_->Query(absl::StrCat("SELECT version_num FROM ", table, " ORDER BY version_num"));
  EXPECT_TRUE(rows.ok()) << rows.status();
  if (!rows.ok()) return "error";
  return absl::StrJoin(
      *rows, ",", [](std::string* out, const auto& row) { out->append(row[0].value_or("NULL")); });
}

std::string MigrationFixture::StepRow(const std::string& run_id, int position) {
  auto rows = session_->Query(
      "SELECT revision, direction, state, statements_started, statements_done, statements_total "
      "FROM brant_steps WHERE run_id = ? AND position = ?",
      {Value(run_id), Value(int64_t{position})});
  EXPECT_TRUE(rows.ok()) << rows.status();
  if (!rows.ok() || rows->empty()) return "nothing";
  const auto& row = rows->front();
  return absl::StrCat(*row[0], " ", *row[1], " ", *row[2], " ", *row[3], "/", *row[4], "/",
                      *row[5]);
}

void MigrationFixture::Kill(const std::string& server_id) {
  Sql(IsPostgresql() ? absl::StrCat("SELECT pg_terminate_backend(", server_id, ", 5000)")
                     : absl::StrCat("KILL ", server_id));
}

std::string MigrationFixture::ServerIdOfRun() {
  if (IsPostgresql()) {
    return One(
        "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'brant run %' "
        "AND datname = current_database()");
  }
  return One(
      "SELECT session_id FROM brant_progress JOIN brant_runs ON id = run_id "
      "WHERE state = 'running'");
}

}  // namespace brant
