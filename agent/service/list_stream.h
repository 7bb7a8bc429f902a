// A stream of responses that are all known before the first is sent.

#ifndef BRANT_AGENT_SERVICE_LIST_STREAM_H_
#define BRANT_AGENT_SERVICE_LIST_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/service/reply.h"

namespace brant {

// Lives until the call is done; Send must be called once.
template <typename Response>
class ListStream final : public grpc::ServerWriteReactor<Response> {
 public:
  // Sends the responses, or fails with the error.
  void Send(absl::StatusOr<std::vector<Response>> responses) {
    if (!responses.ok()) {
      this->Finish(ToGrpcStatus(responses.status()));
      return;
    }
    responses_ = *std::move(responses);
    Next();
  }

  void OnWriteDone(bool ok) override {
    if (!ok) {
      this->Finish(grpc::Status::CANCELLED);
    } else {
      Next();
    }
  }

  void OnDone() override { delete this; }

 private:
  void Next() {
    if (next_ == responses_.size()) {
      this->Finish(grpc::Status::OK);
    } else {
      this->StartWrite(&responses_[next_++]);
    }
  }

  std::vector<Response> responses_;
  size_t next_ = 0;
};

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_LIST_STREAM_H_
