#include "agent/service/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_posix.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "agent/service/bundle_service.h"
#include "agent/service/migration_service.h"
#include "agent/service/run_service.h"

namespace brant {
namespace {

constexpr int kMaxMessageBytes = 64 << 20;
constexpr absl::Duration kHealthInterval = absl::Seconds(5);
// Clients may ask this often whether a quiet connection lives; gRPC's default of
// five minutes would end it with 'Too many pings'.
constexpr int kMinPingIntervalMs = 1000;
constexpr int kKeepaliveMs = 20'000;
constexpr int kKeepaliveTimeoutMs = 10'000;

class GrpcServer final : public Server {
 public:
  explicit GrpcServer(Agent& agent)
      : agent_(agent), migrations_(agent), runs_(agent), bundles_(agent) {}

  ~GrpcServer() override { Shutdown(absl::ZeroDuration()); }

  absl::Status Listen(const ListenOptions& options) {
    grpc::EnableDefaultHealthCheckService(true);
    const bool local = std::all_of(options.addresses.begin(), options.addresses.end(),
                                   [](const std::string& a) { return IsLocalAddress(a); });
    if (local) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    std::vector<int> ports(options.addresses.size(), -1);
    for (size_t i = 0; i < options.addresses.size(); ++i) {
      builder.AddListeningPort(options.addresses[i], grpc::InsecureServerCredentials(), &ports[i]);
    }
    BRANT_RETURN_IF_ERROR(Start(builder, absl::StrJoin(options.addresses, ", ")));
    for (size_t i = 0; i < options.addresses.size(); ++i) {
      const std::string& address = options.addresses[i];
      addresses_.push_back(
          absl::StartsWith(address, "unix:")
              ? address
              : absl::StrCat(address.substr(0, address.rfind(':')), ":", ports[i]));
    }
    agent_.worker().Post([this] { CheckHealth(); });
    return absl::OkStatus();
  }

  absl::Status ServeSocket(int socket) {
    grpc::ServerBuilder builder;
    BRANT_RETURN_IF_ERROR(Start(builder, "the private socket"));
    grpc::AddInsecureChannelFromFd(server_.get(), socket);
    return absl::OkStatus();
  }

  const std::vector<std::string>& addresses() const override { return addresses_; }

  void AnnounceShutdown() override {
    if (auto* health = server_->GetHealthCheckService()) health->Shutdown();
  }

  void Shutdown(absl::Duration grace) override {
    if (server_ != nullptr) server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  }

 private:
  absl::Status Start(grpc::ServerBuilder& builder, absl::string_view where) {
    builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               kMinPingIntervalMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
    builder.RegisterService(&migrations_);
    builder.RegisterService(&runs_);
    builder.RegisterService(&bundles_);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) {
      return Error(v1::ERROR_REASON_SYSTEM_ERROR, absl::StrCat("can't listen on ", where))
          .Hint("is the address right, and the port free?");
    }
    return absl::OkStatus();
  }

  // The agent is of use only while its database answers.
  void CheckHealth() {
    const bool healthy = agent_.Ping().ok();
    if (auto* health = server_->GetHealthCheckService()) health->SetServingStatus(healthy);
    agent_.worker().PostAfter(kHealthInterval, [this] { CheckHealth(); });
  }

  Agent& agent_;
  MigrationServiceImpl migrations_;
  RunServiceImpl runs_;
  BundleServiceImpl bundles_;
  std::vector<std::string> addresses_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

bool IsLocalAddress(absl::string_view address) {
  for (absl::string_view prefix : {"unix:", "127.", "localhost:", "[::1]:"}) {
    if (absl::StartsWith(address, prefix)) return true;
  }
  return false;
}

absl::StatusOr<std::unique_ptr<Server>> Server::Listen(Agent& agent, const ListenOptions& options) {
  for (const std::string& address : options.addresses) {
    if (IsLocalAddress(address) || options.insecure_remote) continue;
    return Error(v1::ERROR_REASON_INVALID_REQUEST,
                 absl::StrCat("refused to listen on ", address,
                              ": other machines could reach it, unencrypted and without a login"))
        .Hint("listen on 127.0.0.1 or unix:///path, or allow it with --insecure-remote");
  }
  auto server = std::make_unique<GrpcServer>(agent);
  BRANT_RETURN_IF_ERROR(server->Listen(options));
  return server;
}

absl::StatusOr<std::unique_ptr<Server>> Server::ServeSocket(Agent& agent, int socket) {
  auto server = std::make_unique<GrpcServer>(agent);
  BRANT_RETURN_IF_ERROR(server->ServeSocket(socket));
  return server;
}

}  // namespace brant
