#include "agent/service/server.h"

#include <grpcpp/generic/generic_stub.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agent/service/service_test_base.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

class ServerTest : public ServiceTest {
 protected:
  // grpc.health.v1.HealthCheckResponse.status by its number: 1 SERVING,
  // 2 NOT_SERVING; -1 if the call failed. Its wire form is simple enough.
  int Health() {
    grpc::GenericStub stub(channel_);
    grpc::CompletionQueue queue;
    auto context = NewContext();
    grpc::ByteBuffer request{nullptr, 0}, reply;
    auto call =
        stub.PrepareUnaryCall(context.get(), "/grpc.health.v1.Health/Check", request, &queue);
    call->StartCall();
    grpc::Status status;
    call->Finish(&reply, &status, nullptr);
    void* tag;
    bool ok;
    queue.Next(&tag, &ok);
    if (!status.ok()) return -1;
    std::vector<grpc::Slice> slices;
    (void)reply.Dump(&slices);
    std::string bytes;
    for (const grpc::Slice& slice : slices) {
      bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    return bytes.size() == 2 ? bytes[1] : 0;
  }
  void AwaitHealth(int expected) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (Health() != expected) {
      ASSERT_LT(absl::Now(), deadline);
      std::this_thread::yield();
    }
  }
};

TEST_F(ServerTest, IsHealthyOnceTheDatabaseAnswers) {
  AwaitHealth(1);
  server_->AnnounceShutdown();
  EXPECT_EQ(Health(), 2);
}

TEST_F(ServerTest, AddressesAreGivenWithTheirPorts) {
  ASSERT_EQ(server_->addresses().size(), 1u);
  EXPECT_THAT(server_->addresses()[0], ::testing::StartsWith("127.0.0.1:"));
  EXPECT_NE(server_->addresses()[0], "127.0.0.1:0");
}

TEST_F(ServerTest, ListensOnAUnixSocketToo) {
  ListenOptions listen;
  listen.addresses = {absl::StrCat("unix://", folder_, "/socket"), "127.0.0.1:0"};
  auto server = Server::Listen(*agent_, listen);
  ASSERT_TRUE(server.ok()) << server.status();
  for (const std::string& address : (*server)->addresses()) {
    auto stub =
        v1::RunService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
    v1::ListRunsResponse response;
    const grpc::Status status =
        stub->ListRuns(NewContext().get(), v1::ListRunsRequest(), &response);
    EXPECT_TRUE(status.ok()) << address << ": " << status.error_message();
  }
}

TEST_F(ServerTest, AddressesThatOthersReachAreRefused) {
  for (const char* address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.org:0",
                              "127.0.0.1.example.org:0", "localhost.example.org:0", ":0"}) {
    ListenOptions listen;
    listen.addresses = {"127.0.0.1:0", address};
    auto server = Server::Listen(*agent_, listen);
    ASSERT_FALSE(server.ok()) << address;
    EXPECT_EQ(ReasonOf(server.status()), v1::ERROR_REASON_INVALID_REQUEST);
    EXPECT_THAT(std::string(server.status().message()), HasSubstr(address));
    EXPECT_THAT(ErrorDetail(server.status(), "hint"), HasSubstr("--insecure-remote"));
  }
  ListenOptions listen;
  listen.addresses = {"0.0.0.0:0"};
  listen.insecure_remote = true;
  EXPECT_TRUE(Server::Listen(*agent_, listen).ok());
}

TEST_F(ServerTest, LocalAddresses) {
  for (const char* address : {"127.0.0.1:1", "127.1.2.3:1", "localhost:1", "[::1]:1",
                              "unix:///run/brant/socket", "unix:relative"}) {
    EXPECT_TRUE(IsLocalAddress(address)) << address;
  }
}

TEST_F(ServerTest, APortThatIsTakenIsAnError) {
  ListenOptions listen;
  listen.addresses = {server_->addresses()[0]};
  auto server = Server::Listen(*agent_, listen);
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(ReasonOf(server.status()), v1::ERROR_REASON_SYSTEM_ERROR);
  EXPECT_EQ(server.status().message(), absl::StrCat("can't listen on ", listen.addresses[0]));
  EXPECT_THAT(ErrorDetail(server.status(), "hint"), HasSubstr("--listen"));
  // Of several, the one that can't be had is named.
  listen.addresses = {"127.0.0.1:0", server_->addresses()[0], "127.0.0.1:0"};
  EXPECT_EQ(Server::Listen(*agent_, listen).status().message(),
            absl::StrCat("can't listen on ", listen.addresses[1]));
}

// As brantd does on SIGTERM.
TEST_F(ServerTest, ShutdownDuringARunEndsItsStreamsInOrder) {
  const std::string digest = Upload(Endless());
  std::vector<v1::RunEvent> events;
  grpc::Status status;
  std::thread client([&, request = UpgradeTo(digest)] { events = Upgrade(request, &status); });
  while (agent_->runs().Active() == nullptr) std::this_thread::yield();
  // Before the last step: a shutdown begins no other.
  const auto active = agent_->runs().Active();
  while (active->Snapshot().steps_done() < 2) std::this_thread::yield();
  // These two have nothing to do with runs, and end as well.
  auto watch_context = NewContext();
  v1::WatchStatusRequest watch_request;
  watch_request.set_bundle_digest(digest);
  auto watch = migrations_->WatchStatus(watch_context.get(), watch_request);
  v1::WatchStatusResponse watched;
  ASSERT_TRUE(watch->Read(&watched));

  const absl::Time start = absl::Now();
  server_->AnnounceShutdown();
  agent_->StopWaiting();
  // Before the run has ended.
  while (watch->Read(&watched)) {
  }
  EXPECT_EQ(ReasonOf(watch->Finish()), v1::ERROR_REASON_SHUTTING_DOWN);
  EXPECT_NE(agent_->runs().Active(), nullptr);
  agent_->runs().Shutdown(absl::Milliseconds(10));
  agent_->StopWorkers();
  server_->Shutdown(absl::Seconds(2));
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
  client.join();
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_FALSE(events.empty());
  const v1::Run& run = events.back().run_finished().run();
  EXPECT_EQ(run.state(), v1::RUN_STATE_INTERRUPTED);
  EXPECT_EQ(ReasonOf(FromRpcStatus(run.error())), v1::ERROR_REASON_SHUTTING_DOWN);
  EXPECT_EQ(One("SELECT state FROM brant_runs"), "interrupted");
  // The next agent goes on from there.
  AgentOptions options;
  Restart(options);
  EXPECT_EQ(GetStatus(Upload(Endless())).pending_count(), 1);
}

TEST_F(ServerTest, WhileShuttingDownNewRunsAreRefusedAndReadsAnswered) {
  const std::string digest = Upload(Two());
  agent_->runs().Shutdown(absl::ZeroDuration());
  grpc::Status status;
  Upgrade(UpgradeTo(digest), &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_SHUTTING_DOWN);
  EXPECT_EQ(GetStatus(digest).pending_count(), 2);
}

TEST_F(ServerTest, AStoppedWorkerAnswersEveryCall) {
  agent_->worker().Stop();
  grpc::Status status;
  Upgrade(UpgradeTo("x"), &status);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_SHUTTING_DOWN);
  Watch("x", 0, &status);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_SHUTTING_DOWN);
  v1::GetStatusResponse status_response;
  EXPECT_EQ(ReasonOf(migrations_->GetStatus(NewContext().get(), v1::GetStatusRequest(),
                                            &status_response)),
            v1::ERROR_REASON_SHUTTING_DOWN);
  auto context = NewContext();
  auto watch = migrations_->WatchStatus(context.get(), v1::WatchStatusRequest());
  v1::WatchStatusResponse watched;
  EXPECT_FALSE(watch->Read(&watched));
  EXPECT_EQ(ReasonOf(watch->Finish()), v1::ERROR_REASON_SHUTTING_DOWN);
  v1::UploadBundleResponse uploaded;
  auto upload_context = NewContext();
  auto upload = bundles_->UploadBundle(upload_context.get(), &uploaded);
  upload->WritesDone();
  EXPECT_EQ(ReasonOf(upload->Finish()), v1::ERROR_REASON_SHUTTING_DOWN);
}

// The health check that the agent's worker makes now and again.
TEST_F(ServerTest, AServerMayEndBeforeItsAgent) {
  for (int i = 0; i < 20; ++i) {
    ListenOptions listen;
    listen.addresses = {"127.0.0.1:0"};
    ASSERT_TRUE(Server::Listen(*agent_, listen).ok());
  }
  EXPECT_TRUE(GetStatus(Upload(Two())).pending_count() == 2);
}

}  // namespace
}  // namespace brant
