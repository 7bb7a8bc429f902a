// An agent that does what a test tells it, over real gRPC.

#ifndef BRANT_CLIENT_CONNECTION_FAKE_AGENT_H_
#define BRANT_CLIENT_CONNECTION_FAKE_AGENT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
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
  // After the events; may wait.
  std::function<void()> pause = [] {};
  // Sent after the pause.
  std::vector<v1::RunEvent> late_events = {};
};

// What one WaitForRevision does.
struct FakeWait {
  std::vector<v1::WaitForRevisionResponse> responses;
  grpc::Status status = grpc::Status::OK;
  // After the responses; may wait.
  std::function<void()> pause = [] {};
};

// `status` as an agent sends it.
grpc::Status GrpcError(const absl::Status& status);

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
  void AddRepair(FakeStream stream);
  void AddWatch(FakeStream stream);
  void AddWait(FakeWait wait);
  void AddGetStatus(grpc::Status status, v1::GetStatusResponse response = {});

  // The requests so far.
  std::vector<v1::UpgradeRequest> upgrades() const;
  std::vector<v1::RepairRequest> repairs() const;
  std::vector<v1::WatchRunRequest> watches() const;
  std::vector<v1::WaitForRevisionRequest> waits() const;
  std::vector<v1::CancelRunRequest> cancels() const;
  std::vector<v1::UploadBundleRequest> uploads() const;
  std::vector<v1::GetStatusRequest> statuses() const;

  grpc::Status Upgrade(grpc::ServerContext* context, const v1::UpgradeRequest* request,
                       grpc::ServerWriter<v1::UpgradeResponse>* writer) override;
  grpc::Status Repair(grpc::ServerContext* context, const v1::RepairRequest* request,
                      grpc::ServerWriter<v1::RepairResponse>* writer) override;
  grpc::Status WaitForRevision(grpc::ServerContext* context,
                               const v1::WaitForRevisionRequest* request,
                               grpc::ServerWriter<v1::WaitForRevisionResponse>* writer) override;
  // Succeeds, and only that: scripts say what the run does.
  grpc::Status CancelRun(grpc::ServerContext* context, const v1::CancelRunRequest* request,
                         v1::CancelRunResponse* response) override;
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
  std::vector<FakeStream> repair_scripts_ ABSL_GUARDED_BY(mutex_);
  std::vector<FakeStream> watch_scripts_ ABSL_GUARDED_BY(mutex_);
  std::vector<FakeWait> wait_scripts_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::pair<grpc::Status, v1::GetStatusResponse>> status_scripts_
      ABSL_GUARDED_BY(mutex_);
  std::vector<v1::UpgradeRequest> upgrades_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::RepairRequest> repairs_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::WatchRunRequest> watches_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::WaitForRevisionRequest> waits_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::CancelRunRequest> cancels_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::UploadBundleRequest> uploads_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::GetStatusRequest> statuses_ ABSL_GUARDED_BY(mutex_);
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_FAKE_AGENT_H_
