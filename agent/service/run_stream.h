// A stream that follows a run.

#ifndef BRANT_AGENT_SERVICE_RUN_STREAM_H_
#define BRANT_AGENT_SERVICE_RUN_STREAM_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "agent/base/timestamp.h"
#include "agent/runs/event_log.h"
#include "agent/service/reply.h"
#include "agent/service/stream.h"

namespace brant {

// Sends a run's events. `Response` has a field `event`.
template <typename Response>
class RunStream final : public Stream<Response, EventLog::Subscription> {
 public:
  explicit RunStream(absl::Duration heartbeat)
      : Stream<Response, EventLog::Subscription>(heartbeat) {}

  // Sends the events after `sequence`, to the last one.
  void Follow(std::shared_ptr<EventLog> events, int64_t sequence)
      ABSL_LOCKS_EXCLUDED(this->mutex_) {
    auto subscription = events->Subscribe([this] { this->Wake(); });
    absl::MutexLock lock(&this->mutex_);
    events_ = std::move(events);
    sequence_ = sequence;
    this->Begin(std::move(subscription));
  }

 private:
  void WriteNext() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(this->mutex_) {
    v1::RunEvent& response = *this->response_.mutable_event();
    const EventLog::Next next = events_->NextAfter(sequence_);
    if (next.event != nullptr) {
      response = *next.event;
      sequence_ = next.event->sequence();
      this->Write(next.event->has_run_finished());
    } else if (next.finished) {
      ReachedEnd();
    } else if (!next.closed.ok()) {
      this->End(ToGrpcStatus(next.closed));
    } else if (this->IsQuiet()) {
      response.Clear();
      response.set_run_id(events_->run_id());
      response.set_sequence(sequence_);
      *response.mutable_event_time() = ToTimestamp(absl::Now());
      response.mutable_heartbeat();
      this->Write(/*last=*/false);
    }
  }

  // It was asked for events beyond the last one.
  void ReachedEnd() ABSL_EXCLUSIVE_LOCKS_REQUIRED(this->mutex_) {
    if (events_->source() == EventLog::Source::kRun) return this->End(grpc::Status::OK);
    // The reader has seen events that were not recorded any more before their run
    // ended; the end is new to it.
    *this->response_.mutable_event() = *events_->Last();
    this->response_.mutable_event()->set_sequence(++sequence_);
    this->Write(/*last=*/true);
  }

  std::shared_ptr<EventLog> events_ ABSL_GUARDED_BY(this->mutex_);
  int64_t sequence_ ABSL_GUARDED_BY(this->mutex_) = 0;
};

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_RUN_STREAM_H_
