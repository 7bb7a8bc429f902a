// A stream of the status, sent when it changes.

#ifndef BRANT_AGENT_SERVICE_STATUS_STREAM_H_
#define BRANT_AGENT_SERVICE_STATUS_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <string>

#include "absl/time/time.h"
#include "agent/runs/agent.h"
#include "brant/v1/migration_service.pb.h"

namespace brant {

// Asks for the status once a second, on the agent's worker. Deletes itself when
// the call is done.
class StatusStream final : public grpc::ServerWriteReactor<v1::WatchStatusResponse> {
 public:
  StatusStream(Agent& agent, std::string bundle_digest);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // Posts the next look. The stream may be gone when it returns.
  void Schedule(absl::Duration delay);
  void Look(const absl::Status& may_go_on);

  Agent& agent_;
  const std::string bundle_digest_;
  std::atomic<bool> cancelled_ = false;
  // Of the look or the write under way: there is one at a time.
  std::string last_;
  v1::WatchStatusResponse response_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_STATUS_STREAM_H_
