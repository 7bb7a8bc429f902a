// Calls whose work is a task on schemas: agent/runs/schema_tasks.h.

#ifndef BRANT_AGENT_SERVICE_SCHEMA_TASK_H_
#define BRANT_AGENT_SERVICE_SCHEMA_TASK_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/base/error.h"
#include "agent/migrate/cancel.h"
#include "agent/runs/agent.h"
#include "agent/runs/schema_tasks.h"
#include "agent/service/reply.h"

namespace brant {

// A call of one answer, which ends its task when nobody waits for it any more.
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  UnaryCall(SchemaTasks& tasks, std::weak_ptr<CancelToken> task)
      : tasks_(tasks), task_(std::move(task)) {}

  void OnCancel() override { tasks_.Cancel(task_, CallerIsGone()); }
  void OnDone() override { delete this; }

 private:
  SchemaTasks& tasks_;
  const std::weak_ptr<CancelToken> task_;
};

using SchemaTask = std::function<absl::Status(CancelToken&)>;

// In its turn, unless the caller is gone by then; an error that comes of a
// cancellation says why.
inline absl::Status RunTask(SchemaTasks& tasks, const grpc::CallbackServerContext& context,
                            const std::shared_ptr<CancelToken>& cancel, const SchemaTask& task) {
  BRANT_RETURN_IF_ERROR(CheckCaller(context));
  tasks.CancelAtEnd(cancel);
  const absl::Status status = task(*cancel);
  const absl::Status reason = cancel->reason();
  return status.ok() || reason.ok() ? status : reason;
}

// Answers with what `task` returns.
inline grpc::ServerUnaryReactor* ReplyTo(grpc::CallbackServerContext* context, SchemaTasks& tasks,
                                         SchemaTask task) {
  auto cancel = std::make_shared<CancelToken>();
  auto* call = new UnaryCall(tasks, cancel);
  Turn::Post(tasks.worker(),
             [context, &tasks, call, cancel, task = std::move(task)](absl::Status status) {
               if (status.ok()) status = RunTask(tasks, *context, cancel, task);
               call->Finish(ToGrpcStatus(status));
             });
  return call;
}

// What is applied is read where all such reads are (`read`); then a schema's task
// has its turn, which may take long. `end` is called once.
template <typename Request>
void InTwoParts(Agent& agent, const grpc::CallbackServerContext& context,
                const std::shared_ptr<CancelToken>& cancel,
                std::function<absl::StatusOr<Request>()> read,
                std::function<absl::Status(const Request&, CancelToken&)> task,
                std::function<void(const absl::Status&)> end) {
  Turn::Post(agent.worker(), [&agent, &context, cancel, read = std::move(read),
                              task = std::move(task), end = std::move(end)](absl::Status status) {
    if (status.ok()) status = CheckCaller(context);
    if (!status.ok()) return end(status);
    absl::StatusOr<Request> request = read();
    if (!request.ok()) return end(request.status());
    SchemaTasks& tasks = agent.schema_tasks();
    Turn::Post(tasks.worker(), [&tasks, &context, cancel, task, end,
                                request = *std::move(request)](absl::Status status) {
      if (status.ok()) {
        status = RunTask(tasks, context, cancel,
                         [&](CancelToken& token) { return task(request, token); });
      }
      end(status);
    });
  });
}

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_SCHEMA_TASK_H_
