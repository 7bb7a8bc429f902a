// A stream of the status, sent when it changes.

#ifndef BRANT_AGENT_SERVICE_STATUS_STREAM_H_
#define BRANT_AGENT_SERVICE_STATUS_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <string>

#include "absl/synchronization/mutex.h"
#include "agent/runs/agent.h"
#include "brant/v1/migration_service.pb.h"

namespace brant {

// Asks for the status once a second, on the agent's worker. Deletes itself when
// the call is done.
class StatusStream final : public grpc::ServerWriteReactor<v1::WatchStatusResponse> {
 public:
  StatusStream(Agent& agent, std::string bundle_digest);

  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnCancel() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnDone() override;

 private:
  // Posts the next look, or ends the stream if the worker takes none.
  void Schedule(absl::Duration delay) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Look() ABSL_LOCKS_EXCLUDED(mutex_);

  Agent& agent_;
  const std::string bundle_digest_;
  absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::string last_ ABSL_GUARDED_BY(mutex_);
  v1::WatchStatusResponse response_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_STATUS_STREAM_H_
