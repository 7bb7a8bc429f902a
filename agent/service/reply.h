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
#include "agent/runs/stopping.h"

namespace brant {

// With google.rpc.Status as the call's details.
inline grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      ToRpcStatus(status).SerializeAsString());
}

inline absl::Status CallerIsGone() {
  return Error(v1::ERROR_REASON_CANCELLED, "the client is gone").Hint("call again");
}

// Why a call is not to be answered when its turn comes, if so.
inline absl::Status CheckCaller(const grpc::CallbackServerContext& context) {
  return context.IsCancelled() ? CallerIsGone() : absl::OkStatus();
}

// Part of a call that waits for its turn on a worker. Every call is answered,
// so the part always runs, once: with OK in its turn, or with SHUTTING_DOWN
// where the worker takes or executes no more.
class Turn {
 public:
  using Part = std::function<void(const absl::Status&)>;

  // Whatever the part locks must not be held.
  static void Post(Worker& worker, Part part) {
    worker.Post([turn = std::make_shared<Turn>(std::move(part))] { turn->Run(absl::OkStatus()); });
  }
  static void PostAfter(Worker& worker, absl::Duration delay, Part part) {
    worker.PostAfter(
        delay, [turn = std::make_shared<Turn>(std::move(part))] { turn->Run(absl::OkStatus()); });
  }

  explicit Turn(Part part) : part_(std::move(part)) {}
  ~Turn() { Run(StoppingError()); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  void Run(const absl::Status& status) {
    if (Part part = std::exchange(part_, nullptr)) part(status);
  }

  Part part_;
};

// Answers a unary call with what `task` returns, which runs on the worker. The
// request and the response live until then.
inline grpc::ServerUnaryReactor* Reply(grpc::CallbackServerContext* context, Worker& worker,
                                       std::function<absl::Status()> task) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Turn::Post(worker, [context, reactor, task = std::move(task)](absl::Status status) {
    if (status.ok()) status = CheckCaller(*context);
    if (status.ok()) status = task();
    reactor->Finish(ToGrpcStatus(status));
  });
  return reactor;
}

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_REPLY_H_
