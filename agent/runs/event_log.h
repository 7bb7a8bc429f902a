// The events of one run, kept from the first to the last.

#ifndef BRANT_AGENT_RUNS_EVENT_LOG_H_
#define BRANT_AGENT_RUNS_EVENT_LOG_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "agent/runs/listeners.h"
#include "brant/v1/run.pb.h"

namespace brant {

// Numbers events without gaps. Readers hold a place in the log instead of a
// queue of their own, so a slow one costs nothing. Thread-safe.
class EventLog {
 public:
  using Subscription = Listeners::Subscription;

  // Where the events come from: the run itself, or the journal, in which the
  // last ones before the end may be missing.
  enum class Source { kRun, kJournal };

  explicit EventLog(std::string run_id, Source source = Source::kRun)
      : run_id_(std::move(run_id)), source_(source) {}

  const std::string& run_id() const { return run_id_; }
  Source source() const { return source_; }

  // Adds an event: sets its sequence number and time, and tells the listeners.
  // Nothing can follow `run_finished`.
  void Append(v1::RunEvent event) ABSL_LOCKS_EXCLUDED(mutex_);
  // Adds an event as it is, unless another one must come before it.
  void AppendNumbered(v1::RunEvent event) ABSL_LOCKS_EXCLUDED(mutex_);

  // No more events will come, and the last one is not the run's. Readers learn
  // why.
  void Close(absl::Status reason) ABSL_LOCKS_EXCLUDED(mutex_);

  // Calls the listeners without an event, so that they can show that they live.
  void Poke() { listeners_.Notify(); }

  // What there is for a reader that has seen all up to number `sequence`, at one
  // moment: the last event may happen between two questions.
  struct Next {
    // Lives as long as the log; null: it has not happened yet, or never will.
    const v1::RunEvent* event = nullptr;
    // The last event happened.
    bool finished = false;
    // Why the log was closed; OK: it was not.
    absl::Status closed;
  };
  Next NextAfter(int64_t sequence) const ABSL_LOCKS_EXCLUDED(mutex_);
  // Its event alone.
  const v1::RunEvent* After(int64_t sequence) const { return NextAfter(sequence).event; }
  // The latest event; null: none yet. Lives as long as the log.
  const v1::RunEvent* Last() const ABSL_LOCKS_EXCLUDED(mutex_);

  // The last event happened.
  bool finished() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Why it was closed; OK: it was not.
  absl::Status closed() const ABSL_LOCKS_EXCLUDED(mutex_);

  // The memory that the events take, about.
  size_t bytes() const ABSL_LOCKS_EXCLUDED(mutex_);

  // `listener` is called after each event, Poke and Close, by the thread that
  // does it. It must not block, nor end its own subscription.
  std::unique_ptr<Subscription> Subscribe(std::function<void()> listener) {
    return listeners_.Add(std::move(listener));
  }

 private:
  bool FinishedLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !events_.empty() && events_.back().has_run_finished();
  }
  void Add(v1::RunEvent event) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string run_id_;
  const Source source_;
  mutable absl::Mutex mutex_;
  // A deque: references stay valid while it grows.
  std::deque<v1::RunEvent> events_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);
  Listeners listeners_;
};

}  // namespace brant

#endif  // BRANT_AGENT_RUNS_EVENT_LOG_H_
