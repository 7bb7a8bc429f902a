#include "agent/service/status_stream.h"

#include <utility>

#include "agent/service/reply.h"

namespace brant {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(1);

}  // namespace

StatusStream::StatusStream(Agent& agent, std::string bundle_digest)
    : agent_(agent), bundle_digest_(std::move(bundle_digest)) {
  Schedule(absl::ZeroDuration());
}

// At any time there is either a look posted or a write in flight, and only the
// one that follows may finish the call: so nothing is posted when it is done.
void StatusStream::Schedule(absl::Duration delay) {
  Turn::PostAfter(agent_.worker(), delay, [this](const absl::Status& status) { Look(status); });
}

void StatusStream::Look(const absl::Status& may_go_on) {
  if (!may_go_on.ok()) return Finish(ToGrpcStatus(may_go_on));
  if (cancelled_) return Finish(grpc::Status::CANCELLED);
  absl::StatusOr<v1::Status> status = agent_.GetStatus(bundle_digest_);
  if (!status.ok()) return Finish(ToGrpcStatus(status.status()));
  std::string bytes = status->SerializeAsString();
  if (bytes == last_) return Schedule(kInterval);
  last_ = std::move(bytes);
  *response_.mutable_status() = *std::move(status);
  StartWrite(&response_);
}

void StatusStream::OnWriteDone(bool ok) {
  if (!ok || cancelled_) return Finish(grpc::Status::CANCELLED);
  Schedule(kInterval);
}

void StatusStream::OnCancel() { cancelled_ = true; }

void StatusStream::OnDone() { delete this; }

}  // namespace brant
