#include "agent/migrate/cancel.h"

#include <utility>

#include "absl/strings/string_view.h"
#include "agent/base/error.h"

namespace brant {
namespace {

constexpr absl::string_view kScope = "cancel_scope";
constexpr absl::string_view kEqualRequests = "equal_requests";

}  // namespace

absl::Status CancelledError(CancelScope scope) {
  Error error(v1::ERROR_REASON_CANCELLED, "the run was cancelled");
  if (scope == CancelScope::kEqualRequests) error.With(kScope, kEqualRequests);
  return error.Hint("run the command again to go on from where the database is");
}

bool WasCancelledForAll(const absl::Status& error) {
  return ReasonOf(error) == v1::ERROR_REASON_CANCELLED &&
         ErrorDetail(error, kScope) == kEqualRequests;
}

void CancelToken::Cancel(absl::Status reason) {
  absl::MutexLock lock(&mutex_);
  if (!cancelled_) {
    cancelled_ = true;
    reason_ = std::move(reason);
  }
  // Under the lock, so that the session can't end meanwhile.
  if (session_ != nullptr) session_->Cancel();
}

void CancelToken::StopHere(absl::Status reason) {
  absl::MutexLock lock(&mutex_);
  if (cancelled_) return;
  cancelled_ = true;
  reason_ = std::move(reason);
}

absl::Status CancelToken::reason() const {
  absl::MutexLock lock(&mutex_);
  return reason_;
}

bool CancelToken::SleepFor(absl::Duration duration) const {
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&cancelled_), duration);
}

Session* CancelToken::Exchange(Session* session) {
  absl::MutexLock lock(&mutex_);
  return std::exchange(session_, session);
}

CancelToken::Attachment::Attachment(CancelToken& token, Session& session)
    : token_(token), before_(token.Exchange(&session)) {}

CancelToken::Attachment::~Attachment() { token_.Exchange(before_); }

CancelToken::Shield::Shield(CancelToken& token)
    : token_(token), session_(token.Exchange(nullptr)) {}

CancelToken::Shield::~Shield() { token_.Exchange(session_); }

}  // namespace brant
