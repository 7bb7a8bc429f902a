#include "agent/migrate/cancel.h"

#include <utility>

namespace brant {

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

void CancelToken::Detach() {
  absl::MutexLock lock(&mutex_);
  session_ = nullptr;
}

bool CancelToken::SleepFor(absl::Duration duration) const {
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&cancelled_), duration);
}

CancelToken::Attachment::Attachment(CancelToken& token, Session& session) : token_(token) {
  absl::MutexLock lock(&token_.mutex_);
  token_.session_ = &session;
}

CancelToken::Attachment::~Attachment() {
  absl::MutexLock lock(&token_.mutex_);
  token_.session_ = nullptr;
}

}  // namespace brant
