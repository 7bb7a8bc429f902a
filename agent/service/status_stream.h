// A stream of the status, sent when it changes.

#ifndef BRANT_AGENT_SERVICE_STATUS_STREAM_H_
#define BRANT_AGENT_SERVICE_STATUS_STREAM_H_

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/runs/status_hub.h"
#include "agent/service/reply.h"
#include "agent/service/stream.h"

namespace brant {

// Sends what the hub knows; a slow reader gets the latest status alone, a quiet
// stream sends it again. Ends with an error if nothing can be told at first; later
// it waits for the database to answer again.
template <typename Response>
class StatusStream final : public Stream<Response, StatusHub::Subscription> {
 public:
  // Fills a response; true: it is the last one. An error ends the stream.
  using Fill = std::function<absl::StatusOr<bool>(const BundleStatus&, Response&)>;

  explicit StatusStream(absl::Duration heartbeat)
      : Stream<Response, StatusHub::Subscription>(heartbeat) {}

  void Follow(StatusHub& hub, std::shared_ptr<const Bundle> bundle, Fill fill)
      ABSL_LOCKS_EXCLUDED(this->mutex_) {
    auto subscription = hub.Subscribe(std::move(bundle), [this] { this->Wake(); });
    absl::MutexLock lock(&this->mutex_);
    fill_ = std::move(fill);
    this->Begin(std::move(subscription));
  }

 private:
  void WriteNext() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(this->mutex_) {
    const StatusHub::Latest latest = this->subscription_->latest();
    if (latest.stopped || (sent_ == nullptr && !latest.error.ok())) {
      return this->End(ToGrpcStatus(latest.error));
    }
    if (latest.status == nullptr || (latest.status == sent_ && !this->IsQuiet())) return;
    sent_ = latest.status;
    this->response_.Clear();
    const absl::StatusOr<bool> last = fill_(*sent_, this->response_);
    if (!last.ok()) return this->End(ToGrpcStatus(last.status()));
    this->Write(*last);
  }

  Fill fill_ ABSL_GUARDED_BY(this->mutex_);
  std::shared_ptr<const BundleStatus> sent_ ABSL_GUARDED_BY(this->mutex_);
};

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_STATUS_STREAM_H_
