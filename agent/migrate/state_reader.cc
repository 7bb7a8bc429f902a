#include "agent/migrate/state_reader.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {

absl::Status StateReader::Connect() {
  SessionOptions options;
  options.name = absl::StrCat("brant reader ", options_.agent);
  options.read_only = true;
  BRANT_ASSIGN_OR_RETURN(session_, database_.Connect(options));
  BRANT_ASSIGN_OR_RETURN(StateTables tables, StateTables::Resolve(database_.dialect(), *session_,
                                                                  options_.version_table_schema,
                                                                  options_.version_table));
  journal_.emplace(std::move(tables));
  if (database_.dialect() != Dialect::kSqlite) seen_.clear();
  return absl::OkStatus();
}

absl::Status StateReader::WithSession(
    const std::function<absl::Status(Session&, const Journal&)>& read) {
  // An open connection would be in the way of a migration's PRAGMA journal_mode.
  absl::Cleanup close = [this] {
    if (database_.dialect() == Dialect::kSqlite) session_.reset();
  };
  const bool reused = session_ != nullptr && session_->IsAlive();
  if (!reused) BRANT_RETURN_IF_ERROR(Connect());
  absl::Status status = read(*session_, *journal_);
  if (status.ok() || session_->IsAlive()) return status;
  session_.reset();
  // The server may have closed an idle session long ago.
  if (!reused) return status;
  BRANT_RETURN_IF_ERROR(Connect());
  return read(*session_, *journal_);
}

template <typename T>
absl::StatusOr<T> StateReader::ReadFrom(
    absl::string_view table,
    const std::function<absl::StatusOr<T>(Session&, const Journal&)>& read) {
  T result{};
  BRANT_RETURN_IF_ERROR(WithSession([&](Session& session, const Journal& journal) -> absl::Status {
    if (seen_.contains(table)) {
      absl::StatusOr<T> found = read(session, journal);
      if (found.ok()) {
        result = *std::move(found);
        return absl::OkStatus();
      }
      if (!session.IsAlive()) return found.status();
      seen_.erase(table);
    }
    BRANT_ASSIGN_OR_RETURN(bool exists,
                           database_.TableExists(session, journal.tables().schema(), table));
    if (!exists) return absl::OkStatus();
    seen_.emplace(table);
    BRANT_ASSIGN_OR_RETURN(result, read(session, journal));
    return absl::OkStatus();
  }));
  return result;
}

absl::StatusOr<std::vector<std::string>> StateReader::ReadRows() {
  return ReadFrom<std::vector<std::string>>(
      options_.version_table,
      [](Session& session, const Journal& journal) { return journal.ReadRows(session); });
}

absl::StatusOr<std::vector<v1::Run>> StateReader::ReadRuns(int64_t before_epoch, int limit) {
  return ReadFrom<std::vector<v1::Run>>(
      "brant_runs", [before_epoch, limit](Session& session, const Journal& journal) {
        return journal.ReadRuns(session, before_epoch, limit);
      });
}

absl::StatusOr<std::optional<v1::Run>> StateReader::ReadRun(const std::string& id) {
  return ReadFrom<std::optional<v1::Run>>(
      "brant_runs",
      [&id](Session& session, const Journal& journal) { return journal.ReadRun(session, id); });
}

absl::StatusOr<std::optional<v1::Run>> StateReader::ReadRunOfRequest(
    const std::string& request_id) {
  return ReadFrom<std::optional<v1::Run>>("brant_runs",
                                          [&request_id](Session& session, const Journal& journal) {
                                            return journal.ReadRunOfRequest(session, request_id);
                                          });
}

absl::StatusOr<std::optional<ActiveRun>> StateReader::ReadActiveRun() {
  return ReadFrom<std::optional<ActiveRun>>(
      "brant_progress",
      [](Session& session, const Journal& journal) { return journal.ReadActiveRun(session); });
}

absl::StatusOr<bool> StateReader::MayGoOn(const ActiveRun& active) {
  bool holds_lock = true;
  BRANT_RETURN_IF_ERROR(WithSession([&](Session& session, const Journal& journal) -> absl::Status {
    BRANT_ASSIGN_OR_RETURN(const std::optional<LockOwner> owner,
                           session.LockHolder(journal.tables().LockName()));
    holds_lock = owner.has_value() && owner->server_id == active.session_id;
    return absl::OkStatus();
  }));
  if (holds_lock) return true;
  // The end is recorded first, and the lock released then.
  BRANT_ASSIGN_OR_RETURN(const std::optional<ActiveRun> still, ReadActiveRun());
  return !still.has_value() || still->run.id() != active.run.id();
}

absl::StatusOr<std::vector<v1::RunEvent>> StateReader::ReadEvents(const std::string& run_id,
                                                                  int64_t after) {
  return ReadFrom<std::vector<v1::RunEvent>>(
      "brant_events", [&run_id, after](Session& session, const Journal& journal) {
        return journal.ReadEvents(session, run_id, after);
      });
}

absl::StatusOr<std::vector<StoredScript>> StateReader::ReadChecksums() {
  return ReadFrom<std::vector<StoredScript>>(
      "brant_scripts",
      [](Session& session, const Journal& journal) { return journal.ReadChecksums(session); });
}

absl::StatusOr<Journal::Needs> StateReader::ReadNeeds() {
  return ReadFrom<Journal::Needs>("brant_scripts", [](Session& session, const Journal& journal) {
    return journal.ReadNeeds(session);
  });
}

absl::StatusOr<std::vector<StoredScript>> StateReader::ReadScripts(
    absl::Span<const std::string> revisions) {
  return ReadFrom<std::vector<StoredScript>>("brant_scripts",
                                             [revisions](Session& session, const Journal& journal) {
                                               return journal.ReadScripts(session, revisions);
                                             });
}

absl::StatusOr<std::optional<StepRecord>> StateReader::ReadUnfinishedStep() {
  return ReadFrom<std::optional<StepRecord>>(
      "brant_steps",
      [](Session& session, const Journal& journal) { return journal.ReadUnfinishedStep(session); });
}

absl::StatusOr<std::string> StateReader::ServerVersion() {
  if (!server_version_.empty()) return server_version_;
  absl::Status status = WithSession([&](Session& session, const Journal&) -> absl::Status {
    BRANT_ASSIGN_OR_RETURN(server_version_, database_.ServerVersion(session));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return server_version_;
}

absl::Status StateReader::Ping() {
  return WithSession([](Session& session, const Journal&) -> absl::Status {
    return session.Query("SELECT 1").status();
  });
}

}  // namespace brant
