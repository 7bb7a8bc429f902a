// A stream of the status, sent when it changes.

#ifndef BRANT_AGENT_SERVICE_STATUS_STREAM_H_
#define BRANT_AGENT_SERVICE_STATUS_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agent/runs/status_hub.h"
#include "agent/service/reply.h"

namespace brant {

// Sends what the hub knows, one write in flight; a slow reader gets the latest
// status alone. Ends with an error if nothing can be told at first; later it
// waits for the database to answer again. Lives until the call is done; Follow or
// Fail must be called once.
template <typename Response>
class StatusStream final : public grpc::ServerWriteReactor<Response> {
 public:
  // Fills a response; true: it is the last one. An error ends the stream.
  using Fill = std::function<absl::StatusOr<bool>(const BundleStatus&, Response&)>;

  // Sends the status again if nothing was sent for as long as `heartbeat`.
  explicit StatusStream(absl::Duration heartbeat) : heartbeat_(heartbeat) {}

  void Follow(StatusHub& hub, std::shared_ptr<const Bundle> bundle, Fill fill)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    auto subscription = hub.Subscribe(std::move(bundle), [this] {
      absl::MutexLock lock(&mutex_);
      Pump();
    });
    absl::MutexLock lock(&mutex_);
    fill_ = std::move(fill);
    subscription_ = std::move(subscription);
    Pump();
  }

  void Fail(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    End(ToGrpcStatus(status));
  }

  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    cancelled_ = cancelled_ || !ok;
    Pump();
  }

  void OnCancel() override ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    // Whatever is still under way (Follow or Fail, a write) ends the stream.
    cancelled_ = true;
    Pump();
  }

  void OnDone() override {
    std::unique_ptr<StatusHub::Subscription> subscription;
    {
      absl::MutexLock lock(&mutex_);
      subscription = std::move(subscription_);
    }
    // Waits for a listener under way in another thread, which needs the lock.
    subscription.reset();
    delete this;
  }

 private:
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || ended_ || subscription_ == nullptr) return;
    if (cancelled_) return End(grpc::Status::CANCELLED);
    const StatusHub::Latest latest = subscription_->latest();
    if (latest.stopped || (sent_ == nullptr && !latest.error.ok())) {
      return End(ToGrpcStatus(latest.error));
    }
    if (latest.status == nullptr ||
        (latest.status == sent_ && absl::Now() - last_write_ < heartbeat_)) {
      return;
    }
    sent_ = latest.status;
    last_write_ = absl::Now();
    response_.Clear();
    const absl::StatusOr<bool> last = fill_(*sent_, response_);
    if (!last.ok()) return End(ToGrpcStatus(last.status()));
    if (*last) {
      ended_ = true;
      this->StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
    } else {
      writing_ = true;
      this->StartWrite(&response_);
    }
  }

  void End(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (ended_) return;
    ended_ = true;
    this->Finish(status);
  }

  const absl::Duration heartbeat_;
  absl::Mutex mutex_;
  Fill fill_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<StatusHub::Subscription> subscription_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const BundleStatus> sent_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time last_write_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  Response response_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_STATUS_STREAM_H_
