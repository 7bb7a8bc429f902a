#ifndef BRANT_AGENT_SERVICE_SCHEMA_SERVICE_H_
#define BRANT_AGENT_SERVICE_SCHEMA_SERVICE_H_

#include "agent/runs/agent.h"
#include "brant/v1/schema_service.grpc.pb.h"

namespace brant {

// proto/brant/v1/schema_service.proto on an agent, which must outlive it.
class SchemaServiceImpl final : public v1::SchemaService::CallbackService {
 public:
  explicit SchemaServiceImpl(Agent& agent) : agent_(agent) {}

  grpc::ServerUnaryReactor* InspectSchema(grpc::CallbackServerContext* context,
                                          const v1::InspectSchemaRequest* request,
                                          v1::InspectSchemaResponse* response) override;
  grpc::ServerUnaryReactor* CompareSchema(grpc::CallbackServerContext* context,
                                          const v1::CompareSchemaRequest* request,
                                          v1::CompareSchemaResponse* response) override;
  grpc::ServerUnaryReactor* LintRevisions(grpc::CallbackServerContext* context,
                                          const v1::LintRevisionsRequest* request,
                                          v1::LintRevisionsResponse* response) override;
  grpc::ServerWriteReactor<v1::VerifyRevisionsResponse>* VerifyRevisions(
      grpc::CallbackServerContext* context, const v1::VerifyRevisionsRequest* request) override;

 private:
  Agent& agent_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_SCHEMA_SERVICE_H_
