#include "client/connection/event_stream.h"

#include <utility>

#include "brant/v1/migration_service.grpc.pb.h"
#include "brant/v1/run_service.grpc.pb.h"

namespace brant {
namespace {

template <typename Response>
class TypedEventStream : public EventStream {
 public:
  explicit TypedEventStream(std::unique_ptr<grpc::ClientAsyncReader<Response>> reader)
      : reader_(std::move(reader)) {}

  void Start(void* tag) override { reader_->StartCall(tag); }
  void Read(void* tag) override { reader_->Read(&response_, tag); }
  void Finish(grpc::Status* status, void* tag) override { reader_->Finish(status, tag); }
  const v1::RunEvent& event() const override { return response_.event(); }

 private:
  const std::unique_ptr<grpc::ClientAsyncReader<Response>> reader_;
  Response response_;
};

struct Starter {
  const std::shared_ptr<grpc::Channel>& channel;
  grpc::ClientContext* context;
  grpc::CompletionQueue* queue;

  std::unique_ptr<EventStream> operator()(const v1::UpgradeRequest& request) const {
    return std::make_unique<TypedEventStream<v1::UpgradeResponse>>(
        v1::MigrationService::NewStub(channel)->PrepareAsyncUpgrade(context, request, queue));
  }
  std::unique_ptr<EventStream> operator()(const v1::DowngradeRequest& request) const {
    return std::make_unique<TypedEventStream<v1::DowngradeResponse>>(
        v1::MigrationService::NewStub(channel)->PrepareAsyncDowngrade(context, request, queue));
  }
  std::unique_ptr<EventStream> operator()(const v1::StampRequest& request) const {
    return std::make_unique<TypedEventStream<v1::StampResponse>>(
        v1::MigrationService::NewStub(channel)->PrepareAsyncStamp(context, request, queue));
  }
  std::unique_ptr<EventStream> operator()(const v1::WatchRunRequest& request) const {
    return std::make_unique<TypedEventStream<v1::WatchRunResponse>>(
        v1::RunService::NewStub(channel)->PrepareAsyncWatchRun(context, request, queue));
  }
};

}  // namespace

std::unique_ptr<EventStream> MakeEventStream(const RunRequest& request,
                                             const std::shared_ptr<grpc::Channel>& channel,
                                             grpc::ClientContext* context,
                                             grpc::CompletionQueue* queue) {
  return std::visit(Starter{channel, context, queue}, request);
}

}  // namespace brant
