// A session on MySQL or MariaDB.

#ifndef BRANT_AGENT_DATABASE_MYSQL_MYSQL_SESSION_H_
#define BRANT_AGENT_DATABASE_MYSQL_MYSQL_SESSION_H_

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "agent/database/database.h"
#include "agent/database/mysql/canceller.h"
#include "agent/database/mysql/connection.h"
#include "agent/database/mysql/connection_options.h"
#include "agent/database/mysql/prepared_statements.h"
#include "agent/database/mysql/session_settings.h"

namespace brant::mysql {

// DDL commits by itself on these servers, so a transaction rarely holds more
// than Brant's own rows.
//
// After a migration's LOCK TABLES, a statement on Brant's own tables fails, and a
// transaction gives up the locks: until UNLOCK TABLES or Reset nothing of
// Brant's own should run.
class MysqlSession : public Session {
 public:
  using Session::Query;

  static absl::StatusOr<std::unique_ptr<Session>> Connect(
      std::shared_ptr<const ConnectionOptions> options, const SessionOptions& session_options);

  absl::StatusOr<Execution> Execute(absl::string_view statement) override;
  absl::StatusOr<Rows> Query(absl::string_view sql, absl::Span<const Value> args) override;
  absl::Status Batch(absl::Span<const BoundStatement> statements) override;
  absl::Status Begin() override;
  absl::Status Commit() override;
  absl::Status Rollback() override;
  absl::Status BatchAndCommit(absl::Span<const BoundStatement> statements) override;
  bool InTransaction() const override { return connection_->InTransaction(); }
  absl::StatusOr<bool> TryLock(absl::string_view name) override;
  absl::Status ReleaseLock(absl::string_view name) override;
  absl::StatusOr<std::optional<LockOwner>> LockHolder(absl::string_view name) override;
  absl::StatusOr<StatementKind> KindOf(const Statement& statement) override;
  // EXECUTE is judged by what was prepared; it must be prepared again before,
  // where a step is resumed.
  absl::StatusOr<std::optional<std::string>> Fingerprint(absl::string_view statement) override;
  absl::StatusOr<brant::Activity> Observe(absl::string_view server_id) override;
  absl::StatusOr<bool> Terminate(absl::string_view server_id) override;
  absl::Status Reset() override;
  void Cancel() override { canceller_.Cancel(settings_.connection_id()); }
  bool IsAlive() const override { return connection_->IsAlive(); }
  std::string ServerId() const override { return settings_.connection_id(); }

 private:
  MysqlSession(std::shared_ptr<const ConnectionOptions> options,
               std::unique_ptr<Connection> connection)
      : options_(options), canceller_(options), connection_(std::move(connection)) {}

  // Runs a statement that Cancel can stop.
  std::optional<Failure> Run(absl::string_view sql, Rows* rows, bool& cancelled);
  // The same, for Brant's own statements.
  absl::Status RunOwn(absl::string_view sql, Rows* rows);
  absl::Status DropTemporaryTables();
  absl::Status RememberPrepared(absl::string_view statement);
  // The value of an SQL expression; nothing for NULL.
  absl::StatusOr<std::optional<std::string>> Evaluate(absl::string_view expression);
  // What EXECUTE runs; nothing if that is not known.
  absl::StatusOr<std::optional<std::string>> ExecutedText(const PreparedUse& use);
  std::string ServerLockName(absl::string_view name) const;

  const std::shared_ptr<const ConnectionOptions> options_;
  Canceller canceller_;
  const std::unique_ptr<Connection> connection_;
  SessionSettings settings_;
  // Names as GET_LOCK was given them. The server counts how often a session
  // takes a lock; Brant does not.
  std::set<std::string> locks_;
  std::set<std::string> temporary_tables_;
  PreparedStatements prepared_;
  // A migration's statement ran, or failed, since the last Reset.
  bool used_ = false;
  bool failed_ = false;
};

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_MYSQL_SESSION_H_
