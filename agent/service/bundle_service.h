#ifndef BRANT_AGENT_SERVICE_BUNDLE_SERVICE_H_
#define BRANT_AGENT_SERVICE_BUNDLE_SERVICE_H_

#include <atomic>

#include "agent/runs/agent.h"
#include "brant/v1/bundle_service.grpc.pb.h"

namespace brant {

// proto/brant/v1/bundle_service.proto on an agent, which must outlive it.
class BundleServiceImpl final : public v1::BundleService::CallbackService {
 public:
  explicit BundleServiceImpl(Agent& agent) : agent_(agent) {}

  grpc::ServerUnaryReactor* GetBundle(grpc::CallbackServerContext* context,
                                      const v1::GetBundleRequest* request,
                                      v1::GetBundleResponse* response) override;
  grpc::ServerReadReactor<v1::UploadBundleRequest>* UploadBundle(
      grpc::CallbackServerContext* context, v1::UploadBundleResponse* response) override;

 private:
  Agent& agent_;
  // Under way: each holds its files in memory.
  std::atomic<int> uploads_ = 0;
};

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_BUNDLE_SERVICE_H_
