// The journal's statements: what a run writes into the database about itself,
// and reads back. docs/tables.md describes the tables, docs/runs.md the states.

#ifndef BRANT_AGENT_MIGRATE_JOURNAL_H_
#define BRANT_AGENT_MIGRATE_JOURNAL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "agent/database/database.h"
#include "agent/migrate/plan.h"
#include "agent/migrate/state_tables.h"
#include "brant/v1/run.pb.h"

namespace brant {

// What every transaction of a run compares with what it expects.
struct DatabaseState {
  // Of the journal.
  int format = 0;
  int64_t epoch = 0;
  // Version rows, sorted.
  std::vector<std::string> rows;
};

// A step's row in the journal.
struct StepRecord {
  std::string run_id;
  int position = 0;
  std::string revision;
  Direction direction = Direction::kUpgrade;
  std::string state;
  int statements_total = 0;
  // Statement intents and outcomes, counted; where started exceeds done, the
  // last statement started is in doubt.
  int statements_started = 0;
  int statements_done = 0;
  // Digest of the texts of the statements done.
  std::string done_digest;
  // The catalogue before the statement that is in doubt (Session::Fingerprint).
  std::optional<std::string> fingerprint;
};

// How many statements of a step are recorded as started, and as done.
struct StatementCounts {
  int started = 0;
  int done = 0;
};

// The run that the journal says is executing.
struct ActiveRun {
  v1::Run run;
  // The session that executes it (Session::ServerId).
  std::string session_id;
  // When its agent last showed that it lives, as the server writes it, and how long
  // ago, by the server's clock. Empty: it has not yet.
  std::string heartbeat;
  absl::Duration heartbeat_age;
};

// A script as it was applied last.
struct StoredScript {
  std::string revision;
  std::string checksum;
  std::string file;
  // Empty where only checksums were asked for.
  std::string text;
};

// Makes and runs the journal's statements for one version table. Holds nothing
// but names.
class Journal {
 public:
  explicit Journal(StateTables tables) : tables_(std::move(tables)) {}
  const StateTables& tables() const { return tables_; }

  // The journal's tables are there, all of them.
  absl::StatusOr<bool> TablesExist(Database& database, Session& session) const;

  // Makes the tables where they are missing, brings those of an earlier format
  // up to date, and makes the journal's row.
  absl::Status Prepare(Session& session) const;

  // Version rows and epoch in one query; `lock` holds the epoch's row until the
  // transaction ends, so that no later run can take the next one meanwhile.
  // Nothing if the journal has no row for the version table. Both tables must
  // exist.
  absl::StatusOr<std::optional<DatabaseState>> ReadState(Session& session, bool lock) const;

  // The version rows alone.
  absl::StatusOr<std::vector<std::string>> ReadRows(Session& session) const;

  // The step that was left unfinished outside a transaction, if no later run went
  // on from it and no stamp settled it. Runs that ended before their first step
  // change nothing about it.
  absl::StatusOr<std::optional<StepRecord>> ReadUnfinishedStep(Session& session) const;
  // StepRecord::fingerprint, which ReadUnfinishedStep leaves out: journals of
  // format 1 have none.
  absl::StatusOr<std::optional<std::string>> ReadFingerprint(Session& session,
                                                             const StepRecord& step) const;
  absl::StatusOr<StatementCounts> ReadStatementCounts(Session& session, absl::string_view run_id,
                                                      int position) const;

  // Runs, the latest first, from before `before_epoch` (0: from the latest on).
  absl::StatusOr<std::vector<v1::Run>> ReadRuns(Session& session, int64_t before_epoch,
                                                int limit) const;
  absl::StatusOr<std::optional<v1::Run>> ReadRun(Session& session, absl::string_view run_id) const;

  // The run of a request that succeeded, else its first one.
  absl::StatusOr<std::optional<v1::Run>> ReadRunOfRequest(Session& session,
                                                          absl::string_view request_id) const;

  // The run that executes: the latest one that has not ended.
  absl::StatusOr<std::optional<ActiveRun>> ReadActiveRun(Session& session) const;
  // A run's recorded events after number `after`, in order. Its last event,
  // run_finished, is not among them: the run's row tells of it.
  absl::StatusOr<std::vector<v1::RunEvent>> ReadEvents(Session& session, absl::string_view run_id,
                                                       int64_t after) const;
  // Somebody asked through another agent to cancel the run.
  absl::StatusOr<bool> ReadCancelRequest(Session& session, absl::string_view run_id) const;

  // The script of every stored revision that was applied last, without its text.
  absl::StatusOr<std::vector<StoredScript>> ReadChecksums(Session& session) const;
  // The same of some revisions, with it.
  absl::StatusOr<std::vector<StoredScript>> ReadScripts(
      Session& session, absl::Span<const std::string> revisions) const;

  // What every stored revision needs (parents and dependencies), by its id, as
  // the script says that was applied last.
  using Needs = absl::flat_hash_map<std::string, std::vector<std::string>>;
  absl::StatusOr<Needs> ReadNeeds(Session& session) const;

  // Takes an epoch and records a run that begins, on the session `session_id`.
  // Earlier ones that did not end are interrupted: this one has the lock. Events
  // of runs long past are forgotten. `shows_life`: it counts as a heartbeat.
  std::vector<BoundStatement> BeginRun(const v1::Run& run, absl::string_view session_id,
                                       bool shows_life) const;
  // The run goes on in another session, after its own broke. What was shown in
  // that one counts no more.
  BoundStatement ContinueRun(absl::string_view run_id, absl::string_view session_id,
                             bool shows_life) const;
  // The run's agent lives.
  BoundStatement Heartbeat(absl::string_view run_id) const;
  // It can't show any more that it lives, so nobody is to expect it.
  BoundStatement WithdrawHeartbeat(absl::string_view run_id) const;
  // Records events of a run, in statements that no server finds too large; the
  // third argument of each is the number of its last event.
  std::vector<BoundStatement> InsertEvents(absl::Span<const v1::RunEvent> events) const;
  // Asks whichever agent executes the run to cancel it.
  BoundStatement RequestCancel(absl::string_view run_id) const;
  // Records progress or the end: state, steps_done, to_revisions, error.
  BoundStatement UpdateRun(const v1::Run& run) const;
  // Records the end, if nobody has yet: a run that was overtaken has one.
  BoundStatement EndRun(const v1::Run& run) const;

  // Undoes what a section may have done to the session that would keep the
  // journal from being written: another role, another encoding. Until the end of
  // the transaction, so that the section finds it again.
  std::vector<BoundStatement> RegainSession() const;

  std::vector<BoundStatement> ChangeRows(const std::vector<std::string>& removed,
                                         const std::vector<std::string>& added) const;
  BoundStatement StoreScript(const Revision& revision) const;
  // Where the run has recorded the step before, it begins anew.
  BoundStatement InsertStep(const StepRecord& step, absl::string_view checksum,
                            absl::Time start) const;
  // Settles the statement in doubt of a step: sets its counts and the digest.
  BoundStatement SettleStep(const StepRecord& step) const;
  // Records the state and the counts of a step; `end` where it ended.
  BoundStatement UpdateStep(const StepRecord& step, std::optional<absl::Time> end) const;

 private:
  // SQL for the server's time, and for how old `p.heartbeat` is in seconds.
  std::string Now() const;
  // The same as the journal writes times: RFC 3339 in UTC.
  std::string NowText() const;
  std::string HeartbeatAge() const;

  StateTables tables_;
};

// A time as the journal writes it: RFC 3339 in UTC with microseconds.
std::string JournalTime(absl::Time time);

// "running" for RUN_STATE_RUNNING, "upgrade" for RUN_KIND_UPGRADE.
std::string RunStateName(v1::RunState state);
std::string RunKindName(v1::RunKind kind);

}  // namespace brant

#endif  // BRANT_AGENT_MIGRATE_JOURNAL_H_
