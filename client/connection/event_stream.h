// The calls that stream a run's events, as one.

#ifndef BRANT_CLIENT_CONNECTION_EVENT_STREAM_H_
#define BRANT_CLIENT_CONNECTION_EVENT_STREAM_H_

#include <memory>
#include <string>
#include <variant>

#include "absl/functional/function_ref.h"
#include "brant/v1/migration_service.pb.h"
#include "brant/v1/run_service.pb.h"
#include "client/connection/stream_reader.h"
#include "grpcpp/channel.h"

namespace brant {

using RunRequest = std::variant<v1::UpgradeRequest, v1::DowngradeRequest, v1::StampRequest,
                                v1::RepairRequest, v1::WatchRunRequest>;

// No effect on a request to watch.
void SetBundleDigest(RunRequest& request, const std::string& digest);

// One call, to its end. `on_event` gets the events as they arrive.
grpc::Status StreamEvents(const RunRequest& request, const std::shared_ptr<grpc::Channel>& channel,
                          grpc::ClientContext& context,
                          absl::FunctionRef<void(const v1::RunEvent&)> on_event, LookUp look_up);

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_EVENT_STREAM_H_
