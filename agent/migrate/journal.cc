#include "agent/migrate/journal.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"

namespace brant {
namespace {

using ::google::protobuf::Timestamp;
using ::google::protobuf::util::TimeUtil;

// Agents refuse a journal with a format higher than theirs.
constexpr int kFormat = 1;

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

int64_t ToInt(const std::optional<std::string>& text) {
  int64_t value = 0;
  return text.has_value() && absl::SimpleAtoi(*text, &value) ? value : 0;
}

constexpr absl::string_view kRunColumns =
    "id, epoch, request_id, kind, target, bundle_digest, actor, agent, state, steps_total, "
    "steps_done, from_revisions, to_revisions, create_time, start_time, end_time, error";

v1::Run ParseRun(const std::vector<std::optional<std::string>>& row) {
  auto text = [&row](size_t column) { return row[column].value_or(""); };
  auto revisions = [&text](size_t column, auto* field) {
    for (absl::string_view id : absl::StrSplit(text(column), ',', absl::SkipEmpty())) {
      field->Add(std::string(id));
    }
  };
  auto time = [&row](size_t column, Timestamp* field) {
    if (row[column].has_value()) TimeUtil::FromString(*row[column], field);
  };
  v1::Run run;
  run.set_id(text(0));
  run.set_epoch(ToInt(row[1]));
  run.set_request_id(text(2));
  v1::RunKind kind;
  if (v1::RunKind_Parse(absl::StrCat("RUN_KIND_", absl::AsciiStrToUpper(text(3))), &kind)) {
    run.set_kind(kind);
  }
  run.set_target(text(4));
  run.set_bundle_digest(text(5));
  run.set_actor(text(6));
  run.set_agent(text(7));
  v1::RunState state;
  if (v1::RunState_Parse(absl::StrCat("RUN_STATE_", absl::AsciiStrToUpper(text(8))), &state)) {
    run.set_state(state);
  }
  run.set_steps_total(static_cast<int>(ToInt(row[9])));
  run.set_steps_done(static_cast<int>(ToInt(row[10])));
  revisions(11, run.mutable_from_revisions());
  revisions(12, run.mutable_to_revisions());
  time(13, run.mutable_create_time());
  time(14, run.mutable_start_time());
  if (row[15].has_value()) time(15, run.mutable_end_time());
  if (row[16].has_value()) {
    (void)google::protobuf::util::JsonStringToMessage(*row[16], run.mutable_error());
  }
  return run;
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
  const bool transactional_ddl = tables_.dialect() != Dialect::kMysql;
  std::vector<BoundStatement> statements = tables_.CreateAll();
  statements.push_back(
      {absl::StrCat(
           "INSERT INTO ", tables_.Journal(),
           " (version_table, format, epoch) SELECT ?, ?, (SELECT COALESCE(MAX(epoch), 0) FROM ",
           tables_.Runs(), " WHERE version_table = ?) WHERE NOT EXISTS (SELECT 1 FROM ",
           tables_.Journal(), " WHERE version_table = ?)"),
       {tables_.version_table(), int64_t{kFormat}, tables_.version_table(),
        tables_.version_table()}});
  if (!transactional_ddl) return session.Batch(statements);
  BRANT_RETURN_IF_ERROR(session.Begin());
  absl::Status status = session.BatchAndCommit(statements);
  if (!status.ok()) session.Rollback().IgnoreError();
  return status;
}

absl::StatusOr<std::optional<DatabaseState>> Journal::ReadState(Session& session, bool lock) const {
  // One row per version row, each with the epoch; without version rows, one.
  std::string sql =
      absl::StrCat("SELECT j.epoch, j.format, v.version_num FROM ", tables_.Journal(),
                   " j LEFT JOIN ", tables_.Version(), " v ON 1 = 1 WHERE j.version_table = ?");
  if (lock && tables_.dialect() == Dialect::kPostgresql) sql += " FOR UPDATE OF j";
  if (lock && tables_.dialect() == Dialect::kMysql) sql += " FOR UPDATE";
  BRANT_ASSIGN_OR_RETURN(Rows rows, session.Query(sql, {Value(tables_.version_table())}));
  if (rows.empty()) return std::optional<DatabaseState>();
  if (ToInt(rows[0][1]) > kFormat) {
    return Error(
               v1::ERROR_REASON_DATABASE_READ_ONLY,
               absl::StrCat("the journal has format ", *rows[0][1],
                            ", written by a newer Brant; this agent knows formats up to ", kFormat))
        .Hint("upgrade this agent");
  }
  DatabaseState state;
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

absl::StatusOr<int> Journal::ReadStatementsDone(Session& session, absl::string_view run_id,
                                                int position) const {
  BRANT_ASSIGN_OR_RETURN(Rows rows,
                         session.Query(absl::StrCat("SELECT statements_done FROM ", tables_.Steps(),
                                                    " WHERE run_id = ? AND position = ?"),
                                       {Value(std::string(run_id)), Value(int64_t{position})}));
  return rows.empty() ? 0 : static_cast<int>(ToInt(rows[0][0]));
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
                                 " WHERE version_table = ? AND request_id = ? ORDER BY epoch "
                                 "LIMIT 1"),
                    {Value(tables_.version_table()), Value(std::string(request_id))}));
  if (rows.empty()) return std::optional<v1::Run>();
  return std::optional<v1::Run>(ParseRun(rows[0]));
}

absl::StatusOr<Journal::Needs> Journal::ReadNeeds(Session& session) const {
  BRANT_ASSIGN_OR_RETURN(Rows rows,
                         session.Query(absl::StrCat("SELECT revision, parents, dependencies FROM ",
                                                    tables_.Scripts(), " ORDER BY store_time")));
  Needs needs;
  for (const auto& row : rows) {
    std::vector<std::string>& ids = needs[row[0].value_or("")];
    ids = absl::StrSplit(row[1].value_or(""), ',', absl::SkipEmpty());
    for (absl::string_view id : absl::StrSplit(row[2].value_or(""), ',', absl::SkipEmpty())) {
      ids.emplace_back(id);
    }
  }
  return needs;
}

std::vector<BoundStatement> Journal::BeginRun(const v1::Run& run) const {
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
                   " SET state = ?, end_time = ?, error = ? WHERE id = ? AND state = 'running'"),
      {RunStateName(run.state()), ToValue(run.end_time()), ErrorJson(run), run.id()}};
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

BoundStatement Journal::StoreScript(const Revision& revision, absl::Time now) const {
  // The checksum is the key and tells the content; the time says which of a
  // revision's scripts was applied last.
  return {
      absl::StrCat("INSERT INTO ", tables_.Scripts(),
                   " (checksum, revision, parents, dependencies, file, script, store_time) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?)",
                   tables_.dialect() == Dialect::kMysql
                       ? " ON DUPLICATE KEY UPDATE store_time = VALUES(store_time)"
                       : " ON CONFLICT (checksum) DO UPDATE SET store_time = "
                         "excluded.store_time"),
      {revision.checksum, revision.id, absl::StrJoin(revision.parents, ","),
       absl::StrJoin(revision.dependencies, ","), revision.file, revision.text, JournalTime(now)}};
}

BoundStatement Journal::InsertStep(const StepRecord& step, absl::string_view checksum,
                                   absl::Time start) const {
  const bool done = step.state == "done";
  return {absl::StrCat("INSERT INTO ", tables_.Steps(),
                       " (run_id, position, revision, direction, checksum, state, "
                       "statements_total, statements_started, statements_done, done_digest, "
                       "start_time, end_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
          {step.run_id, int64_t{step.position}, step.revision,
           std::string(DirectionName(step.direction)), std::string(checksum), step.state,
           int64_t{step.statements_total}, int64_t{step.statements_started},
           int64_t{step.statements_done}, step.done_digest, JournalTime(start),
           done ? Value(JournalTime(absl::Now())) : Value()}};
}

BoundStatement Journal::UpdateStep(const StepRecord& step, std::optional<absl::Time> end) const {
  return {absl::StrCat("UPDATE ", tables_.Steps(),
                       " SET state = ?, statements_started = ?, statements_done = ?, "
                       "done_digest = ?, end_time = ? WHERE run_id = ? AND position = ?"),
          {step.state, int64_t{step.statements_started}, int64_t{step.statements_done},
           step.done_digest, end.has_value() ? Value(JournalTime(*end)) : Value(), step.run_id,
           int64_t{step.position}}};
}

}  // namespace brant
