#ifndef BRANT_AGENT_DATABASE_POSTGRESQL_POSTGRES_SESSION_H_
#define BRANT_AGENT_DATABASE_POSTGRESQL_POSTGRES_SESSION_H_

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "agent/database/database.h"
#include "agent/database/postgresql/postgres_connection.h"

namespace brant {

// Behind a pooler the server's session is another client's after each
// transaction, so nothing is changed that outlasts one: Begin sets what a
// transaction of Brant's needs, and Execute refuses what would stay (SET, a
// temporary table). `read_only` holds within transactions alone then. A pooler
// in session mode is taken for one in transaction mode: both hide the server's
// process id.
class PostgresSession : public Session {
 public:
  // Sets what a session of Brant's needs, and sees whether it is pooled, in one
  // round trip.
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
  bool IsPooled() const override { return pooled_; }
  absl::StatusOr<std::optional<std::string>> Fingerprint(absl::string_view statement) override;
  absl::StatusOr<std::string> RemoveLeftovers(absl::string_view statement) override;
  absl::StatusOr<Activity> Observe(absl::string_view server_id) override;
  absl::StatusOr<bool> Terminate(absl::string_view server_id) override;
  absl::Status Reset() override;
  void Cancel() override;
  bool IsAlive() const override;
  std::string ServerId() const override;

  // What the server reported last of a setting, without asking it; empty: it does
  // not report this one, or the connection is pooled.
  std::string ReportedSetting(const char* name) const;

 private:
  PostgresSession(std::unique_ptr<PostgresConnection> connection, const SessionOptions& options);

  // The query that makes the session Brant's own, or the transaction alone where
  // the SQL expression `is_local` is true. Its first column is the server's
  // process id.
  absl::StatusOr<std::string> Settings(absl::string_view is_local);
  absl::Status FirstSettings();
  // Runs a statement with CONCURRENTLY, or what is left to do of it, without a
  // lock timeout: it would leave something behind if it gave up. If it gives way
  // nevertheless, removes that.
  PostgresConnection::Outcome RunConcurrently(absl::string_view statement);
  // `sql` with each `?` outside of quotes replaced by the next argument.
  absl::StatusOr<std::string> Bind(absl::string_view sql, absl::Span<const Value> args);
  absl::StatusOr<std::string> Join(absl::Span<const BoundStatement> statements);
  // Runs what ends with COMMIT.
  absl::Status RunCommit(const std::string& sql);

  const std::unique_ptr<PostgresConnection> connection_;
  const SessionOptions options_;
  // The server looks whether its client is still there while a statement runs.
  bool checks_connection_ = true;
  bool pooled_ = false;
  // Of the server's session that Begin got from the pooler.
  std::string pooled_id_;
  std::set<std::string, std::less<>> held_;
};

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_POSTGRESQL_POSTGRES_SESSION_H_
