#include "agent/migrate/journal.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/migrate/journal_rows.h"

namespace brant {
namespace {

using ::google::protobuf::Timestamp;

constexpr int64_t kNoLimit = 1'000'000'000;

// The events of so many runs are kept.
constexpr int kRunsWithEvents = 64;

Value ToValue(const Timestamp& time) {
  if (time.seconds() == 0 && time.nanos() == 0) return std::monostate();
  return JournalTime(FromTimestamp(time));
}

Value ErrorJson(const v1::Run& run) {
  if (!run.has_error()) return std::monostate();
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(run.error(), &json).ok()) {
    json = "{}";
  }
  return json;
}

}  // namespace

std::string JournalTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

std::string RunStateName(v1::RunState state) {
  return absl::AsciiStrToLower(absl::StripPrefix(v1::RunState_Name(state), "RUN_STATE_"));
}

std::string RunKindName(v1::RunKind kind) {
  return absl::AsciiStrToLower(absl::StripPrefix(v1::RunKind_Name(kind), "RUN_KIND_"));
}

absl::StatusOr<bool> Journal::TablesExist(Database& database, Session& session) const {
  // The one that is made last.
  return database.TableExists(session, tables_.schema(), "brant_scripts");
}

absl::Status Journal::Prepare(Session& session) const {
  // Each part may be repeated, so that a crash between them does no harm.
  BRANT_RETURN_IF_ERROR(session.Batch(tables_.CreateAll()));
  const BoundStatement find = tables_.FindFingerprint();
  BRANT_ASSIGN_OR_RETURN(Rows found, session.Query(find.sql, find.args));
  if (found.empty()) BRANT_RETURN_IF_ERROR(session.Batch({tables_.AddFingerprint()}));
  return session.Batch(
      {{absl::StrCat(
            "INSERT INTO ", tables_.Journal(),
            " (version_table, format, epoch) SELECT ?, ?, (SELECT COALESCE(MAX(epoch), 0) FROM ",
            tables_.Runs(), " WHERE version_table = ?) WHERE NOT EXISTS (SELECT 1 FROM ",
            tables_.Journal(), " WHERE version_table = ?)"),
        {tables_.version_table(), int64_t{kJournalFormat}, tables_.version_table(),
         tables_.version_table()}},
       {absl::StrCat("UPDATE ", tables_.Journal(), " SET format = ? WHERE version_table = ?"),
        {int64_t{kJournalFormat}, tables_.version_table()}}});
}

absl::StatusOr<std::optional<DatabaseState>> Journal::ReadState(Session& session, bool lock) const {
  // One row per version row, each with the epoch; without version rows, one. A
  // LIMIT of its own, because a section may have set sql_select_limit.
  std::string sql = absl::StrCat("SELECT j.epoch, j.format, v.version_num FROM ", tables_.Journal(),
                                 " j LEFT JOIN ", tables_.Version(),
                                 " v ON 1 = 1 WHERE j.version_table = ? LIMIT ", kNoLimit);
  if (lock && tables_.dialect() == Dialect::kPostgresql) sql += " FOR UPDATE OF j";
  if (lock && tables_.dialect() == Dialect::kMysql) sql += " FOR UPDATE";
  BRANT_ASSIGN_OR_RETURN(Rows rows, session.Query(sql, {Value(tables_.version_table())}));
  if (rows.empty()) return std::optional<DatabaseState>();
  if (ToInt(rows[0][1]) > kJournalFormat) {
    return Error(v1::ERROR_REASON_JOURNAL_TOO_NEW,
                 absl::StrCat("the journal has format ", *rows[0][1],
                              ", written by a newer Brant; this agent knows formats up to ",
                              kJournalFormat))
        .Hint("upgrade this agent");
  }
  DatabaseState state;
  state.format = static_cast<int>(ToInt(rows[0][1]));
  state.epoch = ToInt(rows[0][0]);
  for (const auto& row : rows) {
    if (row[2].has_value()) state.rows.push_back(*row[2]);
  }
  std::sort(state.rows.begin(), state.rows.end());
  return std::optional<DatabaseState>(std::move(state));
}

absl::StatusOr<std::vector<std::string>> Journal::ReadRows(Session& session) const {
  BRANT_ASSIGN_OR_RETURN(Rows rows,
                         session.Query(absl::StrCat("SELECT version_num FROM ", tables_.Version(),
                                                    " ORDER BY version_num")));
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.push_back(row[0].value_or(""));
  return ids;
}

absl::StatusOr<std::optional<StepRecord>> Journal::ReadUnfinishedStep(Session& session) const {
  BRANT_ASSIGN_OR_RETURN(
      const Rows runs,
      session.Query(
          absl::StrCat("SELECT r.id, r.state FROM ", tables_.Runs(),
                       " r WHERE r.version_table = ? AND ((r.kind = 'stamp' AND r.state = "
                       "'succeeded') OR EXISTS (SELECT 1 FROM ",
                       tables_.Steps(), " s WHERE s.run_id = r.id)) ORDER BY r.epoch DESC LIMIT 1"),
          {Value(tables_.version_table())}));
  // A run that succeeded finished its steps: that is the usual case, and to look
  // through thousands of them takes milliseconds.
  if (runs.empty() || runs[0][1] == "succeeded") return std::optional<StepRecord>();
  BRANT_ASSIGN_OR_RETURN(
      const Rows rows,
      session.Query(absl::StrCat("SELECT s.run_id, s.position, s.revision, s.direction, s.state, "
                                 "s.statements_total, s.statements_started, s.statements_done, "
                                 "s.done_digest FROM ",
                                 tables_.Steps(),
                                 " s WHERE s.run_id = ? AND s.state <> 'done' AND "
                                 "s.statements_started > 0"),
                    {Value(runs[0][0].value_or(""))}));
  if (rows.empty()) return std::optional<StepRecord>();
  const auto& row = rows[0];
  StepRecord step;
  step.run_id = row[0].value_or("");
  step.position = static_cast<int>(ToInt(row[1]));
  step.revision = row[2].value_or("");
  step.direction = row[3] == "downgrade" ? Direction::kDowngrade : Direction::kUpgrade;
  step.state = row[4].value_or("");
  step.statements_total = static_cast<int>(ToInt(row[5]));
  step.statements_started = static_cast<int>(ToInt(row[6]));
  step.statements_done = static_cast<int>(ToInt(row[7]));
  step.done_digest = row[8].value_or("");
  return std::optional<StepRecord>(std::move(step));
}

absl::StatusOr<std::optional<std::string>> Journal::ReadFingerprint(Session& session,
                                                                    const StepRecord& step) const {
  BRANT_ASSIGN_OR_RETURN(Rows rows,
                         session.Query(absl::StrCat("SELECT fingerprint FROM ", tables_.Steps(),
                                                    " WHERE run_id = ? AND position = ?"),
                                       {Value(step.run_id), Value(int64_t{step.position})}));
  return rows.empty() ? std::nullopt : rows[0][0];
}

absl::StatusOr<StatementCounts> Journal::ReadStatementCounts(Session& session,
                                                             absl::string_view run_id,
                                                             int position) const {
  BRANT_ASSIGN_OR_RETURN(
      Rows rows,
      session.Query(absl::StrCat("SELECT statements_started, statements_done FROM ",
                                 tables_.Steps(), " WHERE run_id = ? AND position = ? LIMIT 1"),
                    {Value(std::string(run_id)), Value(int64_t{position})}));
  if (rows.empty()) return StatementCounts();
  return StatementCounts{static_cast<int>(ToInt(rows[0][0])), static_cast<int>(ToInt(rows[0][1]))};
}

absl::StatusOr<std::vector<v1::Run>> Journal::ReadRuns(Session& session, int64_t before_epoch,
                                                       int limit) const {
  std::vector<Value> args = {tables_.version_table()};
  std::string condition = "version_table = ?";
  if (before_epoch > 0) {
    condition += " AND epoch < ?";
    args.push_back(before_epoch);
  }
  args.push_back(int64_t{limit});
  BRANT_ASSIGN_OR_RETURN(
      Rows rows, session.Query(absl::StrCat("SELECT ", kRunColumns, " FROM ", tables_.Runs(),
                                            " WHERE ", condition, " ORDER BY epoch DESC LIMIT ?"),
                               args));
  std::vector<v1::Run> runs;
  runs.reserve(rows.size());
  for (const auto& row : rows) runs.push_back(ParseRun(row));
  return runs;
}

absl::StatusOr<std::optional<v1::Run>> Journal::ReadRun(Session& session,
                                                        absl::string_view run_id) const {
  BRANT_ASSIGN_OR_RETURN(
      Rows rows, session.Query(absl::StrCat("SELECT ", kRunColumns, " FROM ", tables_.Runs(),
                                            " WHERE version_table = ? AND id = ?"),
                               {Value(tables_.version_table()), Value(std::string(run_id))}));
  if (rows.empty()) return std::optional<v1::Run>();
  return std::optional<v1::Run>(ParseRun(rows[0]));
}

absl::StatusOr<std::optional<v1::Run>> Journal::ReadRunOfRequest(
    Session& session, absl::string_view request_id) const {
  BRANT_ASSIGN_OR_RETURN(
      Rows rows,
      session.Query(absl::StrCat("SELECT ", kRunColumns, " FROM ", tables_.Runs(),
                                 " WHERE version_table = ? AND request_id = ? ORDER BY "
                                 "CASE WHEN state = 'succeeded' THEN 0 ELSE 1 END, epoch LIMIT 1"),
                    {Value(tables_.version_table()), Value(std::string(request_id))}));
  if (rows.empty()) return std::optional<v1::Run>();
  return std::optional<v1::Run>(ParseRun(rows[0]));
}

std::vector<BoundStatement> Journal::BeginRun(const v1::Run& run, absl::string_view session_id,
                                              bool shows_life) const {
  return {
      {absl::StrCat("UPDATE ", tables_.Runs(),
                    " SET state = 'interrupted', end_time = ? WHERE version_table = ? AND state = "
                    "'running'"),
       {ToValue(run.start_time()), tables_.version_table()}},
      {absl::StrCat("UPDATE ", tables_.Journal(), " SET epoch = ? WHERE version_table = ?"),
       {run.epoch(), tables_.version_table()}},
      {absl::StrCat("INSERT INTO ", tables_.Runs(), " (version_table, ", kRunColumns,
                    ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
       {tables_.version_table(), run.id(), run.epoch(), run.request_id(), RunKindName(run.kind()),
        run.target(), run.bundle_digest(), run.actor(), run.agent(), RunStateName(run.state()),
        int64_t{run.steps_total()}, int64_t{run.steps_done()},
        absl::StrJoin(run.from_revisions(), ","), absl::StrJoin(run.to_revisions(), ","),
        ToValue(run.create_time()), ToValue(run.start_time()), ToValue(run.end_time()),
        ErrorJson(run)}},
      {absl::StrCat("INSERT INTO ", tables_.Progress(),
                    " (run_id, session_id, heartbeat, cancel_request) VALUES (?, ?, ",
                    shows_life ? Now() : "NULL", ", 0)"),
       {run.id(), std::string(session_id)}},
      {absl::StrCat("DELETE FROM ", tables_.Events(), " WHERE run_id IN (SELECT id FROM ",
                    tables_.Runs(), " WHERE version_table = ? AND epoch <= ?)"),
       {tables_.version_table(), run.epoch() - kRunsWithEvents}},
      {absl::StrCat("DELETE FROM ", tables_.Progress(), " WHERE run_id IN (SELECT id FROM ",
                    tables_.Runs(), " WHERE version_table = ? AND epoch <= ?)"),
       {tables_.version_table(), run.epoch() - kRunsWithEvents}},
  };
}

BoundStatement Journal::UpdateRun(const v1::Run& run) const {
  return {
      absl::StrCat("UPDATE ", tables_.Runs(),
                   " SET state = ?, steps_done = ?, to_revisions = ?, end_time = ?, error = ? "
                   "WHERE id = ?"),
      {RunStateName(run.state()), int64_t{run.steps_done()}, absl::StrJoin(run.to_revisions(), ","),
       ToValue(run.end_time()), ErrorJson(run), run.id()}};
}

BoundStatement Journal::EndRun(const v1::Run& run) const {
  return {
      absl::StrCat("UPDATE ", tables_.Runs(),
                   " SET state = ?, steps_done = ?, to_revisions = ?, end_time = ?, error = ? "
                   "WHERE id = ? AND state = 'running'"),
      {RunStateName(run.state()), int64_t{run.steps_done()}, absl::StrJoin(run.to_revisions(), ","),
       ToValue(run.end_time()), ErrorJson(run), run.id()}};
}

std::vector<BoundStatement> Journal::RegainSession() const {
  if (tables_.dialect() != Dialect::kPostgresql) return {};
  std::vector<BoundStatement> statements;
  for (const char* setting : {"transaction_read_only = off", "session_authorization TO DEFAULT",
                              "role TO DEFAULT", "client_encoding TO DEFAULT"}) {
    statements.push_back({absl::StrCat("SET LOCAL ", setting), {}});
  }
  return statements;
}

std::vector<BoundStatement> Journal::ChangeRows(const std::vector<std::string>& removed,
                                                const std::vector<std::string>& added) const {
  std::vector<BoundStatement> statements;
  for (const std::string& row : removed) {
    statements.push_back(
        {absl::StrCat("DELETE FROM ", tables_.Version(), " WHERE version_num = ?"), {row}});
  }
  for (const std::string& row : added) {
    statements.push_back(
        {absl::StrCat("INSERT INTO ", tables_.Version(), " (version_num) VALUES (?)"), {row}});
  }
  return statements;
}

BoundStatement Journal::InsertStep(const StepRecord& step, absl::string_view checksum,
                                   absl::Time start) const {
  const bool done = step.state == "done";
  return {absl::StrCat("INSERT INTO ", tables_.Steps(),
                       " (run_id, position, revision, direction, checksum, state, "
                       "statements_total, statements_started, statements_done, done_digest, "
                       "start_time, end_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       OnConflict(tables_.dialect(), "run_id, position",
                                  {"state", "statements_started", "statements_done", "done_digest",
                                   "start_time", "end_time"})),
          {step.run_id, int64_t{step.position}, step.revision,
           std::string(DirectionName(step.direction)), std::string(checksum), step.state,
           int64_t{step.statements_total}, int64_t{step.statements_started},
           int64_t{step.statements_done}, step.done_digest, JournalTime(start),
           done ? Value(JournalTime(absl::Now())) : Value()}};
}

BoundStatement Journal::SettleStep(const StepRecord& step) const {
  return {absl::StrCat("UPDATE ", tables_.Steps(),
                       " SET statements_started = ?, statements_done = ?, done_digest = ?, "
                       "fingerprint = NULL WHERE run_id = ? AND position = ?"),
          {int64_t{step.statements_started}, int64_t{step.statements_done}, step.done_digest,
           step.run_id, int64_t{step.position}}};
}

BoundStatement Journal::UpdateStep(const StepRecord& step, std::optional<absl::Time> end) const {
  return {
      absl::StrCat("UPDATE ", tables_.Steps(),
                   " SET state = ?, statements_started = ?, statements_done = ?, "
                   "done_digest = ?, fingerprint = ?, end_time = ? WHERE run_id = ? AND "
                   "position = ?"),
      {step.state, int64_t{step.statements_started}, int64_t{step.statements_done},
       step.done_digest, step.fingerprint.has_value() ? Value(*step.fingerprint) : Value(),
       end.has_value() ? Value(JournalTime(*end)) : Value(), step.run_id, int64_t{step.position}}};
}

}  // namespace brant
