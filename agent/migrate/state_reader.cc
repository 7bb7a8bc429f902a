#include "agent/migrate/state_reader.h"

#include <utility>

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
  version_table_seen_ = runs_table_seen_ = steps_table_seen_ = scripts_table_seen_ = false;
  return absl::OkStatus();
}

absl::Status StateReader::WithSession(
    const std::function<absl::Status(Session&, const Journal&)>& read) {
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

absl::Status StateReader::IfTableExists(
    absl::string_view table, bool& seen,
    const std::function<absl::Status(Session&, const Journal&)>& read) {
  return WithSession([&](Session& session, const Journal& journal) -> absl::Status {
    if (seen) {
      absl::Status status = read(session, journal);
      if (status.ok() || !session.IsAlive()) return status;
      seen = false;
    }
    BRANT_ASSIGN_OR_RETURN(seen, database_.TableExists(session, journal.tables().schema(), table));
    return seen ? read(session, journal) : absl::OkStatus();
  });
}

absl::StatusOr<std::vector<std::string>> StateReader::ReadRows() {
  std::vector<std::string> rows;
  BRANT_RETURN_IF_ERROR(
      IfTableExists(options_.version_table, version_table_seen_,
                    [&](Session& session, const Journal& journal) -> absl::Status {
                      BRANT_ASSIGN_OR_RETURN(rows, journal.ReadRows(session));
                      return absl::OkStatus();
                    }));
  return rows;
}

absl::StatusOr<std::vector<v1::Run>> StateReader::ReadRuns(int64_t before_epoch, int limit) {
  std::vector<v1::Run> runs;
  BRANT_RETURN_IF_ERROR(
      IfTableExists("brant_runs", runs_table_seen_,
                    [&](Session& session, const Journal& journal) -> absl::Status {
                      BRANT_ASSIGN_OR_RETURN(runs, journal.ReadRuns(session, before_epoch, limit));
                      return absl::OkStatus();
                    }));
  return runs;
}

absl::StatusOr<std::optional<v1::Run>> StateReader::ReadRun(const std::string& id) {
  std::optional<v1::Run> run;
  BRANT_RETURN_IF_ERROR(
      IfTableExists("brant_runs", runs_table_seen_,
                    [&](Session& session, const Journal& journal) -> absl::Status {
                      BRANT_ASSIGN_OR_RETURN(run, journal.ReadRun(session, id));
                      return absl::OkStatus();
                    }));
  return run;
}

absl::StatusOr<Journal::Needs> StateReader::ReadNeeds() {
  Journal::Needs needs;
  BRANT_RETURN_IF_ERROR(
      IfTableExists("brant_scripts", scripts_table_seen_,
                    [&](Session& session, const Journal& journal) -> absl::Status {
                      BRANT_ASSIGN_OR_RETURN(needs, journal.ReadNeeds(session));
                      return absl::OkStatus();
                    }));
  return needs;
}

absl::StatusOr<std::optional<StepRecord>> StateReader::ReadUnfinishedStep() {
  std::optional<StepRecord> unfinished;
  BRANT_RETURN_IF_ERROR(
      IfTableExists("brant_steps", steps_table_seen_,
                    [&](Session& session, const Journal& journal) -> absl::Status {
                      BRANT_ASSIGN_OR_RETURN(unfinished, journal.ReadUnfinishedStep(session));
                      return absl::OkStatus();
                    }));
  return unfinished;
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
