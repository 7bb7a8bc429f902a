#include "agent/migrate/migration_lock.h"

#include <algorithm>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"

namespace brant {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(20);
constexpr absl::Duration kLongestPause = absl::Seconds(1);

}  // namespace

absl::Status MigrationLock::Acquire(absl::Duration wait) {
  absl::BitGen random;
  const absl::Time deadline = absl::Now() + wait;
  absl::Duration pause = kFirstPause;
  while (true) {
    BRANT_RETURN_IF_ERROR(cancel_.reason());
    BRANT_ASSIGN_OR_RETURN(const bool had, TryAcquire());
    if (had) return absl::OkStatus();
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) {
      const std::string holder = owner_.has_value() ? owner_->description : "";
      return Error(v1::ERROR_REASON_LOCK_TIMEOUT,
                   absl::StrCat("another run held the migration lock for longer than ",
                                absl::FormatDuration(wait),
                                holder.empty() ? "" : absl::StrCat(" (", holder, ")")))
          .Hint("wait for it with 'brant watch', or allow more time with --lock-wait");
    }
    cancel_.SleepFor(std::min(left, pause * absl::Uniform(random, 0.5, 1.0)));
    pause = std::min(pause * 1.5, kLongestPause);
  }
}

absl::StatusOr<bool> MigrationLock::TryAcquire() {
  bool had = false;
  if (session_.IsPooled()) {
    // The transaction only looks whether anybody holds the lock at this moment.
    BRANT_RETURN_IF_ERROR(session_.Begin());
    absl::StatusOr<bool> locked = session_.TryLock(name_);
    session_.Rollback().IgnoreError();
    BRANT_RETURN_IF_ERROR(locked.status());
    had = *locked;
  } else {
    BRANT_ASSIGN_OR_RETURN(had, session_.TryLock(name_));
  }
  if (had && !session_.IsPooled()) {
    Relay();
    return true;
  }
  BRANT_ASSIGN_OR_RETURN(const std::optional<ActiveRun> active, ReadOther());
  if (active.has_value()) {
    const bool is_new = !relayed_.has_value() || relayed_->id() != active->run.id();
    if (is_new) {
      relayed_sequence_ = 0;
      waited_for_.push_back(active->run.id());
    }
    relayed_ = active->run;
  }
  const bool lives = active.has_value() && !IsGone(*active);
  // Behind a pooler nobody holds the lock between two transactions.
  if (had && !lives) {
    Relay();
    return true;
  }
  owner_ = session_.LockHolder(name_).value_or(std::nullopt);
  Tell(active);
  Relay();
  EndOrphan(lives ? std::nullopt : active);
  return false;
}

absl::StatusOr<std::optional<ActiveRun>> MigrationLock::ReadOther() {
  if (!has_journal_) {
    BRANT_ASSIGN_OR_RETURN(
        has_journal_, database_.TableExists(session_, journal_.tables().schema(), "brant_events"));
    if (!has_journal_) return std::nullopt;
  }
  // What can't be read now is read at the next try: the tables may be locked.
  absl::StatusOr<std::optional<ActiveRun>> active = journal_.ReadActiveRun(session_);
  if (!active.ok()) {
    // Behind a pooler it decides.
    if (!session_.IsAlive() || session_.IsPooled()) return active.status();
    return std::nullopt;
  }
  if (active->has_value() && (*active)->run.id() == own_.run_id) return std::nullopt;
  return *std::move(active);
}

void MigrationLock::Tell(const std::optional<ActiveRun>& active) {
  std::string holder = owner_.has_value() ? owner_->description : "";
  std::string now = active.has_value() ? absl::StrCat(holder, " ", active->run.id()) : holder;
  if (told_ == now) return;
  observer_.OnWaiting(holder, active.has_value() ? &active->run : nullptr);
  told_ = std::move(now);
}

void MigrationLock::Relay() {
  if (!relayed_.has_value()) return;
  absl::StatusOr<std::vector<v1::RunEvent>> events =
      journal_.ReadEvents(session_, relayed_->id(), relayed_sequence_);
  if (!events.ok()) return;
  for (const v1::RunEvent& event : *events) {
    relayed_sequence_ = event.sequence();
    // What that run relayed itself is another run's.
    if (!event.has_relayed()) observer_.OnRelayed(relayed_->agent(), event);
  }
}

bool MigrationLock::IsGone(const ActiveRun& active) {
  // One that has never shown that it can is not expected to.
  return signs_of_life_.AreMissing(active, absl::Now()) && !active.heartbeat.empty();
}

void MigrationLock::EndOrphan(const std::optional<ActiveRun>& active) {
  if (!owner_.has_value() || owner_->server_id.empty() || owner_->server_id == ended_session_) {
    return;
  }
  const bool is_lost = owner_->server_id == own_.lost_session;
  const bool is_orphan = active.has_value() && owner_->server_id == active->session_id;
  if (!is_lost && !is_orphan) return;
  if (!session_.Terminate(owner_->server_id).value_or(false)) return;
  ended_session_ = owner_->server_id;
  observer_.OnNotice(
      is_lost ? absl::StrCat("ended ", owner_->description, ", which this run had lost")
              : absl::StrCat(
                    "ended ", owner_->description, ", which executed run ", active->run.id(),
                    ": its agent ", active->run.agent(), " has shown no sign of life for ",
                    absl::FormatDuration(absl::Floor(active->heartbeat_age, absl::Seconds(1)))));
}

}  // namespace brant
