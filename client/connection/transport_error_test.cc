#include "client/connection/transport_error.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace brant {
namespace {

TEST(ExplainTransportErrorTest, SaysInPlainWordsWhatFailed) {
  const std::string before = "connections to all backends failing; last error: ";
  const std::pair<std::string, std::string> cases[] = {
      {before + "UNKNOWN: ipv4:127.0.0.1:1: Failed to connect to remote host: Connection refused",
       "connection refused: nothing listens there"},
      {"DNS resolution failed for nosuch:1: C-ares status is not ARES_SUCCESS qtype=AAAA "
       "name=nosuch is_balancer=0: Domain name not found",
       "the name was not found"},
      {"DNS resolution failed for a:1: C-ares status is not ARES_SUCCESS qtype=A name=a "
       "is_balancer=0: Could not contact DNS servers",
       "the name could not be looked up: no DNS server answered"},
      {before + "UNKNOWN: unix:/a: No such file or directory", "there is no such socket"},
      {before + "UNKNOWN: ipv4:10.0.0.1:1: Timeout occurred: FD Shutdown", "timed out: no answer"},
      {before + "INTERNAL: ipv4:127.0.0.1:1: Trying to connect an http1.x server",
       "what answers there is no Brant agent: it speaks HTTP/1"},
      {before + "UNAVAILABLE: ipv4:127.0.0.1:1: Socket closed",
       "it ended the connection at once: no Brant agent, or one behind TLS"},
      {"failed to connect to all addresses; last error: SSL_ERROR_SSL: WRONG_VERSION_NUMBER",
       "the TLS handshake failed; agents are reached without TLS"},
      {"Socket closed", "the connection was lost"},
      {"recvmsg:Connection reset by peer", "the connection was lost"},
      {"keepalive watchdog timeout", "timed out: it stopped answering"},
      {"", "no answer"},
  };
  for (const auto& [theirs, ours] : cases) EXPECT_EQ(ExplainTransportError(theirs), ours) << theirs;
}

TEST(ExplainTransportErrorTest, WhatIsNotKnownIsKept) {
  EXPECT_EQ(ExplainTransportError("connections to all backends failing; last error: odd"), "odd");
  EXPECT_EQ(ExplainTransportError("something else"), "something else");
}

}  // namespace
}  // namespace brant
