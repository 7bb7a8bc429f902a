#ifndef BRANT_CLIENT_CONNECTION_BACKOFF_H_
#define BRANT_CLIENT_CONNECTION_BACKOFF_H_

#include <functional>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace brant {

// Time as retries see it; a test brings its own.
struct RetryClock {
  std::function<absl::Time()> now = absl::Now;
  std::function<void(absl::Duration)> sleep = absl::SleepFor;
};

// How long something is tried again: pauses that grow from 100 ms to 2 s, each
// between half and the whole of its length so that many clients spread out,
// until `limit` has passed since the first failure.
class Backoff {
 public:
  Backoff(absl::Duration limit, RetryClock clock);

  // Pauses before the next try; false, at once, if the limit has passed.
  bool Pause();
  // The last try succeeded.
  void Reset();
  // From now on nothing limits the tries.
  void Lift();

 private:
  absl::Duration limit_;
  const RetryClock clock_;
  absl::Time first_failure_ = absl::InfiniteFuture();
  absl::Duration next_;
};

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_BACKOFF_H_
