// The bundles that an agent knows: its own, and those that clients uploaded.

#ifndef BRANT_AGENT_RUNS_BUNDLE_STORE_H_
#define BRANT_AGENT_RUNS_BUNDLE_STORE_H_

#include <list>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "agent/revisions/bundle.h"

namespace brant {

// Thread-safe.
class BundleStore {
 public:
  // `folder`: the agent's own migrations; empty: none. Uploads are kept up to
  // `max_bytes` in all, those least recently used are dropped first; the last
  // one stays in any case.
  explicit BundleStore(std::string folder, size_t max_bytes = size_t{1} << 30)
      : folder_(std::move(folder)), max_bytes_(max_bytes) {}

  // The bundle of a digest; empty: the agent's own, read again if its files
  // changed. May read files. Errors: BUNDLE_UNKNOWN, for the own one
  // INVALID_REQUEST if there is none, and those of reading it.
  absl::StatusOr<std::shared_ptr<const Bundle>> Get(absl::string_view digest)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The agent has migrations of its own.
  bool HasOwn() const { return !folder_.empty(); }

  void Add(std::shared_ptr<const Bundle> bundle) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::StatusOr<std::shared_ptr<const Bundle>> Own();
  std::shared_ptr<const Bundle> Find(absl::string_view digest) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string folder_;
  const size_t max_bytes_;
  absl::Mutex mutex_;
  // The most recently used first.
  std::list<std::shared_ptr<const Bundle>> bundles_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brant

#endif  // BRANT_AGENT_RUNS_BUNDLE_STORE_H_
