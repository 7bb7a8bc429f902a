#include "agent/service/status_stream.h"

#include <utility>

#include "agent/service/reply.h"

namespace brant {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(1);

}  // namespace

StatusStream::StatusStream(Agent& agent, std::string bundle_digest)
    : agent_(agent), bundle_digest_(std::move(bundle_digest)) {
  absl::MutexLock lock(&mutex_);
  Schedule(absl::ZeroDuration());
}

// At any time there is either a look posted or a write in flight, and only the
// one that follows may finish the call: so nothing is posted when it is done.
void StatusStream::Schedule(absl::Duration delay) {
  if (!agent_.worker().PostAfter(delay, [this] { Look(); })) Finish(ToGrpcStatus(StoppingError()));
}

void StatusStream::Look() {
  {
    absl::MutexLock lock(&mutex_);
    if (cancelled_) return Finish(grpc::Status::CANCELLED);
  }
  absl::StatusOr<v1::Status> status = agent_.GetStatus(bundle_digest_);
  absl::MutexLock lock(&mutex_);
  if (!status.ok()) return Finish(ToGrpcStatus(status.status()));
  std::string bytes = status->SerializeAsString();
  if (bytes == last_) return Schedule(kInterval);
  last_ = std::move(bytes);
  *response_.mutable_status() = *std::move(status);
  StartWrite(&response_);
}

void StatusStream::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  if (!ok || cancelled_) return Finish(grpc::Status::CANCELLED);
  Schedule(kInterval);
}

void StatusStream::OnCancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
}

void StatusStream::OnDone() {
  // Whoever finished the call may still hold the lock.
  { absl::MutexLock lock(&mutex_); }
  delete this;
}

}  // namespace brant
