#include "client/connection/fake_agent.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace brant {

grpc::Status GrpcError(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      ToRpcStatus(status).SerializeAsString());
}

FakeAgent::FakeAgent() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(static_cast<v1::MigrationService::Service*>(this));
  builder.RegisterService(static_cast<v1::RunService::Service*>(this));
  builder.RegisterService(static_cast<v1::BundleService::Service*>(this));
  server_ = builder.BuildAndStart();
}

FakeAgent::~FakeAgent() { server_->Shutdown(std::chrono::system_clock::now()); }

std::string FakeAgent::address() const { return absl::StrCat("127.0.0.1:", port_); }

void FakeAgent::AddUpgrade(FakeStream stream) {
  absl::MutexLock lock(&mutex_);
  upgrade_scripts_.push_back(std::move(stream));
}

void FakeAgent::AddWatch(FakeStream stream) {
  absl::MutexLock lock(&mutex_);
  watch_scripts_.push_back(std::move(stream));
}

void FakeAgent::AddRepair(FakeStream stream) {
  absl::MutexLock lock(&mutex_);
  repair_scripts_.push_back(std::move(stream));
}

void FakeAgent::AddWait(FakeWait wait) {
  absl::MutexLock lock(&mutex_);
  wait_scripts_.push_back(std::move(wait));
}

void FakeAgent::AddGetStatus(grpc::Status status, v1::GetStatusResponse response) {
  absl::MutexLock lock(&mutex_);
  status_scripts_.emplace_back(std::move(status), std::move(response));
}

std::vector<v1::UpgradeRequest> FakeAgent::upgrades() const {
  absl::MutexLock lock(&mutex_);
  return upgrades_;
}

std::vector<v1::WatchRunRequest> FakeAgent::watches() const {
  absl::MutexLock lock(&mutex_);
  return watches_;
}

std::vector<v1::RepairRequest> FakeAgent::repairs() const {
  absl::MutexLock lock(&mutex_);
  return repairs_;
}

std::vector<v1::WaitForRevisionRequest> FakeAgent::waits() const {
  absl::MutexLock lock(&mutex_);
  return waits_;
}

std::vector<v1::CancelRunRequest> FakeAgent::cancels() const {
  absl::MutexLock lock(&mutex_);
  return cancels_;
}

std::vector<v1::UploadBundleRequest> FakeAgent::uploads() const {
  absl::MutexLock lock(&mutex_);
  return uploads_;
}

std::vector<v1::GetStatusRequest> FakeAgent::statuses() const {
  absl::MutexLock lock(&mutex_);
  return statuses_;
}

template <typename Response>
grpc::Status FakeAgent::Play(std::vector<FakeStream> FakeAgent::*member,
                             grpc::ServerWriter<Response>* writer) {
  FakeStream script;
  {
    absl::MutexLock lock(&mutex_);
    std::vector<FakeStream>& scripts = this->*member;
    if (scripts.empty()) return grpc::Status(grpc::StatusCode::INTERNAL, "no script is left");
    script = std::move(scripts.front());
    scripts.erase(scripts.begin());
  }
  const auto send = [writer](const std::vector<v1::RunEvent>& events) {
    for (const v1::RunEvent& event : events) {
      Response response;
      *response.mutable_event() = event;
      writer->Write(response);
    }
  };
  send(script.events);
  script.pause();
  send(script.late_events);
  return script.status;
}

grpc::Status FakeAgent::Upgrade(grpc::ServerContext* context, const v1::UpgradeRequest* request,
                                grpc::ServerWriter<v1::UpgradeResponse>* writer) {
  {
    absl::MutexLock lock(&mutex_);
    upgrades_.push_back(*request);
  }
  return Play(&FakeAgent::upgrade_scripts_, writer);
}

grpc::Status FakeAgent::Repair(grpc::ServerContext* context, const v1::RepairRequest* request,
                               grpc::ServerWriter<v1::RepairResponse>* writer) {
  {
    absl::MutexLock lock(&mutex_);
    repairs_.push_back(*request);
  }
  return Play(&FakeAgent::repair_scripts_, writer);
}

grpc::Status FakeAgent::WaitForRevision(grpc::ServerContext* context,
                                        const v1::WaitForRevisionRequest* request,
                                        grpc::ServerWriter<v1::WaitForRevisionResponse>* writer) {
  FakeWait script;
  {
    absl::MutexLock lock(&mutex_);
    waits_.push_back(*request);
    if (wait_scripts_.empty()) return grpc::Status(grpc::StatusCode::INTERNAL, "no script is left");
    script = std::move(wait_scripts_.front());
    wait_scripts_.erase(wait_scripts_.begin());
  }
  for (const v1::WaitForRevisionResponse& response : script.responses) writer->Write(response);
  script.pause();
  return script.status;
}

grpc::Status FakeAgent::CancelRun(grpc::ServerContext* context, const v1::CancelRunRequest* request,
                                  v1::CancelRunResponse* response) {
  absl::MutexLock lock(&mutex_);
  cancels_.push_back(*request);
  return grpc::Status::OK;
}

grpc::Status FakeAgent::WatchRun(grpc::ServerContext* context, const v1::WatchRunRequest* request,
                                 grpc::ServerWriter<v1::WatchRunResponse>* writer) {
  {
    absl::MutexLock lock(&mutex_);
    watches_.push_back(*request);
  }
  return Play(&FakeAgent::watch_scripts_, writer);
}

grpc::Status FakeAgent::GetStatus(grpc::ServerContext* context, const v1::GetStatusRequest* request,
                                  v1::GetStatusResponse* response) {
  absl::MutexLock lock(&mutex_);
  statuses_.push_back(*request);
  if (status_scripts_.empty()) {
    return grpc::Status(grpc::StatusCode::INTERNAL, "no script is left");
  }
  grpc::Status status = status_scripts_.front().first;
  *response = status_scripts_.front().second;
  status_scripts_.erase(status_scripts_.begin());
  return status;
}

grpc::Status FakeAgent::UploadBundle(grpc::ServerContext* context,
                                     grpc::ServerReader<v1::UploadBundleRequest>* reader,
                                     v1::UploadBundleResponse* response) {
  v1::UploadBundleRequest message;
  while (reader->Read(&message)) {
    absl::MutexLock lock(&mutex_);
    uploads_.push_back(message);
  }
  return grpc::Status::OK;
}

}  // namespace brant
