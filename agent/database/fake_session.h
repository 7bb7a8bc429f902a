// A session without a database, for tests of what is done with sessions.

#ifndef BRANT_AGENT_DATABASE_FAKE_SESSION_H_
#define BRANT_AGENT_DATABASE_FAKE_SESSION_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/synchronization/mutex.h"
#include "agent/database/database.h"

namespace brant {

// Does nothing, successfully, unless told otherwise. Thread-safe.
class FakeSession : public Session {
 public:
  // What Execute answers.
  std::function<absl::StatusOr<Execution>(absl::string_view statement)> on_execute;
  // What TryLock answers; `count` is how often it was called, from 1.
  std::function<absl::StatusOr<bool>(int count)> on_try_lock;
  std::function<absl::StatusOr<std::optional<LockOwner>>()> on_lock_holder;
  std::function<void()> on_cancel;

  absl::StatusOr<Execution> Execute(absl::string_view statement) override;
  using Session::Query;
  absl::StatusOr<Rows> Query(absl::string_view sql, absl::Span<const Value> args) override;
  absl::Status Batch(absl::Span<const BoundStatement> statements) override;
  absl::Status Begin() override;
  absl::Status Commit() override;
  absl::Status Rollback() override;
  absl::Status BatchAndCommit(absl::Span<const BoundStatement> statements) override;
  bool InTransaction() const override;
  absl::StatusOr<bool> TryLock(absl::string_view name) override;
  absl::Status ReleaseLock(absl::string_view name) override;
  absl::StatusOr<std::optional<LockOwner>> LockHolder(absl::string_view name) override;
  absl::Status Reset() override;
  void Cancel() override;
  bool IsAlive() const override { return true; }
  std::string ServerId() const override { return "fake"; }

  int try_lock_count() const;
  int cancel_count() const;

 private:
  mutable absl::Mutex mutex_;
  bool in_transaction_ ABSL_GUARDED_BY(mutex_) = false;
  int try_locks_ ABSL_GUARDED_BY(mutex_) = 0;
  int cancels_ ABSL_GUARDED_BY(mutex_) = 0;
};

// A database that makes fake sessions and has no tables, unless told otherwise.
class FakeDatabase : public Database {
 public:
  std::function<absl::StatusOr<std::unique_ptr<Session>>()> on_connect;

  Dialect dialect() const override { return Dialect::kPostgresql; }
  std::string DisplayName() const override { return "fake"; }
  absl::StatusOr<std::unique_ptr<Session>> Connect(const SessionOptions& options) override;
  absl::StatusOr<std::string> ServerVersion(Session& session) override { return "Fake 1.0"; }
  absl::StatusOr<bool> TableExists(Session& session, absl::string_view schema,
                                   absl::string_view table) override {
    return false;
  }
};

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_FAKE_SESSION_H_
