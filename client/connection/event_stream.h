// The four calls that stream a run's events, as one.

#ifndef BRANT_CLIENT_CONNECTION_EVENT_STREAM_H_
#define BRANT_CLIENT_CONNECTION_EVENT_STREAM_H_

#include <memory>
#include <variant>

#include "brant/v1/migration_service.pb.h"
#include "brant/v1/run_service.pb.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/support/status.h"

namespace brant {

using RunRequest =
    std::variant<v1::UpgradeRequest, v1::DowngradeRequest, v1::StampRequest, v1::WatchRunRequest>;

// One call. Each operation completes on the queue with its tag, and the next
// one must not begin before.
class EventStream {
 public:
  virtual ~EventStream() = default;
  virtual void Start(void* tag) = 0;
  // Into event().
  virtual void Read(void* tag) = 0;
  virtual void Finish(grpc::Status* status, void* tag) = 0;
  virtual const v1::RunEvent& event() const = 0;
};

std::unique_ptr<EventStream> MakeEventStream(const RunRequest& request,
                                             const std::shared_ptr<grpc::Channel>& channel,
                                             grpc::ClientContext* context,
                                             grpc::CompletionQueue* queue);

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_EVENT_STREAM_H_
