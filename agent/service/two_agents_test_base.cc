#include "agent/service/two_agents_test_base.h"

#include <utility>

namespace brant {

TwoAgentsTest::HeldUpgrade::HeldUpgrade(TwoAgentsTest& test, const std::string& digest) {
  test.HoldLock();
  client_ = std::thread([this, &test, request = test.UpgradeTo(digest)] {
    grpc::Status status;
    events = test.Upgrade(request, &status);
    EXPECT_TRUE(status.ok()) << status.error_message();
  });
  while (test.agent_->runs().Active() == nullptr) std::this_thread::yield();
  run = test.agent_->runs().Active();
  subscription_ = run->events().Subscribe([this] {
    while (const v1::RunEvent* event = run->events().After(seen_)) {
      seen_ = event->sequence();
      if (event->step_finished().position() == 2) go_on_.WaitForNotification();
    }
  });
  test.ReleaseLock();
}

TwoAgentsTest::HeldUpgrade::~HeldUpgrade() {
  if (client_.joinable()) Finish();
}

void TwoAgentsTest::HeldUpgrade::Finish() {
  go_on_.Notify();
  client_.join();
}

TwoAgentsTest::TwoAgentsTest() {
  Restart(Options("first"));
  other_agent_ = std::make_unique<Agent>(database_.get(), Options("second"));
  ListenOptions listen;
  listen.addresses = {"127.0.0.1:0"};
  other_server_ = Server::Listen(*other_agent_, listen).value();
  auto channel =
      grpc::CreateChannel(other_server_->addresses()[0], grpc::InsecureChannelCredentials());
  other_migrations_ = v1::MigrationService::NewStub(channel);
  other_runs_ = v1::RunService::NewStub(channel);
}

TwoAgentsTest::~TwoAgentsTest() {
  other_server_.reset();
  other_agent_.reset();
}

AgentOptions TwoAgentsTest::Options(const std::string& name) {
  AgentOptions options;
  options.migrator.agent = name;
  options.migrator.monitor_interval = absl::Milliseconds(20);
  options.poll_interval = absl::Milliseconds(20);
  return options;
}

std::string TwoAgentsTest::Share(const std::vector<TestMigration>& migrations) {
  auto bundle = MakeTestBundle(migrations);
  agent_->bundles().Add(bundle);
  other_agent_->bundles().Add(bundle);
  return bundle->digest;
}

std::vector<TestMigration> TwoAgentsTest::Three() {
  std::vector<TestMigration> migrations = Two();
  migrations.push_back(
      {.id = "c", .revises = "b", .upgrade = "INSERT INTO t VALUES (3);", .downgrade = ""});
  return migrations;
}

v1::Run TwoAgentsTest::UpgradeByOther(const v1::UpgradeRequest& request) {
  auto context = NewContext();
  auto reader = other_migrations_->Upgrade(context.get(), request);
  v1::UpgradeResponse response;
  while (reader->Read(&response)) {
  }
  const grpc::Status status = reader->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.event().run_finished().run();
}

v1::Status TwoAgentsTest::StatusOfOther(const std::string& digest) {
  v1::GetStatusRequest request;
  request.set_bundle_digest(digest);
  v1::GetStatusResponse response;
  EXPECT_TRUE(other_migrations_->GetStatus(NewContext().get(), request, &response).ok());
  return response.status();
}

absl::Status TwoAgentsTest::Wait(const std::string& digest, const std::string& revision) {
  auto context = NewContext();
  v1::WaitForRevisionRequest request;
  request.set_bundle_digest(digest);
  request.set_revision(revision);
  auto reader = other_migrations_->WaitForRevision(context.get(), request);
  v1::WaitForRevisionResponse response;
  bool reached = false;
  while (reader->Read(&response)) {
    EXPECT_FALSE(reached);
    reached = response.reached();
  }
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return ErrorOf(status);
  EXPECT_TRUE(reached);
  return absl::OkStatus();
}

std::vector<v1::PlanResponse> TwoAgentsTest::Plan(const std::string& digest, v1::RunKind kind,
                                                  const std::string& target, grpc::Status* status) {
  v1::PlanRequest request;
  request.set_bundle_digest(digest);
  request.set_kind(kind);
  request.add_targets(target);
  auto context = NewContext();
  auto reader = other_migrations_->Plan(context.get(), request);
  std::vector<v1::PlanResponse> parts;
  for (v1::PlanResponse part; reader->Read(&part);) parts.push_back(part);
  *status = reader->Finish();
  return parts;
}

}  // namespace brant
