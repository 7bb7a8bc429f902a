#ifndef BRANT_AGENT_SERVICE_RUN_SERVICE_H_
#define BRANT_AGENT_SERVICE_RUN_SERVICE_H_

#include "agent/runs/agent.h"
#include "brant/v1/run_service.grpc.pb.h"

namespace brant {

// proto/brant/v1/run_service.proto on an agent, which must outlive it.
class RunServiceImpl final : public v1::RunService::CallbackService {
 public:
  explicit RunServiceImpl(Agent& agent) : agent_(agent) {}

  grpc::ServerUnaryReactor* ListRuns(grpc::CallbackServerContext* context,
                                     const v1::ListRunsRequest* request,
                                     v1::ListRunsResponse* response) override;
  grpc::ServerUnaryReactor* GetRun(grpc::CallbackServerContext* context,
                                   const v1::GetRunRequest* request,
                                   v1::GetRunResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchRunResponse>* WatchRun(
      grpc::CallbackServerContext* context, const v1::WatchRunRequest* request) override;
  grpc::ServerUnaryReactor* CancelRun(grpc::CallbackServerContext* context,
                                      const v1::CancelRunRequest* request,
                                      v1::CancelRunResponse* response) override;

 private:
  Agent& agent_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_RUN_SERVICE_H_
