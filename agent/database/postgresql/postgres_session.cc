#include "agent/database/postgresql/postgres_session.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/base/sha256.h"
#include "agent/database/postgresql/activity.h"
#include "agent/database/postgresql/fingerprint.h"
#include "agent/database/postgresql/leftovers.h"
#include "agent/database/postgresql/object_statement.h"
#include "agent/database/postgresql/scanner.h"
#include "agent/database/postgresql/session_object.h"
#include "agent/database/postgresql/statement_kind.h"
#include "agent/database/statement_words.h"

namespace brant {
namespace {

// Advisory locks have numbers, not names.
int64_t LockKey(absl::string_view name) {
  uint64_t key = 0;
  (void)absl::SimpleHexAtoi(Sha256Hex(name).substr(0, 16), &key);
  return static_cast<int64_t>(key);
}

absl::Status InDoubt(const absl::Status& cause) {
  return Error(v1::ERROR_REASON_COMMIT_IN_DOUBT,
               absl::StrCat("whether it was committed is not known: ", cause.message()))
      .Database(ErrorDetail(cause, "database_code"), ErrorDetail(cause, "database_message"));
}

// These reasons say that the statement had no effect.
bool GaveWay(const absl::Status& status) {
  const v1::ErrorReason reason = ReasonOf(status);
  return reason == v1::ERROR_REASON_LOCK_NOT_AVAILABLE || reason == v1::ERROR_REASON_DEADLOCK;
}

absl::Status PartlyDone(const absl::Status& cause) {
  if (!GaveWay(cause)) return cause;
  return Error(v1::ERROR_REASON_DATABASE_ERROR, cause.message())
      .Database(ErrorDetail(cause, "database_code"), ErrorDetail(cause, "database_message"))
      .Hint("a part of its work may have taken effect before");
}

absl::Status StaysBehindPooler() {
  return Error(v1::ERROR_REASON_POOLED_CONNECTION,
               "the statement changes the session, which is another client's after the "
               "transaction: the connection goes through a pooler")
      .Hint(
          "write SET LOCAL, or ON COMMIT DROP, or give the agent a database URL that leads to "
          "PostgreSQL itself");
}

// 0: the server's own.
int64_t LockTimeoutMilliseconds(const SessionOptions& options) {
  if (options.lock_timeout <= absl::ZeroDuration()) return 0;
  return std::max<int64_t>(1, absl::ToInt64Milliseconds(options.lock_timeout));
}

// CREATE INDEX CONCURRENTLY and its like, which may leave something behind.
bool RunsConcurrently(absl::string_view statement, StatementKind kind) {
  return (kind == StatementKind::kAutonomous || kind == StatementKind::kMaintenance) &&
         ParseObjectStatement(statement).concurrently;
}

// What other clients of the pooler may have left behind in the server's session.
constexpr absl::string_view kLocalDefaults =
    "SET LOCAL role TO DEFAULT; SET LOCAL search_path TO DEFAULT; ";

// Not DISCARD ALL, which would let go of the lock.
constexpr absl::string_view kReset =
    "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; CLOSE ALL; DEALLOCATE ALL; UNLISTEN *; "
    "DISCARD TEMP; DISCARD SEQUENCES; ";

// Session locks that a section has not taken itself are Brant's.
bool LetsGoOfLocks(absl::string_view statement) {
  StatementWords words(Dialect::kPostgresql, statement);
  if (words.Next() == "discard") return words.Next() == "all";
  return words.HasAny({"pg_advisory_unlock_all"});
}

}  // namespace

PostgresSession::PostgresSession(std::unique_ptr<PostgresConnection> connection,
                                 const SessionOptions& options)
    : connection_(std::move(connection)), options_(options) {}

absl::StatusOr<std::unique_ptr<Session>> PostgresSession::Open(
    std::unique_ptr<PostgresConnection> connection, const SessionOptions& options) {
  std::unique_ptr<PostgresSession> session(new PostgresSession(std::move(connection), options));
  absl::Status status = session->FirstSettings();
  if (!status.ok() && session->IsAlive()) {
    // A server of another operating system has the setting and refuses it.
    session->checks_connection_ = false;
    status = session->FirstSettings();
  }
  BRANT_RETURN_IF_ERROR(status);
  return session;
}

absl::Status PostgresSession::FirstSettings() {
  // A pooler makes up process ids for its clients.
  const int client_id = connection_->ProcessId();
  BRANT_ASSIGN_OR_RETURN(
      std::string settings,
      Settings(absl::StrCat("pg_catalog.pg_backend_pid() <> (", client_id, ")")));
  BRANT_ASSIGN_OR_RETURN(Rows rows, connection_->Query(settings));
  pooled_ = !rows.empty() && rows[0][0] != absl::StrCat(client_id);
  return absl::OkStatus();
}

// What the role or the database may have set otherwise. Settings that a server
// does not have are left out.
absl::StatusOr<std::string> PostgresSession::Settings(absl::string_view is_local) {
  std::vector<std::pair<std::string, std::string>> settings = {
      {"application_name", options_.name},
      {"client_min_messages", "warning"},
      // An index may take its time to build.
      {"statement_timeout", "0"},
      {"idle_in_transaction_session_timeout", "0"},
      {"idle_session_timeout", "0"},
      {"transaction_timeout", "0"},
      // The server ends a session whose agent died within seconds, and with it
      // the lock.
      {"tcp_keepalives_idle", "2"},
      {"tcp_keepalives_interval", "1"},
      {"tcp_keepalives_count", "3"},
      // Also while it waits for an acknowledgement, when no keepalives are sent.
      {"tcp_user_timeout", "5000"},
  };
  if (checks_connection_) settings.emplace_back("client_connection_check_interval", "500ms");
  if (int64_t timeout = LockTimeoutMilliseconds(options_); timeout > 0) {
    settings.emplace_back("lock_timeout", absl::StrCat(timeout, "ms"));
  }
  if (options_.read_only) settings.emplace_back("default_transaction_read_only", "on");
  std::vector<std::string> rows;
  for (const auto& [name, value] : settings) {
    BRANT_ASSIGN_OR_RETURN(std::string quoted, connection_->Quote(Value(value)));
    rows.push_back(absl::StrCat("('", name, "', ", quoted, ")"));
  }
  return absl::StrCat(
      "SELECT pg_catalog.pg_backend_pid(), pg_catalog.set_config(s.name, s.value, ", is_local,
      ") FROM (VALUES ", absl::StrJoin(rows, ", "),
      ") AS s (name, value) WHERE pg_catalog.current_setting(s.name, true) IS NOT NULL");
}

absl::StatusOr<Execution> PostgresSession::Execute(absl::string_view statement) {
  if (absl::StrContains(statement, absl::string_view("\0", 1))) {
    return Error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "the statement holds a NUL byte")
        .With("position", absl::StrCat(statement.find('\0')))
        .Hint("save the file as UTF-8 text without it");
  }
  const StatementKind kind = ClassifyPostgresqlStatement(statement);
  if (pooled_ && (kind == StatementKind::kSession || MadeInSession(statement).has_value())) {
    return StaysBehindPooler();
  }
  if (!held_.empty() && LetsGoOfLocks(statement)) {
    return Error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT,
                 "the statement would let go of the migration lock")
        .Hint(
            "name what is to go: DISCARD TEMP, DISCARD PLANS, RESET ALL, DEALLOCATE ALL; or the "
            "section's own lock, with pg_advisory_unlock");
  }
  // Outside of a transaction, or if it is a COMMIT, it is over with its answer.
  const bool in_transaction = InTransaction();
  bool commits = IsAlive() && (!in_transaction || kind == StatementKind::kTransactionControl);
  PostgresConnection::Outcome outcome = !in_transaction && RunsConcurrently(statement, kind)
                                            ? RunConcurrently(statement)
                                            : connection_->Run(std::string(statement));
  if (outcome.status.ok()) return Execution{outcome.rows_affected};
  if (commits && !IsAlive() && outcome.last_tag.empty()) return InDoubt(outcome.status);
  if (kind == StatementKind::kProcedure && !in_transaction) return PartlyDone(outcome.status);
  return outcome.status;
}

// A timeout of the section's own is left alone.
PostgresConnection::Outcome PostgresSession::RunConcurrently(absl::string_view statement) {
  // Errors before the statement was sent: the tag says that it was not in doubt.
  absl::StatusOr<std::string> remainder = RemainderOfStatement(*this, statement);
  if (!remainder.ok()) return {remainder.status(), 0, "SELECT"};
  const int64_t timeout = LockTimeoutMilliseconds(options_);
  absl::StatusOr<Rows> changed = Rows();
  // It blocks nobody while it waits, unless it is but a remainder.
  if (timeout > 0 && !pooled_ && *remainder == statement) {
    changed = Query(
        "SELECT pg_catalog.set_config('lock_timeout', '0', false) FROM pg_catalog.pg_settings "
        "WHERE name = 'lock_timeout' AND setting = ?",
        {Value(absl::StrCat(timeout))});
    if (!changed.ok()) return {changed.status(), 0, "SELECT"};
  }
  PostgresConnection::Outcome outcome = connection_->Run(*remainder);
  if (!changed->empty() && IsAlive()) {
    // It can fail only with the connection, which the next statement tells, or
    // by a cancel, after which Reset sets it again.
    connection_->Run(absl::StrCat("SET lock_timeout = ", timeout));
  }
  // Then it must have had no effect.
  if (GaveWay(outcome.status) && !RemovePostgresLeftovers(*this, statement).ok()) {
    outcome.status = PartlyDone(outcome.status);
  }
  return outcome;
}

absl::StatusOr<std::string> PostgresSession::Bind(absl::string_view sql,
                                                  absl::Span<const Value> args) {
  std::string bound;
  size_t next = 0;
  while (!sql.empty()) {
    PostgresqlToken token = FirstPostgresqlToken(sql);
    sql.remove_prefix(token.text.size());
    if (token.text != "?") {
      absl::StrAppend(&bound, token.text);
      continue;
    }
    if (next == args.size()) return Error(v1::ERROR_REASON_INTERNAL, "a query lacks arguments");
    BRANT_ASSIGN_OR_RETURN(std::string quoted, connection_->Quote(args[next++]));
    absl::StrAppend(&bound, quoted);
  }
  if (next != args.size()) {
    return Error(v1::ERROR_REASON_INTERNAL, "a query has too many arguments");
  }
  return bound;
}

absl::StatusOr<Rows> PostgresSession::Query(absl::string_view sql, absl::Span<const Value> args) {
  BRANT_ASSIGN_OR_RETURN(std::string bound, Bind(sql, args));
  return connection_->Query(bound);
}

absl::StatusOr<std::string> PostgresSession::Join(absl::Span<const BoundStatement> statements) {
  std::string joined;
  for (const BoundStatement& statement : statements) {
    BRANT_ASSIGN_OR_RETURN(std::string bound, Bind(statement.sql, statement.args));
    // A line end, for a statement that ends with a comment.
    absl::StrAppend(&joined, bound, "\n;");
  }
  return joined;
}

absl::Status PostgresSession::Batch(absl::Span<const BoundStatement> statements) {
  if (statements.empty()) return absl::OkStatus();
  BRANT_ASSIGN_OR_RETURN(std::string joined, Join(statements));
  // The server makes a transaction of one message, if none is open.
  bool commits = IsAlive() && !InTransaction();
  absl::Status status = connection_->Run(joined).status;
  return !status.ok() && commits && !IsAlive() ? InDoubt(status) : status;
}

absl::Status PostgresSession::Begin() {
  constexpr absl::string_view kBegin = "BEGIN ISOLATION LEVEL READ COMMITTED";
  if (!pooled_) return connection_->Run(std::string(kBegin)).status;
  BRANT_ASSIGN_OR_RETURN(std::string settings, Settings("true"));
  absl::StatusOr<Rows> rows = connection_->Query(absl::StrCat(
      kBegin, options_.read_only ? " READ ONLY" : " READ WRITE", "; ", kLocalDefaults, settings));
  if (!rows.ok()) {
    Rollback().IgnoreError();
    return rows.status();
  }
  pooled_id_ = rows->empty() ? "" : (*rows)[0][0].value_or("");
  return absl::OkStatus();
}

absl::Status PostgresSession::RunCommit(const std::string& sql) {
  bool sent = IsAlive();
  PostgresConnection::Outcome outcome = connection_->Run(sql);
  if (outcome.last_tag == "COMMIT") return absl::OkStatus();
  if (sent && !IsAlive()) return InDoubt(outcome.status);
  BRANT_RETURN_IF_ERROR(outcome.status);
  // The answer to COMMIT after a failed statement is ROLLBACK, and no error.
  return Error(v1::ERROR_REASON_DATABASE_ERROR,
               "the transaction was rolled back, because a statement in it had failed")
      .Database("25P02", "the answer to COMMIT was ROLLBACK");
}

absl::Status PostgresSession::Commit() { return RunCommit("COMMIT"); }

absl::Status PostgresSession::Rollback() {
  return InTransaction() ? connection_->Run("ROLLBACK").status : absl::OkStatus();
}

absl::Status PostgresSession::BatchAndCommit(absl::Span<const BoundStatement> statements) {
  if (!InTransaction()) return Batch(statements);
  BRANT_ASSIGN_OR_RETURN(std::string joined, Join(statements));
  return RunCommit(absl::StrCat(joined, "COMMIT"));
}

bool PostgresSession::InTransaction() const { return connection_->InTransaction(); }

absl::StatusOr<bool> PostgresSession::TryLock(absl::string_view name) {
  if (pooled_ && !InTransaction()) {
    return Error(v1::ERROR_REASON_INTERNAL,
                 "behind a pooler the lock can be taken within a transaction only");
  }
  if (held_.contains(name)) return true;
  BRANT_ASSIGN_OR_RETURN(Rows rows, Query(pooled_ ? "SELECT pg_catalog.pg_try_advisory_xact_lock(?)"
                                                  : "SELECT pg_catalog.pg_try_advisory_lock(?)",
                                          {Value(LockKey(name))}));
  if (rows.size() != 1 || rows[0][0] != "t") return false;
  if (!pooled_) held_.emplace(name);
  return true;
}

absl::Status PostgresSession::ReleaseLock(absl::string_view name) {
  auto found = held_.find(name);
  if (found == held_.end()) return absl::OkStatus();
  BRANT_RETURN_IF_ERROR(
      Query("SELECT pg_catalog.pg_advisory_unlock(?)", {Value(LockKey(name))}).status());
  held_.erase(found);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<LockOwner>> PostgresSession::LockHolder(absl::string_view name) {
  uint64_t key = static_cast<uint64_t>(LockKey(name));
  BRANT_ASSIGN_OR_RETURN(
      Rows rows,
      Query(
          "SELECT l.pid, a.application_name, coalesce(pg_catalog.host(a.client_addr), 'local'), "
          "date_trunc('second', a.backend_start)::text "
          "FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a USING (pid) "
          "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 "
          "AND l.database = (SELECT oid FROM pg_catalog.pg_database "
          "WHERE datname = current_database()) AND l.classid::bigint = ? "
          "AND l.objid::bigint = ?",
          {Value(static_cast<int64_t>(key >> 32)), Value(static_cast<int64_t>(key & 0xffffffff))}));
  if (rows.empty()) return std::nullopt;
  const auto& row = rows[0];
  LockOwner owner;
  owner.server_id = row[0].value_or("");
  owner.description =
      absl::StrCat("pid ", owner.server_id, " (", row[1].value_or("?"), ") from ",
                   row[2].value_or("?"), ", connected since ", row[3].value_or("?"));
  return owner;
}

absl::StatusOr<std::optional<std::string>> PostgresSession::Fingerprint(
    absl::string_view statement) {
  return PostgresFingerprint(*this, statement);
}

absl::StatusOr<std::string> PostgresSession::RemoveLeftovers(absl::string_view statement) {
  return RemovePostgresLeftovers(*this, statement);
}

absl::StatusOr<Activity> PostgresSession::Observe(absl::string_view server_id) {
  return ObservePostgresSession(*this, connection_->ServerVersion(), server_id);
}

absl::StatusOr<bool> PostgresSession::Terminate(absl::string_view server_id) {
  return TerminatePostgresSession(*this, server_id);
}

absl::Status PostgresSession::Reset() {
  if (pooled_) return Rollback();
  BRANT_ASSIGN_OR_RETURN(std::string settings, Settings("false"));
  return connection_->Run(absl::StrCat(InTransaction() ? "ROLLBACK; " : "", kReset, settings))
      .status;
}

void PostgresSession::Cancel() { connection_->Cancel(); }

bool PostgresSession::IsAlive() const { return connection_->IsAlive(); }

std::string PostgresSession::ServerId() const {
  if (pooled_) return InTransaction() ? pooled_id_ : "";
  return absl::StrCat(connection_->ProcessId());
}

std::string PostgresSession::ReportedSetting(const char* name) const {
  // A pooler tells what it heard of some session or other.
  return pooled_ ? "" : connection_->ReportedSetting(name);
}

}  // namespace brant
