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
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "agent/service/bundle_service.h"
#include "agent/service/migration_service.h"
#include "agent/service/run_service.h"
#include "agent/service/schema_service.h"

namespace brant {
namespace {

constexpr int kMaxMessageBytes = 64 << 20;
// Calls of one connection at a time; a client's further ones wait.
constexpr int kMaxConcurrentStreams = 256;
constexpr absl::Duration kHealthInterval = absl::Seconds(5);
// Clients may ask this often whether a quiet connection lives; gRPC's default of
// five minutes would end it with 'Too many pings'.
constexpr int kMinPingIntervalMs = 1000;
constexpr int kKeepaliveMs = 20'000;
constexpr int kKeepaliveTimeoutMs = 10'000;

class GrpcServer final : public Server {
 public:
  explicit GrpcServer(Agent& agent)
      : agent_(agent), migrations_(agent), runs_(agent), bundles_(agent), schemas_(agent) {}

  ~GrpcServer() override {
    Shutdown(absl::ZeroDuration());
    if (health_ == nullptr) return;
    absl::MutexLock lock(&health_->mutex);
    health_->service = nullptr;
  }

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
    health_ = std::make_shared<Health>();
    {
      absl::MutexLock lock(&health_->mutex);
      health_->service = server_->GetHealthCheckService();
      health_->service->SetServingStatus(false);
    }
    agent_.worker().Post([agent = &agent_, health = health_] { CheckHealth(*agent, health); });
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
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreams);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               kMinPingIntervalMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
    builder.RegisterService(&migrations_);
    builder.RegisterService(&runs_);
    builder.RegisterService(&bundles_);
    builder.RegisterService(&schemas_);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) {
      return Error(v1::ERROR_REASON_SYSTEM_ERROR, absl::StrCat("can't listen on ", where))
          .Hint("is the address right, and the port free?");
    }
    return absl::OkStatus();
  }

  // What the checks on the agent's worker share with the server, which may end
  // before them.
  struct Health {
    absl::Mutex mutex;
    grpc::HealthCheckServiceInterface* service ABSL_GUARDED_BY(mutex) = nullptr;
  };

  // The agent is of use only while its database answers.
  static void CheckHealth(Agent& agent, const std::shared_ptr<Health>& health) {
    const bool healthy = agent.Ping().ok();
    absl::MutexLock lock(&health->mutex);
    if (health->service == nullptr) return;
    health->service->SetServingStatus(healthy);
    agent.worker().PostAfter(kHealthInterval, [&agent, health] { CheckHealth(agent, health); });
  }

  Agent& agent_;
  MigrationServiceImpl migrations_;
  RunServiceImpl runs_;
  BundleServiceImpl bundles_;
  SchemaServiceImpl schemas_;
  std::vector<std::string> addresses_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<Health> health_;
};

}  // namespace

bool IsLocalAddress(absl::string_view address) {
  for (absl::string_view prefix : {"unix:", "localhost:", "[::1]:"}) {
    if (absl::StartsWith(address, prefix)) return true;
  }
  // Digits alone: 127.0.0.1.example.org is a name like any other.
  const absl::string_view host = address.substr(0, address.rfind(':'));
  return absl::StartsWith(host, "127.") &&
         host.find_first_not_of("0123456789.") == absl::string_view::npos;
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
