// What the services do while the database does not answer, and their limits.

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/database/open.h"
#include "agent/database/url.h"
#include "agent/migrate/testing.h"
#include "agent/runs/agent.h"
#include "agent/service/server.h"
#include "brant/v1/bundle_service.grpc.pb.h"
#include "brant/v1/migration_service.grpc.pb.h"
#include "brant/v1/run_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using RunPtr = std::shared_ptr<Run>;

// A database in memory that can stop answering those who connect to read.
class ShyDatabase final : public Database {
 public:
  ShyDatabase() : inner_(OpenDatabase(ParseDatabaseUrl("sqlite://").value()).value()) {}

  Dialect dialect() const override { return inner_->dialect(); }
  std::string DisplayName() const override { return inner_->DisplayName(); }
  absl::StatusOr<std::unique_ptr<Session>> Connect(const SessionOptions& options) override {
    if (options.read_only) {
      absl::MutexLock lock(&mutex_);
      ++readers_;
      mutex_.Await(absl::Condition(&answering_));
    }
    return inner_->Connect(options);
  }
  absl::StatusOr<std::string> ServerVersion(Session& session) override {
    return inner_->ServerVersion(session);
  }
  absl::StatusOr<bool> TableExists(Session& session, absl::string_view schema,
                                   absl::string_view table) override {
    return inner_->TableExists(session, schema, table);
  }

  void Answer(bool answering) {
    absl::MutexLock lock(&mutex_);
    answering_ = answering;
  }
  // Returns when somebody has asked to read.
  void AwaitReader() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &ShyDatabase::HasReader));
  }
  int readers() {
    absl::MutexLock lock(&mutex_);
    return readers_;
  }

 private:
  bool HasReader() const { return readers_ > 0; }

  std::unique_ptr<Database> inner_;
  absl::Mutex mutex_;
  bool answering_ = true;
  int readers_ = 0;
};

class SilentDatabaseTest : public ::testing::Test {
 protected:
  // An agent with a server, and a client's connection to it.
  struct Node {
    explicit Node(Database* database) : agent(database, AgentOptions()) {
      static int count = 0;
      const std::string address =
          absl::StrCat("unix:///tmp/brant-service-test-", getpid(), "-", ++count);
      server = Server::Listen(agent, {.addresses = {address}}).value();
      channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
      migrations = v1::MigrationService::NewStub(channel);
      runs = v1::RunService::NewStub(channel);
      bundles = v1::BundleService::NewStub(channel);
    }

    Agent agent;
    std::unique_ptr<Server> server;
    std::shared_ptr<grpc::Channel> channel;
    std::unique_ptr<v1::MigrationService::Stub> migrations;
    std::unique_ptr<v1::RunService::Stub> runs;
    std::unique_ptr<v1::BundleService::Stub> bundles;
  };

  ~SilentDatabaseTest() override { database_.Answer(true); }

  RunPtr Start(Agent& agent, const std::string& target) {
    RunRequest request;
    request.goal.targets = {target};
    request.bundle = MakeTestBundle({{.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);"},
                                     {.id = "b", .revises = "a", .upgrade = "SELECT 1;"}});
    v1::Run description;
    description.set_request_id(absl::StrCat("request-", target));
    description.set_kind(v1::RUN_KIND_UPGRADE);
    *description.mutable_create_time() = ToTimestamp(absl::Now());
    return agent.runs().Start(std::move(request), std::move(description)).value();
  }
  static void Await(const RunPtr& run) {
    absl::Mutex mutex;
    bool finished = false;
    auto look = [&] {
      absl::MutexLock lock(&mutex);
      finished = finished || run->events().finished();
    };
    auto subscription = run->events().Subscribe(look);
    look();
    absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(&finished));
  }

  // Far more than a call takes that waits for nothing.
  static void SetDeadline(grpc::ClientContext& context) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  }
  static absl::Status FromGrpc(const grpc::Status& status) {
    google::rpc::Status proto;
    EXPECT_TRUE(proto.ParseFromString(status.error_details())) << status.error_message();
    return FromRpcStatus(proto);
  }

  ShyDatabase database_;
};

// What grpc.health.v1.Health.Check says: 1: SERVING, 2: NOT_SERVING.
int Health(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::Slice empty;
  const grpc::ByteBuffer request(&empty, 1);
  grpc::ByteBuffer response;
  grpc::Status status;
  absl::Notification done;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request, &response,
                 [&](grpc::Status result) {
                   status = std::move(result);
                   done.Notify();
                 });
  done.WaitForNotification();
  EXPECT_TRUE(status.ok()) << status.error_message();
  grpc::Slice message;
  if (!response.DumpToSingleSlice(&message).ok() || message.size() != 2) return 0;
  return message.begin()[1];
}

TEST_F(SilentDatabaseTest, KnownRunsAreWatchedAndCancelledWhileTheDatabaseDoesNotAnswerReads) {
  auto holder = database_.Connect(SessionOptions()).value();
  ASSERT_TRUE(holder->TryLock("brant_version").value_or(false));
  database_.Answer(false);
  Node node(&database_);
  database_.AwaitReader();  // the health check has the worker
  auto run = Start(node.agent, "a");

  grpc::ClientContext watch_context;
  SetDeadline(watch_context);
  v1::WatchRunRequest watch;
  watch.set_run_id(run->id());
  auto watcher = node.runs->WatchRun(&watch_context, watch);

  grpc::ClientContext context;
  SetDeadline(context);
  v1::CancelRunRequest request;
  request.set_run_id(run->id());
  v1::CancelRunResponse response;
  const grpc::Status status = node.runs->CancelRun(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.run().state(), v1::RUN_STATE_CANCELLED);

  v1::WatchRunResponse event;
  bool finished = false;
  while (watcher->Read(&event)) finished = event.event().has_run_finished();
  EXPECT_TRUE(finished);
  EXPECT_TRUE(watcher->Finish().ok());
  database_.Answer(true);
}

TEST_F(SilentDatabaseTest, CallsWhoseClientIsGoneAreSkipped) {
  database_.Answer(false);
  Node node(&database_);
  database_.AwaitReader();
  const int before = database_.readers();
  auto call = [&](auto method) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Milliseconds(50)));
    EXPECT_EQ(method(context).error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  };
  v1::UpgradeRequest upgrade;
  upgrade.set_request_id("left");
  upgrade.set_target("head");
  auto bundle = MakeTestBundle({{.id = "a", .upgrade = "CREATE TABLE t (x INTEGER);"}});
  node.agent.bundles().Add(bundle);
  upgrade.set_bundle_digest(bundle->digest);
  call([&](grpc::ClientContext& context) {
    auto stream = node.migrations->Upgrade(&context, upgrade);
    v1::UpgradeResponse response;
    while (stream->Read(&response)) continue;
    return stream->Finish();
  });
  call([&](grpc::ClientContext& context) {
    v1::ListRunsResponse response;
    return node.runs->ListRuns(&context, v1::ListRunsRequest(), &response);
  });
  EXPECT_EQ(database_.readers(), before);
  // An answer on the same connection: the agent has heard that they are gone.
  EXPECT_EQ(Health(node.channel), 2);
  database_.Answer(true);
  // What comes after them is answered.
  grpc::ClientContext context;
  SetDeadline(context);
  v1::ListRunsResponse response;
  EXPECT_TRUE(node.runs->ListRuns(&context, v1::ListRunsRequest(), &response).ok());
  EXPECT_EQ(response.runs_size(), 0);
  EXPECT_EQ(node.agent.runs().FindRequest("left"), nullptr);
}

TEST_F(SilentDatabaseTest, HealthIsNotServingBeforeTheDatabaseHasAnswered) {
  database_.Answer(false);
  Node node(&database_);
  EXPECT_EQ(Health(node.channel), 2);
  database_.Answer(true);
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  int health = 0;
  while (health != 1 && absl::Now() < deadline) health = Health(node.channel);
  EXPECT_EQ(health, 1);
}

TEST_F(SilentDatabaseTest, CallsThatWaitTheirTurnEndWhenTheAgentStops) {
  database_.Answer(false);
  Node node(&database_);
  database_.AwaitReader();
  std::vector<std::thread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&] {
      grpc::ClientContext context;
      SetDeadline(context);
      v1::ListRunsResponse response;
      const grpc::Status status = node.runs->ListRuns(&context, v1::ListRunsRequest(), &response);
      EXPECT_EQ(ReasonOf(FromGrpc(status)), v1::ERROR_REASON_SHUTTING_DOWN);
    });
    clients.emplace_back([&] {
      grpc::ClientContext context;
      SetDeadline(context);
      auto stream = node.migrations->WatchStatus(&context, v1::WatchStatusRequest());
      v1::WatchStatusResponse response;
      while (stream->Read(&response)) continue;
      EXPECT_EQ(ReasonOf(FromGrpc(stream->Finish())), v1::ERROR_REASON_SHUTTING_DOWN);
    });
  }
  // The task under way still waits for the database.
  std::thread stopper([&] { node.agent.StopWorkers(); });
  for (std::thread& client : clients) client.join();
  database_.Answer(true);
  stopper.join();
}

TEST_F(SilentDatabaseTest, TheEndOfARecordedRunIsNewToWhoHasSeenEvents) {
  std::string id;
  {
    Node node(&database_);
    auto run = Start(node.agent, "b");
    Await(run);
    id = run->id();
    ASSERT_EQ(run->Snapshot().state(), v1::RUN_STATE_SUCCEEDED) << run->Snapshot().DebugString();
  }
  Node restarted(&database_);
  std::vector<int64_t> ends;
  for (int64_t seen : {0, 1000}) {
    grpc::ClientContext context;
    SetDeadline(context);
    v1::WatchRunRequest request;
    request.set_run_id(id);
    request.set_after_sequence(seen);
    auto stream = restarted.runs->WatchRun(&context, request);
    v1::WatchRunResponse response;
    int64_t sequence = seen;
    while (stream->Read(&response)) {
      EXPECT_EQ(response.event().sequence(), ++sequence);
      EXPECT_TRUE(response.event().has_event_time());
    }
    EXPECT_TRUE(stream->Finish().ok());
    EXPECT_EQ(response.event().run_finished().run().state(), v1::RUN_STATE_SUCCEEDED);
    ends.push_back(sequence);
  }
  EXPECT_GT(ends[0], 5);
  EXPECT_EQ(ends[1], 1001);
}

TEST_F(SilentDatabaseTest, WhatIsTooLongIsRefused) {
  Node node(&database_);
  v1::UpgradeRequest request;
  request.set_request_id("r");
  auto reason = [&] {
    grpc::ClientContext context;
    SetDeadline(context);
    auto stream = node.migrations->Upgrade(&context, request);
    v1::UpgradeResponse response;
    while (stream->Read(&response)) continue;
    return ReasonOf(FromGrpc(stream->Finish()));
  };
  request.set_target("head");
  request.set_bundle_digest(std::string(64, 'a'));
  EXPECT_EQ(reason(), v1::ERROR_REASON_BUNDLE_UNKNOWN);
  request.set_target(std::string(1024, 'a'));
  EXPECT_EQ(reason(), v1::ERROR_REASON_BUNDLE_UNKNOWN);
  request.set_target(std::string(1025, 'a'));
  EXPECT_EQ(reason(), v1::ERROR_REASON_INVALID_REQUEST);
  request.set_target("head");
  request.set_bundle_digest(std::string(65, 'a'));
  EXPECT_EQ(reason(), v1::ERROR_REASON_INVALID_REQUEST);
}

TEST_F(SilentDatabaseTest, OnlySoManyUploadsAreTakenAtOnce) {
  database_.Answer(false);
  Node node(&database_);
  database_.AwaitReader();  // so that none ends before the last one has come
  struct Client {
    grpc::ClientContext context;
    v1::UploadBundleResponse response;
    std::unique_ptr<grpc::ClientWriter<v1::UploadBundleRequest>> writer;
  };
  Client clients[5];
  for (Client& client : clients) {
    SetDeadline(client.context);
    client.writer = node.bundles->UploadBundle(&client.context, &client.response);
  }
  for (Client& client : clients) client.writer->WritesDone();
  // An answer on the same connection: all of them have come.
  EXPECT_EQ(Health(node.channel), 2);
  database_.Answer(true);
  int refused = 0;
  for (Client& client : clients) {
    const grpc::Status status = client.writer->Finish();
    if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
      ++refused;
      EXPECT_EQ(ReasonOf(FromGrpc(status)), v1::ERROR_REASON_LIMIT_EXCEEDED);
    }
  }
  EXPECT_EQ(refused, 1);
}

}  // namespace
}  // namespace brant
