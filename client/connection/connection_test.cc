#include "client/connection/connection.h"

#include "agent/base/error.h"
#include "client/connection/rpc_status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::HasSubstr;

std::string AddressOf(const std::string& text) {
  auto connection = ConnectRemote(text);
  return connection.ok() ? (*connection)->address() : std::string(connection.status().message());
}

TEST(ConnectRemoteTest, PortMayBeLeftOut) {
  EXPECT_EQ(AddressOf("brantd.internal:7000"), "brantd.internal:7000");
  EXPECT_EQ(AddressOf("brantd.internal"), "brantd.internal:7420");
  EXPECT_EQ(AddressOf("10.0.0.1"), "10.0.0.1:7420");
  EXPECT_EQ(AddressOf("[::1]"), "[::1]:7420");
  EXPECT_EQ(AddressOf("::1"), "[::1]:7420");
  EXPECT_EQ(AddressOf("[::1]:7000"), "[::1]:7000");
  EXPECT_EQ(AddressOf(" a:1 "), "a:1");
  EXPECT_EQ(AddressOf("unix:///run/brantd.sock"), "unix:///run/brantd.sock");
}

TEST(ConnectRemoteTest, WhatIsNoAddressIsRefused) {
  for (const char* text : {"", "a,,b", "http://a:1", "a/b", "a:port", "a:0", "a:70000", ":7420"}) {
    EXPECT_THAT(AddressOf(text), HasSubstr("is no address of an agent")) << text;
  }
}

TEST(ConnectRemoteTest, APasswordInAUrlIsNotPrinted) {
  const std::string error = std::string(AddressOf("postgresql://brant:secret@db/app"));
  EXPECT_THAT(error, HasSubstr("is no address of an agent"));
  EXPECT_THAT(error, ::testing::Not(HasSubstr("secret")));
}

TEST(ConnectRemoteTest, AddressesAreTriedInARound) {
  auto connection = *ConnectRemote("a:1,b:2");
  EXPECT_EQ(connection->address(), "a:1");
  EXPECT_TRUE(connection->Failed(absl::OkStatus()));
  EXPECT_EQ(connection->address(), "b:2");
  EXPECT_FALSE(connection->Failed(absl::OkStatus())) << "the round is over";
  EXPECT_EQ(connection->address(), "a:1");
}

TEST(ConnectRemoteTest, EveryAddressThatWasTriedIsNamedWithItsReason) {
  auto connection = *ConnectRemote("a:1,b:2");
  const auto refused = [](const char* agent) {
    return FromGrpcStatus(
        grpc::Status(grpc::StatusCode::UNAVAILABLE,
                     "connections to all backends failing; last error: UNKNOWN: ipv4:1.2.3.4:1: "
                     "Failed to connect to remote host: Connection refused"),
        agent);
  };
  connection->Failed(refused("a:1"));
  EXPECT_EQ(connection->Explain(refused("a:1")).message(),
            "can't reach the agent at a:1: connection refused: nothing listens there");
  const absl::Status other = Error(v1::ERROR_REASON_DATABASE_UNREACHABLE, "no database");
  connection->Failed(other);
  const absl::Status status = connection->Explain(other);
  EXPECT_EQ(status.message(),
            "none of the agents can be used: a:1: connection refused: nothing listens there; b:2: "
            "no database");
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DATABASE_UNREACHABLE);
  // An error of another call is not theirs.
  const absl::Status unrelated = Error(v1::ERROR_REASON_INVALID_TARGET, "no such target");
  EXPECT_EQ(connection->Explain(unrelated), unrelated);
  // What was wrong before an agent helped is not told again.
  connection->Answered();
  connection->Failed(other);
  EXPECT_EQ(connection->Explain(other), other);
}

TEST(RpcStatusTest, TransportErrorsNameTheAgent) {
  absl::Status status =
      FromGrpcStatus(grpc::Status(grpc::StatusCode::UNAVAILABLE, "Socket closed"), "a:1");
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_AGENT_UNREACHABLE);
  EXPECT_EQ(status.message(), "can't reach the agent at a:1: the connection was lost");
  EXPECT_TRUE(IsTransient(status));
  status = FromGrpcStatus(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, ""), "a:1");
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_AGENT_UNREACHABLE);
  for (grpc::StatusCode code : {grpc::StatusCode::CANCELLED, grpc::StatusCode::UNKNOWN}) {
    status = FromGrpcStatus(grpc::Status(code, "stream removed"), "a:1");
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_AGENT_UNREACHABLE)
        << "a server that shuts down ends its calls so";
  }
  status = FromGrpcStatus(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, ""), "a:1");
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INTERNAL);
  EXPECT_FALSE(IsTransient(status));
}

TEST(RpcStatusTest, AgentsErrorsArriveWhole) {
  const absl::Status made = Error(v1::ERROR_REASON_LOCK_TIMEOUT, "late").Hint("wait");
  const grpc::Status sent(static_cast<grpc::StatusCode>(made.code()), "late",
                          ToRpcStatus(made).SerializeAsString());
  EXPECT_EQ(FromGrpcStatus(sent, "a:1"), made);
  EXPECT_FALSE(IsTransient(made));
}

}  // namespace
}  // namespace brant
