#ifndef BRANT_AGENT_SCHEMA_POSTGRESQL_SCRATCH_SESSION_H_
#define BRANT_AGENT_SCHEMA_POSTGRESQL_SCRATCH_SESSION_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/database/database.h"

namespace brant {

// A session in the transaction of a scratch space. What the scripts don't make,
// and what Brant does not compare, such as functions, domains and the types of an
// extension that can't be moved, is found in the schemas that were set aside. They
// are looked at for a statement that failed for the lack of such a thing alone:
// were they in search_path all the time, DROP TABLE IF EXISTS would lock the real
// table. The same goes for schemas of the search_path that are not compared.
class PostgresqlScratchSession : public Session {
 public:
  PostgresqlScratchSession(Session& session, std::vector<std::string> elsewhere)
      : session_(session), elsewhere_(std::move(elsewhere)) {}

  absl::StatusOr<Execution> Execute(absl::string_view statement) override;

  absl::StatusOr<Rows> Query(absl::string_view sql, absl::Span<const Value> args) override {
    return session_.Query(sql, args);
  }
  absl::Status Batch(absl::Span<const BoundStatement> statements) override {
    return session_.Batch(statements);
  }
  absl::Status Begin() override { return session_.Begin(); }
  absl::Status Commit() override { return session_.Commit(); }
  absl::Status Rollback() override { return session_.Rollback(); }
  absl::Status BatchAndCommit(absl::Span<const BoundStatement> statements) override {
    return session_.BatchAndCommit(statements);
  }
  bool InTransaction() const override { return session_.InTransaction(); }
  absl::StatusOr<bool> TryLock(absl::string_view name) override { return session_.TryLock(name); }
  absl::Status ReleaseLock(absl::string_view name) override { return session_.ReleaseLock(name); }
  absl::StatusOr<std::optional<LockOwner>> LockHolder(absl::string_view name) override {
    return session_.LockHolder(name);
  }
  bool IsPooled() const override { return session_.IsPooled(); }
  absl::Status Reset() override { return session_.Reset(); }
  void Cancel() override { session_.Cancel(); }
  bool IsAlive() const override { return session_.IsAlive(); }
  std::string ServerId() const override { return session_.ServerId(); }

 private:
  absl::StatusOr<Execution> ExecuteOnce(absl::string_view statement);
  absl::StatusOr<Execution> ExecuteWithElsewhere(absl::string_view statement);

  Session& session_;
  const std::vector<std::string> elsewhere_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_POSTGRESQL_SCRATCH_SESSION_H_
