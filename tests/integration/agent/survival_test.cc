// What a run survives, and what it makes of others that did not.

#include <algorithm>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "tests/integration/agent/migration_test.h"

namespace brant {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class SurvivalTest : public MigrationTest {
 protected:
  const std::vector<TestMigration> migrations_ = {
      {.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);", .downgrade = "DROP TABLE t;"},
      {.id = "b",
       .revises = "a",
       .upgrade = "ALTER TABLE t ADD y INTEGER;\nINSERT INTO t VALUES (1, 2);",
       .downgrade = "DELETE FROM t;\nALTER TABLE t DROP COLUMN y;"}};
};

TEST_P(SurvivalTest, AJournalOfFormat1IsUpgradedInPlace) {
  ASSERT_TRUE(Upgrade(migrations_, "a").status.ok());
  Sql("DROP TABLE brant_progress");
  Sql("DROP TABLE brant_events");
  Sql("ALTER TABLE brant_steps DROP COLUMN fingerprint");
  Sql("UPDATE brant_journal SET format = 1");
  Outcome outcome = Upgrade(migrations_);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(One("SELECT format FROM brant_journal"), "2");
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_progress"), "1");
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_runs"), "2");
}

TEST_P(SurvivalTest, ARequestThatSucceededIsAnsweredByItsRun) {
  Goal goal;
  goal.targets = {"+1"};
  const auto bundle = MakeTestBundle(migrations_);
  Outcome first = Execute(goal, bundle);
  ASSERT_TRUE(first.status.ok()) << first.status;
  // The same request again, at an agent that does not remember it.
  RunRequest request;
  request.goal = goal;
  request.bundle = bundle;
  v1::Run again;
  again.set_id("another");
  again.set_request_id(first.run.request_id());
  again.set_kind(v1::RUN_KIND_UPGRADE);
  again.set_target("+1");
  again.set_bundle_digest(bundle->digest);
  ASSERT_TRUE(
      Migrator(database_.get(), options_).Execute(request, again, *observer_, *cancel_).ok());
  EXPECT_EQ(again.id(), first.run.id());
  EXPECT_EQ(again.state(), v1::RUN_STATE_SUCCEEDED);
  EXPECT_EQ(Rows(), "a");
}

TEST_P(SurvivalTest, ARequestOfTheSameIdForAnotherGoalIsRefused) {
  ASSERT_TRUE(Upgrade(migrations_, "a").status.ok());
  ASSERT_FALSE(Upgrade({migrations_[0], {.id = "b", .revises = "a", .upgrade = "SELECT nothing;"}})
                   .status.ok());
  const auto repeat = [&](int request_number, v1::RunKind kind, const std::string& target,
                          const std::vector<TestMigration>& migrations) {
    RunRequest request;
    request.goal.kind = kind;
    request.goal.targets = {target};
    request.bundle = MakeTestBundle(migrations);
    v1::Run run;
    run.set_id("another");
    run.set_request_id(absl::StrCat("request-", request_number));
    run.set_kind(kind);
    run.set_target(target);
    run.set_bundle_digest(request.bundle->digest);
    run.mutable_create_time()->set_seconds(1);
    return Migrator(database_.get(), options_).Execute(request, run, *observer_, *cancel_);
  };
  // One that succeeded, and one that failed.
  for (int number : {1, 2}) {
    for (const absl::Status& status :
         {repeat(number, v1::RUN_KIND_UPGRADE, "b", migrations_),
          repeat(number, v1::RUN_KIND_DOWNGRADE, number == 1 ? "a" : "heads", migrations_),
          repeat(number, v1::RUN_KIND_UPGRADE, number == 1 ? "a" : "heads", {migrations_[0]})}) {
      EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_REQUEST) << number << status;
      EXPECT_THAT(std::string(status.message()), HasSubstr("for another goal: upgrade"));
      EXPECT_THAT(ErrorDetail(status, "hint"), HasSubstr("new request id"));
    }
  }
  EXPECT_EQ(Rows(), "a");
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_runs"), "2");
}

TEST_P(SurvivalTest, FilesThatWereEditedAreRefusedUntilTheyAreAccepted) {
  ASSERT_TRUE(Upgrade(migrations_, "a").status.ok());
  std::vector<TestMigration> edited = migrations_;
  edited[0].upgrade = "CREATE TABLE t (x BIGINT);";
  Outcome refused = Upgrade(edited);
  EXPECT_EQ(ReasonOf(refused.status), v1::ERROR_REASON_CHECKSUM_MISMATCH);
  EXPECT_EQ(ErrorDetail(refused.status, "file"), "20240101_0001_a.sql");
  const std::string message(refused.status.message());
  EXPECT_THAT(message, HasSubstr("-CREATE TABLE t (x INTEGER);\n+CREATE TABLE t (x BIGINT);"));
  EXPECT_THAT(message, HasSubstr(One("SELECT checksum FROM brant_scripts")));
  // The place is shown before the message.
  EXPECT_THAT(message, ::testing::StartsWith("edited after it was applied"));
  // What has nothing to do is no reason to refuse, but to say so.
  Outcome idle = Upgrade(edited, "a");
  EXPECT_TRUE(idle.status.ok()) << idle.status;
  EXPECT_THAT(observer_->words(),
              ::testing::Contains(HasSubstr("20240101_0001_a.sql was edited after")));
  EXPECT_EQ(Rows(), "a");

  Goal repair;
  repair.kind = v1::RUN_KIND_REPAIR;
  Outcome accepted = Execute(repair, MakeTestBundle(edited));
  ASSERT_TRUE(accepted.status.ok()) << accepted.status;
  EXPECT_EQ(One("SELECT COUNT(*) FROM brant_runs WHERE kind = 'repair' AND actor = 'tester'"), "1");
  ASSERT_TRUE(Upgrade(edited).status.ok());
  EXPECT_EQ(Rows(), "b");
  // Nothing is left to accept.
  EXPECT_EQ(Execute(repair, MakeTestBundle(edited)).run.id(), "");
}

TEST_P(SurvivalTest, OneUpgradeMayTakeEditedFiles) {
  ASSERT_TRUE(Upgrade(migrations_, "a").status.ok());
  std::vector<TestMigration> edited = migrations_;
  edited[0].downgrade = "DROP TABLE IF EXISTS t;";
  allow_edited_files_ = true;
  EXPECT_TRUE(Upgrade(edited).status.ok());
}

TEST_P(SurvivalTest, AnOlderImageIsServedByADatabaseThatIsAhead) {
  ASSERT_TRUE(Upgrade(migrations_).status.ok());
  const std::vector<TestMigration> older = {migrations_[0]};
  Outcome ahead = Upgrade(older);
  ASSERT_TRUE(ahead.status.ok()) << ahead.status;
  EXPECT_EQ(ahead.run.id(), "");
  EXPECT_EQ(Rows(), "b");
  // What it lacks is stored in the database.
  Outcome down = Downgrade(older, "a");
  ASSERT_TRUE(down.status.ok()) << down.status;
  EXPECT_EQ(Rows(), "a");
  EXPECT_THAT(observer_->words(), Contains(HasSubstr("b is not among these migrations; the script "
                                                     "stored in the database runs")));
  ASSERT_TRUE(Upgrade(migrations_).status.ok());
  Outcome without_files = Execute(
      [] {
        Goal goal;
        goal.kind = v1::RUN_KIND_DOWNGRADE;
        goal.targets = {"base"};
        return goal;
      }(),
      MakeTestBundle({}));
  ASSERT_TRUE(without_files.status.ok()) << without_files.status;
  EXPECT_EQ(Rows(), "");
  EXPECT_FALSE(Exists("t"));
}

TEST_P(SurvivalTest, ADowngradeOverStoredScriptsGoesOnWhereItStopped) {
  std::vector<TestMigration> migrations = migrations_;
  migrations[1].downgrade = "DELETE FROM t;\nDROP TABLE missing;\nALTER TABLE t DROP COLUMN y;";
  migrations[1].downgrade_options = "transaction:off";
  ASSERT_TRUE(Upgrade(migrations).status.ok());
  const std::vector<TestMigration> older = {migrations[0]};
  Outcome failed = Downgrade(older, "a");
  EXPECT_EQ(ReasonOf(failed.status), v1::ERROR_REASON_STATEMENT_FAILED) << failed.status;
  EXPECT_EQ(ErrorDetail(failed.status, "revision"), "b");
  EXPECT_EQ(StepRow("run-2"), "b downgrade failed 1/1/3");
  // What was deleted is not to be deleted again.
  Sql("INSERT INTO t VALUES (7, 7)");
  Sql("CREATE TABLE missing (x INTEGER)");
  Outcome down = Downgrade(older, "a");
  ASSERT_TRUE(down.status.ok()) << down.status;
  EXPECT_EQ(StepRow("run-3"), "b downgrade done 3/3/3");
  EXPECT_EQ(One("SELECT x FROM t"), "7");
  EXPECT_EQ(Rows(), "a");
}

TEST_P(SurvivalTest, DivergedHistoriesShowBothSides) {
  ASSERT_TRUE(Upgrade(migrations_).status.ok());
  const std::vector<TestMigration> other = {
      migrations_[0], {.id = "other", .revises = "a", .upgrade = "CREATE TABLE o (x INTEGER);"}};
  Outcome refused = Upgrade(other);
  EXPECT_EQ(ReasonOf(refused.status), v1::ERROR_REASON_HISTORY_DIVERGED);
  const std::string message(refused.status.message());
  EXPECT_THAT(message, HasSubstr("only in the database, applied: b"));
  EXPECT_THAT(message, HasSubstr("only in these migrations, pending: other"));
  EXPECT_FALSE(Exists("o"));
  EXPECT_EQ(ReasonOf(Upgrade(other, "+1").status), v1::ERROR_REASON_INVALID_TARGET);
}

INSTANTIATE_TEST_SUITE_P(Databases, SurvivalTest, EveryDatabase(), DialectOfTest);

// A file has neither locks of tables nor sessions that others can end.
class ServerSurvivalTest : public SurvivalTest {};

TEST_P(ServerSurvivalTest, AStatementGivesWayAndIsTriedAgain) {
  ASSERT_TRUE(Upgrade(migrations_, "a").status.ok());
  Sql("INSERT INTO t (x) VALUES (7)");
  auto reader = Connect();
  ASSERT_TRUE(reader->Begin().ok());
  ASSERT_TRUE(reader->Query("SELECT x FROM t").ok());
  options_.lock_timeout = IsPostgresql() ? absl::Milliseconds(100) : absl::Seconds(1);
  options_.monitor_interval = absl::Milliseconds(50);
  int attempts = 0;
  observer_->on_attempt_failed = [&](const absl::Status& status) {
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_LOCK_NOT_AVAILABLE) << status;
    if (++attempts == 2) EXPECT_TRUE(reader->Rollback().ok());
  };
  Outcome outcome = Upgrade(migrations_);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(attempts, 2);
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "2");
  EXPECT_EQ(StepRow(outcome.run.id()), "b upgrade done 2/2/2");
}

TEST_P(ServerSurvivalTest, WhoIsInTheWayIsNamed) {
  ASSERT_TRUE(Upgrade(migrations_, "a").status.ok());
  auto reader = Connect();
  ASSERT_TRUE(reader->Begin().ok());
  ASSERT_TRUE(reader->Query("SELECT x FROM t").ok());
  options_.monitor_interval = absl::Milliseconds(50);
  options_.lock_timeout = absl::Seconds(20);
  std::string blockers;
  observer_->on_blocked = [&](const std::vector<Blocker>& found) {
    for (const Blocker& blocker : found) absl::StrAppend(&blockers, blocker.server_id, " ");
    EXPECT_TRUE(reader->Rollback().ok());
  };
  Outcome outcome = Upgrade(migrations_);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_THAT(blockers, HasSubstr(absl::StrCat(reader->ServerId(), " ")));
}

// Its agent was stopped, or cut off: it holds the lock and does nothing.
TEST_P(ServerSurvivalTest, AnOrphanIsEndedAndItsWorkTakenUp) {
  absl::Notification stands_still, taken_over;
  observer_->on_statement = [&](int position, int) {
    if (position != 2 || stands_still.HasBeenNotified()) return;
    stands_still.Notify();
    taken_over.WaitForNotification();
  };
  options_.monitor_interval = absl::Hours(1);
  Outcome orphan;
  std::thread first([&] { orphan = Upgrade(migrations_); });
  stands_still.WaitForNotification();
  // As if it had shown no sign of life for long.
  Sql(Choose("UPDATE brant_progress SET heartbeat = now() - interval '1 minute'", "",
             "UPDATE brant_progress SET heartbeat = UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE"));
  HookObserver observer;
  RunRequest request;
  request.goal.targets = {"heads"};
  request.bundle = MakeTestBundle(migrations_);
  v1::Run run;
  run.set_id("successor");
  run.set_kind(v1::RUN_KIND_UPGRADE);
  run.mutable_create_time()->set_seconds(1);
  CancelToken cancel;
  absl::Status status = Migrator(database_.get(), options_).Execute(request, run, observer, cancel);
  taken_over.Notify();
  first.join();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(run.state(), v1::RUN_STATE_SUCCEEDED);
  const std::vector<std::string> words = observer.words();
  EXPECT_TRUE(std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return absl::StrContains(word, "no sign of life");
  }));
  EXPECT_EQ(orphan.run.state(), v1::RUN_STATE_INTERRUPTED);
  EXPECT_EQ(One("SELECT state FROM brant_runs WHERE id = 'run-1'"), "interrupted");
  EXPECT_EQ(One("SELECT COUNT(*) FROM t"), "1");
  EXPECT_EQ(Rows(), "b");
}

TEST_P(ServerSurvivalTest, ACancelRequestOfAnotherAgentIsHeard) {
  options_.monitor_interval = absl::Milliseconds(50);
  absl::Notification under_way;
  observer_->on_statement = [&](int, int) { under_way.Notify(); };
  std::thread other([&] {
    under_way.WaitForNotification();
    EXPECT_TRUE(Migrator(database_.get(), options_).RequestCancel("run-1").ok());
  });
  Outcome outcome = Upgrade(
      {{.id = "a",
        .upgrade = Choose("SELECT pg_sleep(60);", "", "SELECT 1 FROM DUAL WHERE SLEEP(60) = 0;")}});
  other.join();
  EXPECT_EQ(ReasonOf(outcome.status), v1::ERROR_REASON_CANCELLED);
  EXPECT_EQ(outcome.run.state(), v1::RUN_STATE_CANCELLED);
  EXPECT_EQ(One("SELECT state FROM brant_runs"), "cancelled");
}

INSTANTIATE_TEST_SUITE_P(Databases, ServerSurvivalTest, EveryServer(), DialectOfTest);

}  // namespace
}  // namespace brant
