// A stream of responses that come one after the other while a worker makes them.

#ifndef BRANT_AGENT_SERVICE_QUEUE_STREAM_H_
#define BRANT_AGENT_SERVICE_QUEUE_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <deque>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "agent/service/reply.h"

namespace brant {

// Lives until the call is done; Close must be called once, also after the caller
// has gone. Push and Close may be called from any thread.
template <typename Response>
class QueueStream final : public grpc::ServerWriteReactor<Response> {
 public:
  // `on_cancel` is told that nobody reads any more; it must not block.
  explicit QueueStream(std::function<void()> on_cancel) : on_cancel_(std::move(on_cancel)) {}

  // Sends it behind those before.
  void Push(Response response) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    queue_.push_back(std::move(response));
    Pump();
  }

  // Ends the stream when all is sent. Nothing may follow.
  void Close(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    end_ = ToGrpcStatus(status);
    Pump();
  }

  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    queue_.pop_front();
    broken_ = broken_ || !ok;
    Pump();
  }

  void OnCancel() override { on_cancel_(); }

  void OnDone() override {
    {
      // Close may still hold it.
      absl::MutexLock lock(&mutex_);
    }
    delete this;
  }

 private:
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || ended_) return;
    if (broken_) queue_.clear();
    if (!queue_.empty()) {
      writing_ = true;
      this->StartWrite(&queue_.front());
    } else if (closed_) {
      ended_ = true;
      this->Finish(end_);
    }
  }

  const std::function<void()> on_cancel_;
  absl::Mutex mutex_;
  std::deque<Response> queue_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_QUEUE_STREAM_H_
