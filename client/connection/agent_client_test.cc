#include "client/connection/agent_client.h"

#include "agent/base/error.h"
#include "client/connection/fake_agent.h"
#include "client/connection/fake_source.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::SizeIs;

TEST(AgentClientTest, ReadsAreTriedAgainAndUploadToo) {
  FakeAgent agent;
  FakeSource source;
  absl::Time now = absl::UnixEpoch();
  AgentClientOptions options;
  options.clock.now = [&now] { return now; };
  options.clock.sleep = [&now](absl::Duration duration) { now += duration; };
  AgentClient client(*ConnectRemote(agent.address()), options);
  const grpc::Status broken(grpc::StatusCode::UNAVAILABLE, "connection reset");
  agent.AddGetStatus(broken);
  agent.AddGetStatus(GrpcError(Error(v1::ERROR_REASON_BUNDLE_UNKNOWN, "unknown")));
  v1::GetStatusResponse answer;
  answer.mutable_status()->set_agent("a");
  agent.AddGetStatus(grpc::Status::OK, answer);
  absl::StatusOr<v1::GetStatusResponse> response = client.GetStatus(source);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status().agent(), "a");
  EXPECT_THAT(agent.uploads(), SizeIs(1));
  EXPECT_THAT(agent.statuses(), SizeIs(3));

  const grpc::Status unknown = GrpcError(Error(v1::ERROR_REASON_BUNDLE_UNKNOWN, "unknown"));
  agent.AddGetStatus(unknown);
  agent.AddGetStatus(unknown);
  agent.AddGetStatus(grpc::Status::OK, answer);
  ASSERT_TRUE(client.GetStatus(source).ok()) << "the agent restarted after the first upload";
  EXPECT_THAT(agent.uploads(), SizeIs(3));
}

}  // namespace
}  // namespace brant
