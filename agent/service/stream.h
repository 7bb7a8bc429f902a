// What streams of the API have in common.

#ifndef BRANT_AGENT_SERVICE_STREAM_H_
#define BRANT_AGENT_SERVICE_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agent/service/reply.h"

namespace brant {

// Writes responses, one in flight, at the reader's pace. `Subscription` is held
// while the stream follows something, and calls Wake when that has changed. Lives
// until the call is done; either the subclass's Follow or Fail must be called
// once.
template <typename Response, typename Subscription>
class Stream : public grpc::ServerWriteReactor<Response> {
 public:
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
    std::unique_ptr<Subscription> subscription;
    {
      absl::MutexLock lock(&mutex_);
      subscription = std::move(subscription_);
    }
    // Waits for a listener under way in another thread, which needs the lock.
    subscription.reset();
    delete this;
  }

 protected:
  // A quiet stream shows every `heartbeat` that it is alive.
  explicit Stream(absl::Duration heartbeat) : heartbeat_(heartbeat) {}

  // Writes what there is to be written, by Write, or ends the stream. Called while
  // no write is in flight and the reader is there.
  virtual void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) = 0;

  // What is followed has changed, or time has passed.
  void Wake() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    Pump();
  }

  void Begin(std::unique_ptr<Subscription> subscription) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    subscription_ = std::move(subscription);
    Pump();
  }

  // Sends response_; `last`: and ends the stream.
  void Write(bool last) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    writing_ = true;
    last_write_ = absl::Now();
    if (last) {
      ended_ = true;
      this->StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
    } else {
      this->StartWrite(&response_);
    }
  }

  void End(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (ended_) return;
    ended_ = true;
    this->Finish(status);
  }

  // Nothing was written for as long as that has to be noticed.
  bool IsQuiet() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return absl::Now() - last_write_ >= heartbeat_;
  }

  mutable absl::Mutex mutex_;
  std::unique_ptr<Subscription> subscription_ ABSL_GUARDED_BY(mutex_);
  // Of the write in flight; free in WriteNext.
  Response response_;

 private:
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || ended_ || subscription_ == nullptr) return;
    if (cancelled_) return End(grpc::Status::CANCELLED);
    WriteNext();
  }

  const absl::Duration heartbeat_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time last_write_ ABSL_GUARDED_BY(mutex_) = absl::Now();
};

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_STREAM_H_
