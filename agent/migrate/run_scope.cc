#include "agent/migrate/run_scope.h"

#include <algorithm>
#include <optional>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"

namespace brant {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(500);
constexpr absl::Duration kLongestPause = absl::Seconds(10);
constexpr absl::Duration kPoolPause = absl::Milliseconds(50);

absl::Status Guard(const RunScope& scope) {
  BRANT_ASSIGN_OR_RETURN(std::optional<DatabaseState> state,
                         scope.journal.ReadState(scope.session, /*lock=*/true));
  const v1::Run& run = scope.run;
  if (!state.has_value()) {
    return Error(v1::ERROR_REASON_CONCURRENT_CHANGE,
                 absl::StrCat("the row of ", scope.journal.tables().version_table(), " in ",
                              scope.journal.tables().Journal(), " was deleted during the run"))
        .Hint("run the command again; it is made anew");
  }
  if (state->epoch != run.epoch()) {
    return Error(v1::ERROR_REASON_CONCURRENT_CHANGE,
                 absl::StrCat("run ", run.id(), " of epoch ", run.epoch(),
                              " was overtaken by a run of epoch ", state->epoch))
        .Hint("nothing of this step took effect; run the command again");
  }
  if (state->rows != VersionRows(run)) {
    return Error(v1::ERROR_REASON_CONCURRENT_CHANGE,
                 absl::StrCat("the version rows changed during the run: expected [",
                              absl::StrJoin(VersionRows(run), ", "), "], found [",
                              absl::StrJoin(state->rows, ", "), "]"))
        .Hint("somebody else migrates this database without Brant's lock; run the command again");
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string> VersionRows(const v1::Run& run) {
  return {run.to_revisions().begin(), run.to_revisions().end()};
}

void SetVersionRows(v1::Run& run, const std::vector<std::string>& rows) {
  run.mutable_to_revisions()->Assign(rows.begin(), rows.end());
}

void SettleSignOfLife(const RunScope& scope) {
  if (!scope.monitor.IsSilent() || scope.journal.tables().dialect() == Dialect::kSqlite) return;
  std::vector<BoundStatement> batch = scope.journal.RegainSession();
  batch.push_back(scope.session.IsPooled() ? scope.journal.Heartbeat(scope.run.id())
                                           : scope.journal.WithdrawHeartbeat(scope.run.id()));
  scope.session.Batch(batch).IgnoreError();
}

absl::Status BeginGuarded(const RunScope& scope) {
  SettleSignOfLife(scope);
  while (true) {
    BRANT_RETURN_IF_ERROR(scope.session.Begin());
    absl::StatusOr<bool> locked = true;
    if (scope.session.IsPooled()) {
      locked = scope.session.TryLock(scope.journal.tables().LockName());
    }
    absl::Status status = locked.status();
    if (status.ok() && *locked) status = Guard(scope);
    if (status.ok() && *locked) return absl::OkStatus();
    RollBack(scope);
    BRANT_RETURN_IF_ERROR(status);
    if (!scope.cancel.SleepFor(kPoolPause)) return scope.cancel.reason();
  }
}

absl::Status GuardWithin(const RunScope& scope) {
  BRANT_RETURN_IF_ERROR(scope.session.Batch(scope.journal.RegainSession()));
  return Guard(scope);
}

void RollBack(const RunScope& scope) {
  CancelToken::Shield shield(scope.cancel);
  scope.session.Rollback().IgnoreError();
}

bool GaveWay(const absl::Status& status) {
  const v1::ErrorReason reason = ReasonOf(status);
  return reason == v1::ERROR_REASON_LOCK_NOT_AVAILABLE || reason == v1::ERROR_REASON_DEADLOCK;
}

absl::Status TryUntilNotInTheWay(const RunScope& scope, int position,
                                 const std::function<absl::Status()>& attempt) {
  absl::BitGen random;
  absl::Duration pause = kFirstPause;
  while (true) {
    absl::Status status = attempt();
    if (!GaveWay(status) || !scope.session.IsAlive()) return status;
    const absl::Duration delay =
        absl::Trunc(pause * absl::Uniform(random, 0.5, 1.0), absl::Milliseconds(1));
    scope.observer.OnAttemptFailed(position, status, delay);
    if (!scope.cancel.SleepFor(delay)) return scope.cancel.reason();
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace brant
