// A stream that follows a run.

#ifndef BRANT_AGENT_SERVICE_RUN_STREAM_H_
#define BRANT_AGENT_SERVICE_RUN_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "agent/base/timestamp.h"
#include "agent/runs/event_log.h"
#include "agent/service/reply.h"

namespace brant {

// Sends a run's events, one write in flight, at the reader's pace. `Response`
// has a field `event`. Lives until the call is done; Follow or Fail must be
// called once.
template <typename Response>
class RunStream : public grpc::ServerWriteReactor<Response> {
 public:
  // A quiet stream shows every `heartbeat` that it is alive.
  explicit RunStream(absl::Duration heartbeat) : heartbeat_(heartbeat) {}

  // Sends the events after `sequence`, to the last one.
  void Follow(std::shared_ptr<EventLog> events, int64_t sequence) ABSL_LOCKS_EXCLUDED(mutex_) {
    auto subscription = events->Subscribe([this] {
      absl::MutexLock lock(&mutex_);
      Pump();
    });
    absl::MutexLock lock(&mutex_);
    events_ = std::move(events);
    sequence_ = sequence;
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
    std::unique_ptr<EventLog::Subscription> subscription;
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
    const v1::RunEvent* event = events_->After(sequence_);
    if (event != nullptr) {
      *response_.mutable_event() = *event;
      sequence_ = event->sequence();
      Write(event->has_run_finished());
    } else if (events_->finished()) {
      ReachedEnd();
    } else if (absl::Status closed = events_->closed(); !closed.ok()) {
      End(ToGrpcStatus(closed));
    } else if (absl::Now() - last_write_ >= heartbeat_) {
      v1::RunEvent& heartbeat = *response_.mutable_event();
      heartbeat.Clear();
      heartbeat.set_run_id(events_->run_id());
      heartbeat.set_sequence(sequence_);
      *heartbeat.mutable_event_time() = ToTimestamp(absl::Now());
      heartbeat.mutable_heartbeat();
      Write(/*last=*/false);
    }
  }

  // It was asked for events beyond the last one.
  void ReachedEnd() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (events_->source() == EventLog::Source::kRun) return End(grpc::Status::OK);
    // The reader has seen events that were not recorded any more before their run
    // ended; the end is new to it.
    *response_.mutable_event() = *events_->Last();
    response_.mutable_event()->set_sequence(++sequence_);
    Write(/*last=*/true);
  }

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

  const absl::Duration heartbeat_;
  absl::Mutex mutex_;
  std::shared_ptr<EventLog> events_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<EventLog::Subscription> subscription_ ABSL_GUARDED_BY(mutex_);
  int64_t sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time last_write_ ABSL_GUARDED_BY(mutex_) = absl::Now();
  Response response_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_RUN_STREAM_H_
