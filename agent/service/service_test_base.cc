#include "agent/service/service_test_base.h"

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/database/open.h"
#include "agent/database/url.h"

namespace brant {

absl::Status ErrorOf(const grpc::Status& status) {
  google::rpc::Status rpc;
  if (!rpc.ParseFromString(status.error_details())) return absl::DataLossError("no details");
  EXPECT_EQ(rpc.code(), static_cast<int>(status.error_code()));
  EXPECT_EQ(rpc.message(), status.error_message());
  return FromRpcStatus(rpc);
}

v1::ErrorReason ReasonOf(const grpc::Status& status) {
  return status.ok() ? v1::ERROR_REASON_UNSPECIFIED : ReasonOf(ErrorOf(status));
}

std::unique_ptr<grpc::ClientContext> NewContext() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  return context;
}

ServiceTest::ServiceTest() {
  // The path of a socket may have 107 bytes, which Bazel's folder leaves too few of.
  std::string pattern = "/tmp/brant-service.XXXXXX";
  folder_ = mkdtemp(pattern.data());
  auto url = ParseDatabaseUrl(absl::StrCat("sqlite:///", folder_, "/app.db"));
  database_ = OpenDatabase(*url).value();
  session_ = database_->Connect(SessionOptions()).value();
  AgentOptions options;
  options.migrator.agent = "test-agent";
  Restart(options);
}

ServiceTest::~ServiceTest() {
  server_.reset();
  agent_.reset();
  session_.reset();
  std::filesystem::remove_all(folder_);
}

void ServiceTest::Restart(const AgentOptions& options) {
  server_.reset();
  agent_ = std::make_unique<Agent>(database_.get(), options);
  ListenOptions listen;
  listen.addresses = {"127.0.0.1:0"};
  auto server = Server::Listen(*agent_, listen);
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  channel_ = grpc::CreateChannel(server_->addresses()[0], grpc::InsecureChannelCredentials());
  migrations_ = v1::MigrationService::NewStub(channel_);
  runs_ = v1::RunService::NewStub(channel_);
  bundles_ = v1::BundleService::NewStub(channel_);
  schemas_ = v1::SchemaService::NewStub(channel_);
}

v1::UploadBundleRequest ServiceTest::UploadRequest(const std::vector<TestMigration>& migrations) {
  v1::UploadBundleRequest request;
  std::vector<SourceFile> files = MakeTestFiles(migrations);
  request.set_digest(BundleDigest(files));
  for (SourceFile& file : files) {
    v1::BundleFile* uploaded = request.add_files();
    uploaded->set_name(file.name);
    uploaded->set_content(file.content);
  }
  return request;
}

std::string ServiceTest::Upload(const std::vector<TestMigration>& migrations) {
  auto context = NewContext();
  v1::UploadBundleResponse response;
  auto writer = bundles_->UploadBundle(context.get(), &response);
  const v1::UploadBundleRequest request = UploadRequest(migrations);
  EXPECT_TRUE(writer->Write(request));
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  return request.digest();
}

std::vector<TestMigration> ServiceTest::Two() {
  return {{.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);", .downgrade = "DROP TABLE t;"},
          {.id = "b",
           .revises = "a",
           .upgrade = "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);",
           .downgrade = "DELETE FROM t;",
           .labels = "billing"}};
}

std::vector<TestMigration> ServiceTest::Endless() {
  std::vector<TestMigration> migrations = Two();
  migrations.push_back(
      {.id = "c",
       .revises = "b",
       .upgrade = "INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                  "WHERE i < 100000000000) SELECT count(*) FROM n;"});
  return migrations;
}

v1::UpgradeRequest ServiceTest::UpgradeTo(const std::string& digest, const std::string& target) {
  v1::UpgradeRequest request;
  request.set_request_id(absl::StrCat("request-", ++requests_));
  request.set_bundle_digest(digest);
  request.set_target(target);
  request.mutable_options()->set_actor("tester");
  return request;
}

std::vector<v1::RunEvent> ServiceTest::Upgrade(const v1::UpgradeRequest& request,
                                               grpc::Status* status) {
  auto context = NewContext();
  auto reader = migrations_->Upgrade(context.get(), request);
  std::vector<v1::RunEvent> events;
  v1::UpgradeResponse response;
  while (reader->Read(&response)) events.push_back(response.event());
  *status = reader->Finish();
  return events;
}

v1::Run ServiceTest::UpgradeAll(const std::string& digest) {
  grpc::Status status;
  const std::vector<v1::RunEvent> events = Upgrade(UpgradeTo(digest), &status);
  EXPECT_TRUE(status.ok()) << status.error_message();
  if (events.empty()) return v1::Run();
  const v1::Run& run = events.back().run_finished().run();
  EXPECT_EQ(run.state(), v1::RUN_STATE_SUCCEEDED) << run.DebugString();
  return run;
}

std::vector<v1::RunEvent> ServiceTest::Watch(const std::string& run_id, int64_t after,
                                             grpc::Status* status) {
  auto context = NewContext();
  v1::WatchRunRequest request;
  request.set_run_id(run_id);
  request.set_after_sequence(after);
  auto reader = runs_->WatchRun(context.get(), request);
  std::vector<v1::RunEvent> events;
  v1::WatchRunResponse response;
  while (reader->Read(&response)) events.push_back(response.event());
  const grpc::Status finished = reader->Finish();
  if (status != nullptr) *status = finished;
  return events;
}

void ServiceTest::AwaitEvent(const std::string& run_id, v1::RunEvent::EventCase event) {
  auto context = NewContext();
  v1::WatchRunRequest request;
  request.set_run_id(run_id);
  auto reader = runs_->WatchRun(context.get(), request);
  v1::WatchRunResponse response;
  while (reader->Read(&response)) {
    if (response.event().event_case() == event) return context->TryCancel();
  }
  FAIL() << "the stream ended: " << reader->Finish().error_message();
}

v1::Status ServiceTest::GetStatus(const std::string& digest) {
  auto context = NewContext();
  v1::GetStatusRequest request;
  request.set_bundle_digest(digest);
  v1::GetStatusResponse response;
  const grpc::Status status = migrations_->GetStatus(context.get(), request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.status();
}

void ServiceTest::HoldLock() { ASSERT_TRUE(session_->TryLock("test").value()); }
void ServiceTest::ReleaseLock() { ASSERT_TRUE(session_->ReleaseLock("test").ok()); }

std::string ServiceTest::One(absl::string_view sql) {
  auto rows = session_->Query(sql);
  EXPECT_TRUE(rows.ok()) << rows.status();
  return rows.ok() && !rows->empty() ? rows->front().front().value_or("NULL") : "nothing";
}

}  // namespace brant
