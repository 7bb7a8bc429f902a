#include "client/connection/event_stream.h"

#include <type_traits>

#include "brant/v1/migration_service.grpc.pb.h"
#include "brant/v1/run_service.grpc.pb.h"

namespace brant {
namespace {

// Sends a request to the method that takes it.
struct Sender {
  const std::shared_ptr<grpc::Channel>& channel;
  grpc::ClientContext& context;
  absl::FunctionRef<void(const v1::RunEvent&)> on_event;
  LookUp look_up;

  grpc::Status operator()(const v1::UpgradeRequest& request) const {
    return Read<v1::UpgradeResponse>([&](grpc::CompletionQueue* queue) {
      return v1::MigrationService::NewStub(channel)->PrepareAsyncUpgrade(&context, request, queue);
    });
  }
  grpc::Status operator()(const v1::DowngradeRequest& request) const {
    return Read<v1::DowngradeResponse>([&](grpc::CompletionQueue* queue) {
      return v1::MigrationService::NewStub(channel)->PrepareAsyncDowngrade(&context, request,
                                                                           queue);
    });
  }
  grpc::Status operator()(const v1::StampRequest& request) const {
    return Read<v1::StampResponse>([&](grpc::CompletionQueue* queue) {
      return v1::MigrationService::NewStub(channel)->PrepareAsyncStamp(&context, request, queue);
    });
  }
  grpc::Status operator()(const v1::RepairRequest& request) const {
    return Read<v1::RepairResponse>([&](grpc::CompletionQueue* queue) {
      return v1::MigrationService::NewStub(channel)->PrepareAsyncRepair(&context, request, queue);
    });
  }
  grpc::Status operator()(const v1::WatchRunRequest& request) const {
    return Read<v1::WatchRunResponse>([&](grpc::CompletionQueue* queue) {
      return v1::RunService::NewStub(channel)->PrepareAsyncWatchRun(&context, request, queue);
    });
  }

 private:
  template <typename Response, typename Prepare>
  grpc::Status Read(const Prepare& prepare) const {
    return ReadStream<Response>(
        prepare, context, [this](const Response& response) { on_event(response.event()); },
        look_up);
  }
};

}  // namespace

void SetBundleDigest(RunRequest& request, const std::string& digest) {
  std::visit(
      [&digest](auto& message) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(message)>, v1::WatchRunRequest>) {
          message.set_bundle_digest(digest);
        }
      },
      request);
}

grpc::Status StreamEvents(const RunRequest& request, const std::shared_ptr<grpc::Channel>& channel,
                          grpc::ClientContext& context,
                          absl::FunctionRef<void(const v1::RunEvent&)> on_event, LookUp look_up) {
  return std::visit(Sender{channel, context, on_event, look_up}, request);
}

}  // namespace brant
