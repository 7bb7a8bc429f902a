#include "tests/integration/agent/unreliable_database.h"

#include <atomic>

#include "agent/base/error.h"

namespace brant {
namespace {

class UnreliableSession : public Session {
 public:
  UnreliableSession(std::unique_ptr<Session> real, const UnreliableDatabase& database)
      : real_(std::move(real)), database_(database) {}

  using Session::Query;
  absl::StatusOr<Execution> Execute(absl::string_view statement) override {
    return real_->Execute(statement);
  }
  absl::StatusOr<Rows> Query(absl::string_view sql, absl::Span<const Value> args) override {
    return real_->Query(sql, args);
  }
  absl::Status Batch(absl::Span<const BoundStatement> statements) override {
    return real_->Batch(statements);
  }
  absl::Status Begin() override { return real_->Begin(); }
  absl::Status Commit() override { return Answer(real_->Commit()); }
  absl::Status Rollback() override { return real_->Rollback(); }
  absl::Status BatchAndCommit(absl::Span<const BoundStatement> statements) override {
    return Answer(real_->BatchAndCommit(statements));
  }
  bool InTransaction() const override { return real_->InTransaction(); }
  absl::StatusOr<bool> TryLock(absl::string_view name) override { return real_->TryLock(name); }
  absl::Status ReleaseLock(absl::string_view name) override { return real_->ReleaseLock(name); }
  absl::StatusOr<std::optional<LockOwner>> LockHolder(absl::string_view name) override {
    return real_->LockHolder(name);
  }
  absl::StatusOr<StatementKind> KindOf(const Statement& statement) override {
    return real_->KindOf(statement);
  }
  absl::StatusOr<std::optional<std::string>> Fingerprint(absl::string_view statement) override {
    return real_->Fingerprint(statement);
  }
  absl::StatusOr<std::string> RemoveLeftovers(absl::string_view statement) override {
    return real_->RemoveLeftovers(statement);
  }
  absl::StatusOr<Activity> Observe(absl::string_view server_id) override {
    return real_->Observe(server_id);
  }
  absl::StatusOr<bool> Terminate(absl::string_view server_id) override {
    return real_->Terminate(server_id);
  }
  absl::Status Reset() override { return real_->Reset(); }
  void Cancel() override { real_->Cancel(); }
  bool IsAlive() const override { return !broken_ && real_->IsAlive(); }
  std::string ServerId() const override { return real_->ServerId(); }

  Session& real() { return *real_; }

 private:
  absl::Status Answer(absl::Status status) {
    if (!status.ok() || !database_.on_committed || !database_.on_committed()) return status;
    broken_ = true;
    return Error(v1::ERROR_REASON_COMMIT_IN_DOUBT, "whether it was committed is not known");
  }

  const std::unique_ptr<Session> real_;
  const UnreliableDatabase& database_;
  std::atomic<bool> broken_ = false;
};

// Databases know their own sessions.
Session& Real(Session& session) {
  auto* unreliable = dynamic_cast<UnreliableSession*>(&session);
  return unreliable == nullptr ? session : unreliable->real();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> UnreliableDatabase::Connect(
    const SessionOptions& options) {
  if (on_connect) BRANT_RETURN_IF_ERROR(on_connect(options));
  BRANT_ASSIGN_OR_RETURN(std::unique_ptr<Session> session, real_->Connect(options));
  if (on_connected) on_connected(options, *session);
  return std::make_unique<UnreliableSession>(std::move(session), *this);
}

absl::StatusOr<std::string> UnreliableDatabase::CheckWritable(Session& session) {
  return real_->CheckWritable(Real(session));
}

absl::StatusOr<std::string> UnreliableDatabase::ServerVersion(Session& session) {
  return real_->ServerVersion(Real(session));
}

absl::StatusOr<bool> UnreliableDatabase::TableExists(Session& session, absl::string_view schema,
                                                     absl::string_view table) {
  return real_->TableExists(Real(session), schema, table);
}

}  // namespace brant
