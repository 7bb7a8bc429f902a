#ifndef BRANT_AGENT_DATABASE_SQLITE_SQLITE_SESSION_H_
#define BRANT_AGENT_DATABASE_SQLITE_SQLITE_SESSION_H_

#include <SQLiteCpp/Database.h>

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/database/database.h"
#include "agent/database/sqlite/advisory_lock.h"

struct sqlite3_stmt;

namespace brant {

// What a session opens.
struct SqliteLocation {
  // The file, or the name of the database in memory.
  std::string path;
  bool in_memory = false;
  // Its file is not there: reads as an empty database.
  bool missing = false;
};

class SqliteSession : public Session {
 public:
  static absl::StatusOr<std::unique_ptr<Session>> Open(SqliteLocation location,
                                                       const SessionOptions& options,
                                                       std::unique_ptr<AdvisoryLock> lock);
  ~SqliteSession() override = default;

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
  // Opens the connection anew where a migration changed settings or made
  // temporary objects: that leaves nothing behind, and costs reading the schema.
  absl::Status Reset() override;
  void Cancel() override;
  // Also false once the file was made, removed or replaced: connect again.
  bool IsAlive() const override;
  std::string ServerId() const override;

 private:
  class PreparedStatement;

  SqliteSession(SqliteLocation location, const SessionOptions& options,
                std::unique_ptr<AdvisoryLock> lock);

  absl::Status OpenConnection();
  // Prepares the first statement of `text` and moves `text` behind it.
  absl::StatusOr<PreparedStatement> Prepare(absl::string_view& text);
  absl::Status LastError(int code) const;
  absl::Status Run(absl::string_view sql);

  static int Authorize(void* session, int action, const char* first, const char* second,
                       const char* database, const char* trigger);
  static int WaitWhileBusy(void* session, int count);

  const SqliteLocation location_;
  const SessionOptions options_;
  const std::unique_ptr<AdvisoryLock> lock_;
  std::set<std::string, std::less<>> held_;

  // The connection changes in Reset only. Its own thread reads it without the
  // mutex; Cancel takes it.
  absl::Mutex mutex_;
  std::unique_ptr<SQLite::Database> connection_;
  std::atomic<bool> cancelled_ = false;
  // What the authorizer refused in the statement under way.
  std::string refused_;
  // A PRAGMA with a value was prepared, or something temporary was made.
  bool needs_reopening_ = false;
  // Device and inode of the file that is open; zeros without one.
  std::pair<uint64_t, uint64_t> file_id_;
};

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_SQLITE_SQLITE_SESSION_H_
