#include "agent/migrate/migration_lock.h"

#include <algorithm>
#include <optional>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(20);
constexpr absl::Duration kLongestPause = absl::Seconds(1);

}  // namespace

absl::Status AcquireMigrationLock(Session& session, absl::string_view name, absl::Duration wait,
                                  RunObserver& observer, const CancelToken& cancel) {
  absl::BitGen random;
  const absl::Time deadline = absl::Now() + wait;
  absl::Duration pause = kFirstPause;
  std::optional<std::string> reported;
  while (true) {
    BRANT_RETURN_IF_ERROR(cancel.reason());
    BRANT_ASSIGN_OR_RETURN(bool locked, session.TryLock(name));
    if (locked) return absl::OkStatus();

    const std::optional<LockOwner> owner = session.LockHolder(name).value_or(std::nullopt);
    const std::string holder = owner.has_value() ? owner->description : "";
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) {
      return Error(v1::ERROR_REASON_LOCK_TIMEOUT,
                   absl::StrCat("another run held the migration lock for longer than ",
                                absl::FormatDuration(wait),
                                holder.empty() ? "" : absl::StrCat(" (", holder, ")")))
          .Hint("wait for it with 'brant watch', or allow more time with --lock-wait");
    }
    if (reported != holder) {
      observer.OnWaiting(holder, nullptr);
      reported = holder;
    }
    cancel.SleepFor(std::min(left, pause * absl::Uniform(random, 0.5, 1.0)));
    pause = std::min(pause * 1.5, kLongestPause);
  }
}

}  // namespace brant
