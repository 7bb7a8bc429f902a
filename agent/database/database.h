// A database as migrations see it: one narrow interface over PostgreSQL, SQLite
// and MySQL/MariaDB. Drivers and their exceptions end behind it.
//
// Errors are built by agent/base/error.h: DATABASE_UNREACHABLE,
// DATABASE_LOGIN_REFUSED, DATABASE_PERMISSION_DENIED, DATABASE_READ_ONLY,
// COMMIT_IN_DOUBT, LOCK_NOT_AVAILABLE, DEADLOCK, CANCELLED, and for all else
// DATABASE_ERROR. They carry the database's code and message, and never a
// password.

#ifndef BRANT_AGENT_DATABASE_DATABASE_H_
#define BRANT_AGENT_DATABASE_DATABASE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "agent/base/dialect.h"
#include "agent/database/statement.h"
#include "agent/database/value.h"

namespace brant {

struct SessionOptions {
  // What the server shows of the session (application_name on PostgreSQL).
  std::string name = "brant";
  absl::Duration connect_timeout = absl::Seconds(10);
  // Only reads: the session never writes, and works on a standby.
  bool read_only = false;
  // SQLite: a file that is not there is DATABASE_UNREACHABLE, also where the session
  // only reads.
  bool must_exist = false;
  // How long a statement of a migration may wait for a lock of the database
  // (lock_timeout, lock_wait_timeout, busy_timeout). Zero: the server's own.
  absl::Duration lock_timeout;
};

// What a statement changed.
struct Execution {
  int64_t rows_affected = 0;
};

// Who holds an advisory lock.
struct LockOwner {
  // As Session::ServerId of its session.
  std::string server_id;
  // For people: id, session name, address.
  std::string description;

  friend bool operator==(const LockOwner&, const LockOwner&) = default;
};

// A session that is in another one's way.
struct Blocker {
  std::string server_id;
  // For people: name, user, address, as far as the server tells.
  std::string session;
  // What it executes, or executed last.
  std::string statement;
  // How long its transaction is open.
  absl::Duration age;
};

// What a session's statement is doing, as another session sees it.
struct Activity {
  // Whose locks it waits for; empty: nobody's, or the server does not tell.
  std::vector<Blocker> blockers;
  // What a long statement does, such as "building index: scanning table"; empty
  // where the server does not tell.
  std::string phase;
  // How much of the phase is done, from 0 to 1.
  std::optional<double> share;
};

// One connection. Used by one thread at a time; only Cancel may be called from
// any thread, at any time while the session lives.
class Session {
 public:
  virtual ~Session() = default;

  // Runs one statement of a migration, its bytes as they are. Rows that it
  // returns are read and dropped. The position of an error, where the database
  // gives one, is in the detail "position": a byte offset into the statement.
  // LOCK_NOT_AVAILABLE and DEADLOCK mean that it had no effect and may be tried
  // again.
  virtual absl::StatusOr<Execution> Execute(absl::string_view statement) = 0;

  // Runs one of Brant's own statements. Each `?` outside of quotes stands for
  // the next argument.
  virtual absl::StatusOr<Rows> Query(absl::string_view sql, absl::Span<const Value> args) = 0;
  absl::StatusOr<Rows> Query(absl::string_view sql) { return Query(sql, {}); }

  // Runs several of Brant's own statements whose rows nobody needs, in one
  // round trip where the database can. Outside of a transaction they are one of
  // their own. The first error ends it.
  virtual absl::Status Batch(absl::Span<const BoundStatement> statements) = 0;

  virtual absl::Status Begin() = 0;
  // COMMIT_IN_DOUBT if the connection broke before the answer came.
  virtual absl::Status Commit() = 0;
  virtual absl::Status Rollback() = 0;
  // Batch, then Commit, in one round trip where the database can.
  virtual absl::Status BatchAndCommit(absl::Span<const BoundStatement> statements) = 0;
  // A transaction is open, whoever began it.
  virtual bool InTransaction() const = 0;

  // Takes the session's advisory lock for `name`, without waiting. It ends with
  // ReleaseLock or with the session. False: another session holds it. Taking it
  // again changes nothing: one ReleaseLock lets go.
  virtual absl::StatusOr<bool> TryLock(absl::string_view name) = 0;
  virtual absl::Status ReleaseLock(absl::string_view name) = 0;
  // Who holds the lock; nothing: nobody, or not known.
  virtual absl::StatusOr<std::optional<LockOwner>> LockHolder(absl::string_view name) = 0;

  // True if every transaction may get another session of the server, behind a
  // pooler in transaction mode. Then TryLock works within a transaction only
  // (INTERNAL outside), and the lock ends with that; settings are made anew by
  // each Begin, Reset only rolls back, and Execute refuses what would outlast its
  // transaction in the server's session (POOLED_CONNECTION).
  virtual bool IsPooled() const { return false; }

  // What the statement of a migration is to this session: EXECUTE is what was
  // prepared, and a procedure if that can't be told.
  virtual absl::StatusOr<StatementKind> KindOf(const Statement& statement) {
    return statement.kind;
  }

  // A digest of all in the catalogue that the statement of a migration names: if
  // it is the same after a crash as it was before the statement, that had no
  // effect. Nothing: the catalogue can't tell.
  virtual absl::StatusOr<std::optional<std::string>> Fingerprint(absl::string_view statement) {
    return std::nullopt;
  }

  // Removes what the statement leaves behind where it fails or is cut off, such
  // as the invalid index of CREATE INDEX CONCURRENTLY, or ends what it began.
  // Says what it did, for people; empty: there was nothing.
  virtual absl::StatusOr<std::string> RemoveLeftovers(absl::string_view statement) { return ""; }

  // What the session `server_id` is doing.
  virtual absl::StatusOr<Activity> Observe(absl::string_view server_id) { return Activity(); }

  // Ends another session. False: there is none of that id any more.
  virtual absl::StatusOr<bool> Terminate(absl::string_view server_id) { return false; }

  // Undoes what a migration may have left behind: an open transaction, session
  // settings, temporary objects where they would be in the way. Keeps the lock.
  virtual absl::Status Reset() = 0;

  // Stops the statement under way, if any: it fails with CANCELLED.
  virtual void Cancel() = 0;

  // False once the connection is known to be broken.
  virtual bool IsAlive() const = 0;
  // The server's process or connection id, in digits. Pooled: that of the open
  // transaction, and empty outside; it is another client's afterwards.
  virtual std::string ServerId() const = 0;
};

// Makes sessions. Thread-safe.
class Database {
 public:
  virtual ~Database() = default;

  virtual Dialect dialect() const = 0;
  // What people may see of the URL: everything but the password.
  virtual std::string DisplayName() const = 0;

  virtual absl::StatusOr<std::unique_ptr<Session>> Connect(const SessionOptions& options) = 0;

  // The database of another name on the same server, with the same credentials and
  // options. Connects to nothing. Null: there is no server that has others (SQLite).
  virtual absl::StatusOr<std::unique_ptr<Database>> OpenSibling(absl::string_view name) {
    return std::unique_ptr<Database>();
  }

  // Whether migrations can be run here, asked before anything is written.
  // Errors: DATABASE_READ_ONLY for a standby or a read-only server. Else what
  // people should know of the server, such as that it is a node of a Galera
  // cluster; empty: nothing.
  virtual absl::StatusOr<std::string> CheckWritable(Session& session) { return ""; }

  // "PostgreSQL 15.6", from a session of this database.
  virtual absl::StatusOr<std::string> ServerVersion(Session& session) = 0;

  // True if a table exists; `schema` empty: where unqualified names lead.
  virtual absl::StatusOr<bool> TableExists(Session& session, absl::string_view schema,
                                           absl::string_view table) = 0;
};

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_DATABASE_H_
