// What the tests of RunManager share.

#ifndef BRANT_AGENT_RUNS_RUN_MANAGER_FIXTURE_H_
#define BRANT_AGENT_RUNS_RUN_MANAGER_FIXTURE_H_

#include <memory>
#include <string>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/database/open.h"
#include "agent/database/url.h"
#include "agent/migrate/testing.h"
#include "agent/runs/run_manager.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {

using RunPtr = std::shared_ptr<Run>;

// A database in memory, whose migration lock the test holds for as long as runs
// are to wait.
class RunManagerFixture : public ::testing::Test {
 protected:
  RunManagerFixture()
      : database_(OpenDatabase(ParseDatabaseUrl("sqlite://").value()).value()),
        migrator_(database_.get(), MigratorOptions()),
        holder_(database_->Connect(SessionOptions()).value()) {}

  void Hold() { ASSERT_TRUE(holder_->TryLock("test").value()); }
  void LetGo() { ASSERT_TRUE(holder_->ReleaseLock("test").ok()); }

  static RunRequest Request(const std::string& target,
                            std::shared_ptr<const Bundle> bundle = Migrations()) {
    RunRequest request;
    request.goal.targets = {target};
    request.bundle = std::move(bundle);
    return request;
  }
  static std::shared_ptr<const Bundle> Migrations() {
    return MakeTestBundle({{.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);"},
                           {.id = "b", .revises = "a", .upgrade = "INSERT INTO t VALUES (1);"}});
  }
  static v1::Run Description(const std::string& request_id) {
    v1::Run run;
    run.set_request_id(request_id);
    run.set_kind(v1::RUN_KIND_UPGRADE);
    *run.mutable_create_time() = ToTimestamp(absl::Now());
    return run;
  }
  static RunPtr Start(RunManager& manager, const std::string& request_id, RunRequest request) {
    auto run = manager.Start(std::move(request), Description(request_id));
    EXPECT_TRUE(run.ok()) << run.status();
    return run.ok() ? *run : nullptr;
  }

  // The run as it ended.
  static v1::Run End(brant::Run& run) {
    absl::Notification finished;
    auto subscription = run.events().Subscribe([&] {
      if (run.events().finished() && !finished.HasBeenNotified()) finished.Notify();
    });
    if (!run.events().finished()) finished.WaitForNotification();
    return run.Snapshot();
  }
  static v1::ErrorReason ReasonOfEnd(brant::Run& run) {
    return ReasonOf(FromRpcStatus(End(run).error()));
  }

  std::unique_ptr<Database> database_;
  const Migrator migrator_;
  std::unique_ptr<Session> holder_;
};

}  // namespace brant

#endif  // BRANT_AGENT_RUNS_RUN_MANAGER_FIXTURE_H_
