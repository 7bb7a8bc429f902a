// Reads where a database is: no lock, no writes, never behind a run.

#ifndef BRANT_AGENT_MIGRATE_STATE_READER_H_
#define BRANT_AGENT_MIGRATE_STATE_READER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/database/database.h"
#include "agent/migrate/journal.h"
#include "agent/migrate/migrator.h"
#include "agent/migrate/stored_scripts.h"

namespace brant {

// Keeps one read-only session between calls. Not thread-safe. Where the tables
// do not exist yet, or only those of an earlier format, there is nothing to read:
// no rows, no runs, no events.
class StateReader final : public ScriptStore {
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
  absl::StatusOr<std::optional<v1::Run>> ReadRunOfRequest(const std::string& request_id);
  absl::StatusOr<std::optional<ActiveRun>> ReadActiveRun();
  // False: the session that executes the run does not hold the migration lock any
  // more, although the run has not ended. Then its agent is gone, or gets itself a
  // new session.
  absl::StatusOr<bool> MayGoOn(const ActiveRun& active);
  absl::StatusOr<std::vector<v1::RunEvent>> ReadEvents(const std::string& run_id, int64_t after);
  absl::StatusOr<std::vector<StoredScript>> ReadChecksums();
  absl::StatusOr<Journal::Needs> ReadNeeds() override;
  absl::StatusOr<std::vector<StoredScript>> ReadScripts(
      absl::Span<const std::string> revisions) override;
  absl::StatusOr<std::optional<StepRecord>> ReadUnfinishedStep();
  absl::StatusOr<std::string> ServerVersion();
  // OK if the database answers.
  absl::Status Ping();

 private:
  // Runs `read` on a session; once more on a new one if the old one was broken.
  absl::Status WithSession(const std::function<absl::Status(Session&, const Journal&)>& read);
  absl::Status Connect();
  // What `read` gives; a T of its own if the table is not there. A table that was
  // there once is not asked for again, until a read fails: it may have been
  // dropped.
  template <typename T>
  absl::StatusOr<T> ReadFrom(
      absl::string_view table,
      const std::function<absl::StatusOr<T>(Session&, const Journal&)>& read);

  Database& database_;
  const MigratorOptions options_;
  std::unique_ptr<Session> session_;
  std::optional<Journal> journal_;
  // Tables that were there.
  absl::flat_hash_set<std::string> seen_;
  std::string server_version_;
};

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_STATE_READER_H_
