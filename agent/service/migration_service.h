#ifndef BRANT_AGENT_SERVICE_MIGRATION_SERVICE_H_
#define BRANT_AGENT_SERVICE_MIGRATION_SERVICE_H_

#include "agent/runs/agent.h"
#include "brant/v1/migration_service.grpc.pb.h"

namespace brant {

// proto/brant/v1/migration_service.proto on an agent, which must outlive it.
class MigrationServiceImpl final : public v1::MigrationService::CallbackService {
 public:
  explicit MigrationServiceImpl(Agent& agent) : agent_(agent) {}

  grpc::ServerWriteReactor<v1::UpgradeResponse>* Upgrade(
      grpc::CallbackServerContext* context, const v1::UpgradeRequest* request) override;
  grpc::ServerWriteReactor<v1::DowngradeResponse>* Downgrade(
      grpc::CallbackServerContext* context, const v1::DowngradeRequest* request) override;
  grpc::ServerWriteReactor<v1::StampResponse>* Stamp(grpc::CallbackServerContext* context,
                                                     const v1::StampRequest* request) override;
  grpc::ServerWriteReactor<v1::RepairResponse>* Repair(grpc::CallbackServerContext* context,
                                                       const v1::RepairRequest* request) override;
  grpc::ServerWriteReactor<v1::PlanResponse>* Plan(grpc::CallbackServerContext* context,
                                                   const v1::PlanRequest* request) override;
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::GetStatusResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchStatusResponse>* WatchStatus(
      grpc::CallbackServerContext* context, const v1::WatchStatusRequest* request) override;
  grpc::ServerWriteReactor<v1::WaitForRevisionResponse>* WaitForRevision(
      grpc::CallbackServerContext* context, const v1::WaitForRevisionRequest* request) override;
  grpc::ServerUnaryReactor* ListRevisions(grpc::CallbackServerContext* context,
                                          const v1::ListRevisionsRequest* request,
                                          v1::ListRevisionsResponse* response) override;
  grpc::ServerUnaryReactor* GetRevision(grpc::CallbackServerContext* context,
                                        const v1::GetRevisionRequest* request,
                                        v1::GetRevisionResponse* response) override;

 private:
  Agent& agent_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_MIGRATION_SERVICE_H_
