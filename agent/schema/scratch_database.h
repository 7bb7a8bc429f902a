#ifndef BRANT_AGENT_SCHEMA_SCRATCH_DATABASE_H_
#define BRANT_AGENT_SCHEMA_SCRATCH_DATABASE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/database/database.h"

namespace brant {

// An empty database to try things in, which goes away with this object: in memory
// for SQLite, else `brant_scratch_…` on the server of another one, with that one's
// encoding and collation, and on PostgreSQL its search_path.
//
// What killed agents have left behind is dropped by the next one that makes a
// scratch database beside the same database: whoever lives holds a lock of the
// scratch database's name on a session there.
class ScratchDatabase {
 public:
  // Errors: DATABASE_PERMISSION_DENIED where databases can't be made,
  // POOLED_CONNECTION behind a pooler, and those of the database.
  static absl::StatusOr<std::unique_ptr<ScratchDatabase>> Create(Database& beside);

  // All sessions of the scratch database must be closed.
  ~ScratchDatabase();
  ScratchDatabase(const ScratchDatabase&) = delete;
  ScratchDatabase& operator=(const ScratchDatabase&) = delete;

  Database& database() { return *database_; }

 private:
  explicit ScratchDatabase(Database& beside) : beside_(beside) {}

  absl::Status Make();
  absl::Status DropLeftovers(const std::string& prefix);
  absl::Status CreateOnServer();
  // PostgreSQL: unqualified names lead where they lead in `beside`.
  absl::Status FollowSearchPath();

  Database& beside_;
  // Of `beside`: holds the lock.
  std::unique_ptr<Session> keeper_;
  // Empty until it is made, and for SQLite.
  std::string name_;
  std::unique_ptr<Database> database_;
};

}  // namespace brant

#endif  // BRANT_AGENT_SCHEMA_SCRATCH_DATABASE_H_
