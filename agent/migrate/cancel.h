// Stopping a run from another thread.

#ifndef BRANT_AGENT_MIGRATE_CANCEL_H_
#define BRANT_AGENT_MIGRATE_CANCEL_H_

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/database/database.h"

namespace brant {

// What a cancellation ends.
enum class CancelScope {
  // The run alone: whoever asked for it gave up.
  kRun,
  // Also the equal requests that wait for it (agent/migrate/followed.h): the work
  // is not wanted.
  kEqualRequests,
};

// Why a run ends that was cancelled by request.
absl::Status CancelledError(CancelScope scope);
// The run that ended with this error was cancelled with kEqualRequests.
bool WasCancelledForAll(const absl::Status& error);

// Carries the wish to stop from any thread to the one that executes. Thread-safe.
class CancelToken {
 public:
  // Asks to stop, for a reason that becomes the run's error (CANCELLED or
  // SHUTTING_DOWN); the first one counts. Cancels the statement under way. A
  // statement that is just about to begin escapes: call again until the run has
  // ended. Blocks for as long as telling the database takes.
  void Cancel(absl::Status reason) ABSL_LOCKS_EXCLUDED(mutex_);

  // As Cancel, but lets the statement under way end. For the thread that
  // executes, between two steps: a statement of the clean-up is not cancelled.
  void StopHere(absl::Status reason) ABSL_LOCKS_EXCLUDED(mutex_);

  // OK until Cancel was called, then its reason.
  absl::Status reason() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits, but not beyond Cancel. False: cancelled.
  bool SleepFor(absl::Duration duration) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Names the session whose statements Cancel stops, for as long as it lives; then
  // again the one that was named before.
  class Attachment {
   public:
    Attachment(CancelToken& token, Session& session);
    ~Attachment();
    Attachment(const Attachment&) = delete;
    Attachment& operator=(const Attachment&) = delete;

   private:
    CancelToken& token_;
    Session* const before_;
  };

  // While it lives, Cancel only sets the reason: a clean-up must not be cancelled
  // too. Its constructor returns when no Cancel is under way.
  class Shield {
   public:
    explicit Shield(CancelToken& token);
    ~Shield();
    Shield(const Shield&) = delete;
    Shield& operator=(const Shield&) = delete;

   private:
    CancelToken& token_;
    Session* const session_;
  };

 private:
  Session* Exchange(Session* session) ABSL_LOCKS_EXCLUDED(mutex_);

  mutable absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status reason_ ABSL_GUARDED_BY(mutex_);
  Session* session_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_CANCEL_H_
