// From absl::Status to the status of a call.

#ifndef BRANT_AGENT_SERVICE_REPLY_H_
#define BRANT_AGENT_SERVICE_REPLY_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "agent/base/error.h"
#include "agent/base/worker.h"

namespace brant {

// With google.rpc.Status as the call's details.
inline grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      ToRpcStatus(status).SerializeAsString());
}

inline absl::Status StoppingError() {
  return Error(v1::ERROR_REASON_SHUTTING_DOWN, "the agent is shutting down")
      .Hint("call again; another agent, or this one restarted, will answer");
}

// Answers a unary call with what `task` returns, which runs on the worker. The
// request and the response live until then.
inline grpc::ServerUnaryReactor* Reply(grpc::CallbackServerContext* context, Worker& worker,
                                       std::function<absl::Status()> task) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool posted =
      worker.Post([reactor, task = std::move(task)] { reactor->Finish(ToGrpcStatus(task())); });
  if (!posted) reactor->Finish(ToGrpcStatus(StoppingError()));
  return reactor;
}

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_REPLY_H_
