#include "client/connection/connection.h"

#include <chrono>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"
#include "agent/base/settings.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/create_channel_posix.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace brant {
namespace {

constexpr int kMaxReceiveBytes = 64 << 20;
// How long Connect() waits: nobody notices that.
constexpr auto kConnectWait = std::chrono::milliseconds(100);

grpc::ChannelArguments Arguments() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxReceiveBytes);
  // A dead agent is noticed within about 20 s while a run is followed; a
  // channel without calls stays silent.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Retries are this program's own: gRPC's must neither hide a failure nor hold
  // the next try back.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // How long one attempt to connect may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  // Neither is a service configuration looked up in DNS, nor a proxy used that
  // is meant for the web.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // A name with several addresses stands for several agents. The default policy
  // stays with the first one that takes the connection, also if that one answers
  // that it shuts down or has lost its database; with this one the next call
  // reaches another agent.
  arguments.SetLoadBalancingPolicyName("round_robin");
  return arguments;
}

// The same error in other words.
absl::Status WithMessage(const absl::Status& status, absl::string_view message) {
  absl::Status result(status.code(), message);
  status.ForEachPayload([&result](absl::string_view type_url, const absl::Cord& payload) {
    result.SetPayload(type_url, payload);
  });
  return result;
}

class RemoteConnection : public Connection {
 public:
  explicit RemoteConnection(std::vector<std::string> addresses)
      : addresses_(std::move(addresses)),
        channels_(addresses_.size()),
        failures_(addresses_.size()) {}

  std::shared_ptr<grpc::Channel> channel() override {
    std::shared_ptr<grpc::Channel>& channel = channels_[current_];
    if (channel == nullptr) channel = Open(addresses_[current_]);
    return channel;
  }

  std::shared_ptr<grpc::Channel> ChannelTo(const std::string& peer) override {
    // Else it is a Unix socket, behind which there is one agent.
    const bool known = absl::StartsWith(peer, "ipv4:") || absl::StartsWith(peer, "ipv6:");
    return known ? Open(peer) : channel();
  }

  std::string address() const override { return addresses_[current_]; }

  void Connect() override {
    const auto deadline = std::chrono::system_clock::now() + kConnectWait;
    grpc_connectivity_state state;
    do {
      state = channel()->GetState(/*try_to_connect=*/true);
    } while ((state == GRPC_CHANNEL_IDLE || state == GRPC_CHANNEL_CONNECTING) &&
             channel()->WaitForStateChange(state, deadline));
  }

  bool Failed(const absl::Status& status) override {
    failures_[current_] = status;
    last_failure_ = status;
    current_ = (current_ + 1) % addresses_.size();
    return current_ != 0;
  }

  void Answered() override { failures_.assign(addresses_.size(), absl::OkStatus()); }

  absl::Status Explain(absl::Status status) override {
    if (status == last_failure_) status = NameAllFailures(std::move(status));
    if (ReasonOf(status) != v1::ERROR_REASON_AGENT_UNREACHABLE) return status;
    return WithDetail(std::move(status), "hint",
                      "check that brantd runs there; --agent, BRANT_AGENT or brant.toml names the "
                      "address");
  }

 private:
  static std::shared_ptr<grpc::Channel> Open(const std::string& target) {
    return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), Arguments());
  }

  // The last failure, with the reasons of all addresses that failed.
  absl::Status NameAllFailures(absl::Status status) const {
    std::vector<std::string> reasons;
    for (size_t i = 0; i < addresses_.size(); ++i) {
      if (failures_[i].ok()) continue;
      std::string cause = ErrorDetail(failures_[i], "cause");
      if (cause.empty()) cause = std::string(failures_[i].message());
      reasons.push_back(absl::StrCat(addresses_[i], ": ", cause));
    }
    if (reasons.size() < 2) return status;
    return WithMessage(
        status, absl::StrCat("none of the agents can be used: ", absl::StrJoin(reasons, "; ")));
  }

  const std::vector<std::string> addresses_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  // Of each address since an agent has answered; OK: none.
  std::vector<absl::Status> failures_;
  absl::Status last_failure_;
  size_t current_ = 0;
};

class PrivateConnection : public Connection {
 public:
  explicit PrivateConnection(std::unique_ptr<AgentProcess> process)
      : process_(std::move(process)),
        channel_(grpc::CreateCustomInsecureChannelFromFd("brantd", process_->TakeSocket(),
                                                         Arguments())) {}

  std::shared_ptr<grpc::Channel> channel() override { return channel_; }
  std::string address() const override { return "the private agent"; }
  bool is_private() const override { return true; }

  absl::Status Explain(absl::Status status) override {
    if (ReasonOf(status) != v1::ERROR_REASON_AGENT_UNREACHABLE) return status;
    absl::Status end = process_->ExplainEnd();
    return end.ok() ? status : end;
  }

 private:
  const std::unique_ptr<AgentProcess> process_;
  // Declared after the process, so that it is closed before the process is
  // waited for.
  const std::shared_ptr<grpc::Channel> channel_;
};

absl::Status BadAddress(absl::string_view address) {
  // It may hold a password.
  if (absl::StrContains(address, "://") || absl::StrContains(address, '@')) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "a URL is no address of an agent")
        .Hint("write host:port or unix:///path; a database's URL goes to --database-url");
  }
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               absl::StrCat("'", address, "' is no address of an agent"))
      .Hint("write host:port or unix:///path");
}

absl::StatusOr<std::string> NormalizeAddress(absl::string_view address) {
  if (absl::StartsWith(address, "unix:") || absl::StartsWith(address, "dns:") ||
      absl::StartsWith(address, "ipv4:") || absl::StartsWith(address, "ipv6:")) {
    return std::string(address);
  }
  if (absl::StrContains(address, "://") || absl::StrContains(address, '/') ||
      absl::StrContains(address, ' ')) {
    return BadAddress(address);
  }
  // `[::1]` and `[::1]:7420`; a bare IPv6 address has more than one colon.
  const size_t colon = address.rfind(':');
  const bool bracketed = absl::StartsWith(address, "[");
  if (bracketed ? absl::EndsWith(address, "]") : colon == absl::string_view::npos) {
    return absl::StrCat(address, ":", kDefaultAgentPort);
  }
  if (!bracketed && address.find(':') != colon) {
    return absl::StrCat("[", address, "]:", kDefaultAgentPort);
  }
  int port;
  if (colon == 0 || !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 1 ||
      port > 65535) {
    return BadAddress(address);
  }
  return std::string(address);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> ConnectRemote(absl::string_view addresses) {
  std::vector<std::string> normalized;
  for (absl::string_view address : absl::StrSplit(addresses, ',')) {
    address = absl::StripAsciiWhitespace(address);
    if (address.empty()) return BadAddress(addresses);
    BRANT_ASSIGN_OR_RETURN(std::string one, NormalizeAddress(address));
    normalized.push_back(std::move(one));
  }
  return std::make_unique<RemoteConnection>(std::move(normalized));
}

absl::StatusOr<std::unique_ptr<Connection>> ConnectPrivate(const AgentProcessOptions& options) {
  BRANT_ASSIGN_OR_RETURN(std::unique_ptr<AgentProcess> process, AgentProcess::Start(options));
  return std::make_unique<PrivateConnection>(std::move(process));
}

}  // namespace brant
