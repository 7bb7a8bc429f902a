// Reads where a database is: no lock, no writes, never behind a run.

#ifndef BRANT_AGENT_MIGRATE_STATE_READER_H_
#define BRANT_AGENT_MIGRATE_STATE_READER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/migrate/journal.h"
#include "agent/migrate/migrator.h"

namespace brant {

// Keeps one read-only session between calls. Not thread-safe. Where the tables
// do not exist yet, there are no rows and no runs.
class StateReader {
 public:
  // `database` must outlive the reader.
  StateReader(Database* database, MigratorOptions options)
      : database_(*database), options_(std::move(options)) {}

  Dialect dialect() const { return database_.dialect(); }

  // The version rows, sorted.
  absl::StatusOr<std::vector<std::string>> ReadRows();
  absl::StatusOr<std::vector<v1::Run>> ReadRuns(int64_t before_epoch, int limit);
  absl::StatusOr<std::optional<v1::Run>> ReadRun(const std::string& id);
  // As Journal's.
  absl::StatusOr<Journal::Needs> ReadNeeds();
  absl::StatusOr<std::optional<StepRecord>> ReadUnfinishedStep();
  absl::StatusOr<std::string> ServerVersion();
  // OK if the database answers.
  absl::Status Ping();

 private:
  // Runs `read` on a session; once more on a new one if the old one was broken.
  absl::Status WithSession(const std::function<absl::Status(Session&, const Journal&)>& read);
  absl::Status Connect();
  // Runs `read`, unless the table is not there. A table that was there once is
  // not asked for again, until a read fails: it may have been dropped.
  absl::Status IfTableExists(absl::string_view table, bool& seen,
                             const std::function<absl::Status(Session&, const Journal&)>& read);

  Database& database_;
  const MigratorOptions options_;
  std::unique_ptr<Session> session_;
  std::optional<Journal> journal_;
  bool version_table_seen_ = false;
  bool runs_table_seen_ = false;
  bool steps_table_seen_ = false;
  bool scripts_table_seen_ = false;
  std::string server_version_;
};

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_STATE_READER_H_
