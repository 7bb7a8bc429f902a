#include "client/connection/pursuit.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {
namespace {

// How long a pause goes on before signals and the deadline are looked for.
constexpr absl::Duration kSlice = absl::Milliseconds(100);

}  // namespace

Pursuit::Pursuit(AgentClient& client, const Interrupts& interrupts, absl::Duration timeout,
                 std::function<void(absl::string_view)> note)
    : client_(client),
      interrupts_(interrupts),
      note_(std::move(note)),
      clock_(client.options().clock),
      deadline_(clock_.now() + timeout),
      backoff_(client.options().retry_limit, {clock_.now, [this](auto time) { Sleep(time); }}),
      upload_backoff_(client.options().retry_limit,
                      {clock_.now, [this](auto time) { Sleep(time); }}) {}

void Pursuit::Sleep(absl::Duration duration) const {
  for (; duration > absl::ZeroDuration() && left() == Left::kNot; duration -= kSlice) {
    clock_.sleep(std::min(duration, kSlice));
  }
}

Left Pursuit::left() const {
  if (interrupts_.signal() != 0) return Left::kSignal;
  return clock_.now() >= deadline_ ? Left::kTimeout : Left::kNot;
}

bool Pursuit::IsWorthAnotherTry(const absl::Status& status) const {
  if (client_.MayRetry(status)) return true;
  if (client_.connection().is_private()) return false;
  switch (ReasonOf(status)) {
    // Of a run: what it left is found out, and taken up, by the next one.
    case v1::ERROR_REASON_COMMIT_IN_DOUBT:
    case v1::ERROR_REASON_CONCURRENT_CHANGE:
    // Another agent's server may be the primary, or this one become it.
    case v1::ERROR_REASON_DATABASE_READ_ONLY:
      return true;
    default:
      return false;
  }
}

bool Pursuit::TryAgain(const absl::Status& status, bool progressed) {
  if (!IsWorthAnotherTry(status)) return false;
  uploaded_ = false;
  if (progressed) {
    backoff_.Reset();
    upload_backoff_.Reset();
    told_ = false;
    client_.connection().Answered();
  }
  const v1::ErrorReason reason = ReasonOf(status);
  // A standby alone is no contact: who never meets anything else is told so.
  if (!client_.connection().is_private() && reason != v1::ERROR_REASON_DATABASE_READ_ONLY &&
      (progressed || reason != v1::ERROR_REASON_AGENT_UNREACHABLE)) {
    backoff_.Lift();
  }
  const bool another = client_.connection().Failed(status);
  trouble_ = client_.connection().Explain(status);
  if (another) return true;
  if (!std::exchange(told_, true)) note_(absl::StrCat("Trying again: ", trouble_.message()));
  return backoff_.Pause();
}

absl::Status Pursuit::Upload(MigrationSource& source, const std::string& peer,
                             std::string& digest) {
  // It may have lost them since, or another agent answers at the address.
  if (std::exchange(uploaded_, true) && !upload_backoff_.Pause()) {
    return Error(v1::ERROR_REASON_BUNDLE_UNKNOWN,
                 absl::StrCat("the agent at ", client_.connection().address(),
                              " does not keep the migrations that were sent to it"))
        .Hint("its log may say why; 'brant status' shows its version");
  }
  absl::StatusOr<std::string> sent = client_.Upload(source, peer);
  // Others send theirs at this moment, most likely the very same files.
  if (ReasonOf(sent.status()) == v1::ERROR_REASON_LIMIT_EXCEEDED) sent = client_.FindDigest(source);
  BRANT_ASSIGN_OR_RETURN(digest, std::move(sent));
  return absl::OkStatus();
}

}  // namespace brant
