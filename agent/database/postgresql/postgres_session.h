#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_POSTGRES_SESSION_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_POSTGRES_SESSION_H_

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "agent/database/database.h"
#include "agent/database/postgresql/postgres_connection.h"

namespace brant {

class PostgresSession : public Session {
 public:
  // Sets what a session of Brant's needs, in one round trip.
  static absl::StatusOr<std::unique_ptr<Session>> Open(
      std::unique_ptr<PostgresConnection> connection, const SessionOptions& options);
  ~PostgresSession() override = default;

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
  bool IsAlive() const override;
  std::string ServerId() const override;

 private:
  PostgresSession(std::unique_ptr<PostgresConnection> connection, const SessionOptions& options);

  // The statement that makes the session Brant's own.
  absl::StatusOr<std::string> Settings();
  // `sql` with each `?` outside of quotes replaced by the next argument.
  absl::StatusOr<std::string> Bind(absl::string_view sql, absl::Span<const Value> args);
  absl::StatusOr<std::string> Join(absl::Span<const BoundStatement> statements);
  // Runs what ends with COMMIT.
  absl::Status RunCommit(const std::string& sql);

  const std::unique_ptr<PostgresConnection> connection_;
  const SessionOptions options_;
  // The server looks whether its client is still there while a statement runs.
  bool checks_connection_ = true;
  std::set<std::string, std::less<>> held_;
};

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_POSTGRES_SESSION_H_
