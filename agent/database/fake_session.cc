#include "agent/database/fake_session.h"

namespace brant {

absl::StatusOr<Execution> FakeSession::Execute(absl::string_view statement) {
  return on_execute ? on_execute(statement) : Execution();
}

absl::StatusOr<Rows> FakeSession::Query(absl::string_view, absl::Span<const Value>) {
  return Rows();
}

absl::Status FakeSession::Batch(absl::Span<const BoundStatement>) { return absl::OkStatus(); }

absl::Status FakeSession::Begin() {
  absl::MutexLock lock(&mutex_);
  in_transaction_ = true;
  return absl::OkStatus();
}

absl::Status FakeSession::Commit() {
  absl::MutexLock lock(&mutex_);
  in_transaction_ = false;
  return absl::OkStatus();
}

absl::Status FakeSession::Rollback() { return Commit(); }

absl::Status FakeSession::BatchAndCommit(absl::Span<const BoundStatement>) { return Commit(); }

bool FakeSession::InTransaction() const {
  absl::MutexLock lock(&mutex_);
  return in_transaction_;
}

absl::StatusOr<bool> FakeSession::TryLock(absl::string_view) {
  int count;
  {
    absl::MutexLock lock(&mutex_);
    count = ++try_locks_;
  }
  return on_try_lock ? on_try_lock(count) : true;
}

absl::Status FakeSession::ReleaseLock(absl::string_view) { return absl::OkStatus(); }

absl::StatusOr<std::optional<LockOwner>> FakeSession::LockHolder(absl::string_view) {
  return on_lock_holder ? on_lock_holder() : std::nullopt;
}

absl::Status FakeSession::Reset() { return Commit(); }

void FakeSession::Cancel() {
  {
    absl::MutexLock lock(&mutex_);
    ++cancels_;
  }
  if (on_cancel) on_cancel();
}

absl::StatusOr<std::unique_ptr<Session>> FakeDatabase::Connect(const SessionOptions&) {
  if (on_connect) return on_connect();
  return std::make_unique<FakeSession>();
}

int FakeSession::try_lock_count() const {
  absl::MutexLock lock(&mutex_);
  return try_locks_;
}

int FakeSession::cancel_count() const {
  absl::MutexLock lock(&mutex_);
  return cancels_;
}

}  // namespace brant
