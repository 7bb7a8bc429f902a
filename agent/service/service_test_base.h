// An agent that serves a SQLite file on loopback, for tests of its API.

#ifndef BRANT_AGENT_SERVICE_SERVICE_TEST_BASE_H_
#define BRANT_AGENT_SERVICE_SERVICE_TEST_BASE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/base/error.h"
#include "agent/migrate/testing.h"
#include "agent/runs/agent.h"
#include "agent/service/server.h"
#include "brant/v1/bundle_service.grpc.pb.h"
#include "brant/v1/migration_service.grpc.pb.h"
#include "brant/v1/run_service.grpc.pb.h"
#include "brant/v1/schema_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {

// What a call failed with, read from its trailer as a client must.
absl::Status ErrorOf(const grpc::Status& status);
v1::ErrorReason ReasonOf(const grpc::Status& status);

// The client's side of a call that must not take for ever.
std::unique_ptr<grpc::ClientContext> NewContext();

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest();
  ~ServiceTest() override;

  // Ends the server and starts a new one, with a new agent if asked for.
  void Restart(const AgentOptions& options);

  // Uploads a bundle; its digest.
  std::string Upload(const std::vector<TestMigration>& migrations);
  static v1::UploadBundleRequest UploadRequest(const std::vector<TestMigration>& migrations);

  // a makes a table t, b inserts two rows.
  static std::vector<TestMigration> Two();
  // As Two, and c takes until it is cancelled.
  static std::vector<TestMigration> Endless();

  v1::UpgradeRequest UpgradeTo(const std::string& digest, const std::string& target = "heads");
  // The events of an upgrade, to the end.
  std::vector<v1::RunEvent> Upgrade(const v1::UpgradeRequest& request, grpc::Status* status);
  std::vector<v1::RunEvent> Watch(const std::string& run_id, int64_t after,
                                  grpc::Status* status = nullptr);
  // Upgrades to the heads, which must succeed; the run as it ended.
  v1::Run UpgradeAll(const std::string& digest);
  // Waits until a run of this agent has got so far.
  void AwaitEvent(const std::string& run_id, v1::RunEvent::EventCase event);
  v1::Status GetStatus(const std::string& digest);

  // Keeps runs waiting.
  void HoldLock();
  void ReleaseLock();
  std::string One(absl::string_view sql);

  std::string folder_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::MigrationService::Stub> migrations_;
  std::unique_ptr<v1::RunService::Stub> runs_;
  std::unique_ptr<v1::BundleService::Stub> bundles_;
  std::unique_ptr<v1::SchemaService::Stub> schemas_;
  int requests_ = 0;
};

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_SERVICE_TEST_BASE_H_
