// An agent that does what a test tells it, over real gRPC.

#ifndef BRANT_CLIENT_CONNECTION_FAKE_AGENT_H_
#define BRANT_CLIENT_CONNECTION_FAKE_AGENT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "brant/v1/bundle_service.grpc.pb.h"
#include "brant/v1/migration_service.grpc.pb.h"
#include "brant/v1/run_service.grpc.pb.h"
#include "grpcpp/server.h"

namespace brant {

// What one call that streams events does.
struct FakeStream {
  std::vector<v1::RunEvent> events;
  grpc::Status status = grpc::Status::OK;
  // After the events: called before the status is sent; may wait.
  std::function<void()> before_status = [] {};
};

// Serves on a free port of the loopback interface for its lifetime. The scripts
// are used up call by call; a call without one fails with INTERNAL.
class FakeAgent : public v1::MigrationService::Service,
                  public v1::RunService::Service,
                  public v1::BundleService::Service {
 public:
  FakeAgent();
  ~FakeAgent() override;

  std::string address() const;

  void AddUpgrade(FakeStream stream);
  void AddWatch(FakeStream stream);
  void AddGetStatus(grpc::Status status, v1::GetStatusResponse response = {});

  // The requests so far.
  std::vector<v1::UpgradeRequest> upgrades() const;
  std::vector<v1::WatchRunRequest> watches() const;
  std::vector<v1::UploadBundleRequest> uploads() const;
  std::vector<v1::GetStatusRequest> statuses() const;

  grpc::Status Upgrade(grpc::ServerContext* context, const v1::UpgradeRequest* request,
                       grpc::ServerWriter<v1::UpgradeResponse>* writer) override;
  grpc::Status GetStatus(grpc::ServerContext* context, const v1::GetStatusRequest* request,
                         v1::GetStatusResponse* response) override;
  grpc::Status WatchRun(grpc::ServerContext* context, const v1::WatchRunRequest* request,
                        grpc::ServerWriter<v1::WatchRunResponse>* writer) override;
  grpc::Status UploadBundle(grpc::ServerContext* context,
                            grpc::ServerReader<v1::UploadBundleRequest>* reader,
                            v1::UploadBundleResponse* response) override;

 private:
  template <typename Response>
  grpc::Status Play(std::vector<FakeStream> FakeAgent::*member,
                    grpc::ServerWriter<Response>* writer);

  mutable absl::Mutex mutex_;
  std::vector<FakeStream> upgrade_scripts_ ABSL_GUARDED_BY(mutex_);
  std::vector<FakeStream> watch_scripts_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::pair<grpc::Status, v1::GetStatusResponse>> status_scripts_
      ABSL_GUARDED_BY(mutex_);
  std::vector<v1::UpgradeRequest> upgrades_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::WatchRunRequest> watches_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::UploadBundleRequest> uploads_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::GetStatusRequest> statuses_ ABSL_GUARDED_BY(mutex_);
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_FAKE_AGENT_H_
