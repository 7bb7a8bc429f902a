#ifndef BRANT_AGENT_DATABASE_SQLITE_ADVISORY_LOCK_H_
#define BRANT_AGENT_DATABASE_SQLITE_ADVISORY_LOCK_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace brant {

// The lock that keeps two runs from one SQLite database, which has no advisory
// locks of its own. One object is one would-be holder; it lets go when it is
// destroyed, and the operating system does it for a process that dies.
class AdvisoryLock {
 public:
  virtual ~AdvisoryLock() = default;

  // `holder` says to others who it is. True if it is held now, or already was.
  virtual absl::StatusOr<bool> TryLock(absl::string_view holder) = 0;
  virtual void Unlock() = 0;
  // Who holds it; empty: nobody.
  virtual absl::StatusOr<std::string> Holder() = 0;
};

// A lock of the operating system on the file `path`, which is there only while
// somebody holds the lock. Works between processes of one machine.
std::unique_ptr<AdvisoryLock> MakeFileLock(std::string path);

// What the locks of a database in memory have in common. Thread-safe.
struct MemoryLockState {
  absl::Mutex mutex;
  bool held ABSL_GUARDED_BY(mutex) = false;
  std::string holder ABSL_GUARDED_BY(mutex);
};

std::unique_ptr<AdvisoryLock> MakeMemoryLock(std::shared_ptr<MemoryLockState> state);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_SQLITE_ADVISORY_LOCK_H_
