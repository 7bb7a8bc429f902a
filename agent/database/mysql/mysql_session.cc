#include "agent/database/mysql/mysql_session.h"

#include <errmsg.h>
#include <mysqld_error.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/base/error.h"
#include "agent/base/sha256.h"
#include "agent/database/mysql/ddl.h"
#include "agent/database/mysql/fingerprint.h"
#include "agent/database/mysql/literals.h"
#include "agent/database/mysql/observe.h"
#include "agent/database/mysql/statement_kind.h"
#include "agent/database/mysql/temporary_tables.h"

namespace brant::mysql {
namespace {

// The server's limit for the names of locks is 64.
constexpr absl::string_view kLockPrefix = "brant:";
constexpr size_t kLockDigits = 40;

// Whoever names no host, or localhost without a port, means the Unix socket as
// MySQL's own tools do, or TCP as Python's drivers do: whichever there is.
std::optional<ConnectionOptions> OverTcp(const ConnectionOptions& options, const Failure& failure) {
  const bool socket = options.unix_socket.empty() && options.port == 0 &&
                      (options.host.empty() || options.host == "localhost");
  if (!socket || failure.code != CR_CONNECTION_ERROR) return std::nullopt;
  ConnectionOptions over_tcp = options;
  over_tcp.host = "localhost";
  over_tcp.port = 3306;
  return over_tcp;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> MysqlSession::Connect(
    std::shared_ptr<const ConnectionOptions> options, const SessionOptions& session_options) {
  const absl::Duration timeout = options->connect_timeout > absl::ZeroDuration()
                                     ? options->connect_timeout
                                     : session_options.connect_timeout;
  const auto open = [&](std::unique_ptr<Connection>& connection) {
    return Connection::Open(*options, session_options.name, timeout, absl::ZeroDuration(),
                            connection);
  };
  std::unique_ptr<Connection> connection;
  std::optional<Failure> failure = open(connection);
  if (failure) {
    if (std::optional<ConnectionOptions> over_tcp = OverTcp(*options, *failure)) {
      options = std::make_shared<const ConnectionOptions>(*std::move(over_tcp));
      failure = open(connection);
    }
  }
  if (failure) return ToStatus(*failure, Activity::kConnecting);
  std::unique_ptr<MysqlSession> session(new MysqlSession(options, std::move(connection)));
  failure = session->settings_.Establish(*session->connection_, session_options);
  if (failure) return ToStatus(*failure, Activity::kConnecting);
  return session;
}

std::optional<Failure> MysqlSession::Run(absl::string_view sql, Rows* rows, bool& cancelled) {
  canceller_.StatementBegins();
  std::optional<Failure> failure = connection_->Run(sql, rows);
  const Canceller::Outcome outcome = canceller_.StatementEnds();
  cancelled = failure && failure->IsInterrupt() && outcome.cancelled;
  // The order came too late: let it hit a statement that does nothing.
  if (outcome.killed && !cancelled && connection_->IsAlive()) connection_->Run("DO 0", nullptr);
  return failure;
}

absl::StatusOr<Execution> MysqlSession::Execute(absl::string_view statement) {
  used_ = true;
  if (std::string table = CreatedTemporaryTable(statement); !table.empty()) {
    temporary_tables_.insert(std::move(table));
  }
  bool cancelled = false;
  if (std::optional<Failure> failure = Run(statement, nullptr, cancelled)) {
    failed_ = true;
    if (cancelled) return Cancelled(*failure);
    absl::Status status = ToStatus(*failure, Activity::kRunning);
    if (std::optional<size_t> position = ErrorPosition(*failure, statement)) {
      status = WithDetail(status, "position", absl::StrCat(*position));
    }
    return status;
  }
  const Execution execution{connection_->rows_affected()};
  BRANT_RETURN_IF_ERROR(RememberPrepared(statement));
  return execution;
}

absl::Status MysqlSession::RememberPrepared(absl::string_view statement) {
  const PreparedUse use = ReadPreparedUse(statement);
  if (use.action != PreparedUse::Action::kPrepare &&
      use.action != PreparedUse::Action::kDeallocate) {
    // A procedure may have prepared others under the same names.
    BRANT_ASSIGN_OR_RETURN(const StatementKind kind,
                           KindOf({statement, 0, ClassifyMysqlStatement(statement)}));
    if (kind == StatementKind::kProcedure) prepared_.clear();
    return absl::OkStatus();
  }
  prepared_.erase(use.name);
  if (use.text.empty()) return absl::OkStatus();
  BRANT_ASSIGN_OR_RETURN(std::optional<std::string> text, Evaluate(use.text));
  if (text) prepared_[use.name] = *std::move(text);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> MysqlSession::Evaluate(absl::string_view expression) {
  Rows rows;
  BRANT_RETURN_IF_ERROR(RunOwn(absl::StrCat("SELECT ", expression), &rows));
  if (rows.size() != 1) return std::nullopt;
  return rows[0][0];
}

absl::StatusOr<std::optional<std::string>> MysqlSession::ExecutedText(const PreparedUse& use) {
  if (!use.text.empty()) return Evaluate(use.text);
  const auto found = prepared_.find(use.name);
  if (use.name.empty() || found == prepared_.end()) return std::nullopt;
  return found->second;
}

absl::StatusOr<StatementKind> MysqlSession::KindOf(const Statement& statement) {
  if (statement.kind != StatementKind::kAutonomous) return statement.kind;
  const PreparedUse use = ReadPreparedUse(statement.text);
  if (use.action != PreparedUse::Action::kExecute) return statement.kind;
  BRANT_ASSIGN_OR_RETURN(const std::optional<std::string> text, ExecutedText(use));
  const bool atomic = text && ClassifyMysqlStatement(*text) != StatementKind::kProcedure;
  return atomic ? statement.kind : StatementKind::kProcedure;
}

absl::StatusOr<std::optional<std::string>> MysqlSession::Fingerprint(absl::string_view statement) {
  const RunStatement run = [this](const std::string& sql, Rows* rows) {
    bool cancelled = false;
    return Run(sql, rows, cancelled);
  };
  const PreparedUse use = ReadPreparedUse(statement);
  if (use.action != PreparedUse::Action::kExecute) {
    return FingerprintOf(ReadDdl(statement), *connection_, options_->database, run);
  }
  // Scripts compute the text from the catalogue, so that it is another one where
  // the statement took effect: the text is a part of what is compared.
  BRANT_ASSIGN_OR_RETURN(std::optional<std::string> text, ExecutedText(use));
  if (!text) return std::nullopt;
  std::optional<std::string> effect = "";
  if (!IsHarmless(*text)) {
    BRANT_ASSIGN_OR_RETURN(effect,
                           FingerprintOf(ReadDdl(*text), *connection_, options_->database, run));
  }
  if (!effect) return std::nullopt;
  return Sha256Hex(absl::StrCat(*text, absl::string_view("\0", 1), *effect));
}

absl::StatusOr<brant::Activity> MysqlSession::Observe(absl::string_view server_id) {
  int64_t id = 0;
  if (!absl::SimpleAtoi(server_id, &id)) return brant::Activity();
  return ObserveSession(*this, connection_->IsMariaDb(), id);
}

absl::StatusOr<bool> MysqlSession::Terminate(absl::string_view server_id) {
  int64_t id = 0;
  if (!absl::SimpleAtoi(server_id, &id)) return false;
  bool cancelled = false;
  std::optional<Failure> failure = Run(absl::StrCat("KILL CONNECTION ", id), nullptr, cancelled);
  if (!failure) return true;
  if (failure->code == ER_NO_SUCH_THREAD) return false;
  return cancelled ? Cancelled(*failure) : ToStatus(*failure, Activity::kRunning);
}

absl::Status MysqlSession::RunOwn(absl::string_view sql, Rows* rows) {
  bool cancelled = false;
  std::optional<Failure> failure = Run(sql, rows, cancelled);
  if (!failure) return absl::OkStatus();
  return cancelled ? Cancelled(*failure) : ToStatus(*failure, Activity::kRunning);
}

absl::StatusOr<Rows> MysqlSession::Query(absl::string_view sql, absl::Span<const Value> args) {
  BRANT_ASSIGN_OR_RETURN(std::string bound, Bind(sql, args));
  Rows rows;
  BRANT_RETURN_IF_ERROR(RunOwn(bound, &rows));
  return rows;
}

absl::Status MysqlSession::Batch(absl::Span<const BoundStatement> statements) {
  if (statements.empty()) return absl::OkStatus();
  const bool own_transaction = !InTransaction();
  if (own_transaction) BRANT_RETURN_IF_ERROR(Begin());
  for (const BoundStatement& statement : statements) {
    absl::Status status = Query(statement.sql, statement.args).status();
    if (status.ok()) continue;
    if (own_transaction && IsAlive()) Rollback().IgnoreError();
    return status;
  }
  return own_transaction ? Commit() : absl::OkStatus();
}

absl::Status MysqlSession::Begin() { return RunOwn("START TRANSACTION", nullptr); }

absl::Status MysqlSession::Commit() {
  // What is known to be broken before can't have committed anything.
  const bool was_alive = connection_->IsAlive();
  bool cancelled = false;
  std::optional<Failure> failure = Run("COMMIT", nullptr, cancelled);
  if (!failure) return absl::OkStatus();
  if (was_alive && failure->IsDisconnect()) return CommitInDoubt(*failure);
  return cancelled ? Cancelled(*failure) : ToStatus(*failure, Activity::kRunning);
}

absl::Status MysqlSession::Rollback() { return RunOwn("ROLLBACK", nullptr); }

absl::Status MysqlSession::BatchAndCommit(absl::Span<const BoundStatement> statements) {
  const bool in_transaction = InTransaction();
  BRANT_RETURN_IF_ERROR(Batch(statements));
  return in_transaction ? Commit() : absl::OkStatus();
}

// These locks belong to the whole server, so the name carries the database. In
// lower case, because some servers take `App` and `app` for the same; where they
// don't, two such databases wait for each other, which does no harm.
std::string MysqlSession::ServerLockName(absl::string_view name) const {
  const std::string key =
      absl::StrCat(absl::AsciiStrToLower(options_->database), absl::string_view("\0", 1), name);
  return absl::StrCat(kLockPrefix, Sha256Hex(key).substr(0, kLockDigits));
}

absl::StatusOr<bool> MysqlSession::TryLock(absl::string_view name) {
  const std::string lock = ServerLockName(name);
  if (locks_.contains(lock) && IsAlive()) return true;
  BRANT_ASSIGN_OR_RETURN(Rows rows, Query("SELECT GET_LOCK(?, 0)", {lock}));
  if (rows.size() != 1 || !rows[0][0]) {
    return Error(v1::ERROR_REASON_DATABASE_ERROR, "the server could not try the migration lock")
        .Hint("look into the server's error log: GET_LOCK failed");
  }
  if (rows[0][0] != "1") return false;
  locks_.insert(lock);
  return true;
}

absl::Status MysqlSession::ReleaseLock(absl::string_view name) {
  const std::string lock = ServerLockName(name);
  if (locks_.erase(lock) == 0) return absl::OkStatus();
  return Query("DO RELEASE_LOCK(?)", {lock}).status();
}

absl::StatusOr<std::optional<LockOwner>> MysqlSession::LockHolder(absl::string_view name) {
  BRANT_ASSIGN_OR_RETURN(Rows holder, Query("SELECT IS_USED_LOCK(?)", {ServerLockName(name)}));
  if (holder.size() != 1 || !holder[0][0]) return std::nullopt;
  const std::string id = *holder[0][0];
  // Without the PROCESS privilege only sessions of the same user are shown.
  BRANT_ASSIGN_OR_RETURN(
      Rows process,
      Query("SELECT USER, HOST FROM information_schema.PROCESSLIST WHERE ID = ?", {id}));
  std::string text = absl::StrCat("connection ", id);
  if (process.size() == 1) {
    absl::StrAppend(&text, " (", process[0][0].value_or(""), "@", process[0][1].value_or(""), ")");
  }
  // Empty where the server keeps no connection attributes.
  absl::StatusOr<Rows> session = Query(
      "SELECT ATTR_VALUE FROM performance_schema.session_account_connect_attrs "
      "WHERE PROCESSLIST_ID = ? AND ATTR_NAME = 'program_name'",
      {id});
  if (session.ok() && session->size() == 1) {
    absl::StrAppend(&text, " ", (*session)[0][0].value_or(""));
  }
  return LockOwner{id, text};
}

absl::Status MysqlSession::DropTemporaryTables() {
  if (temporary_tables_.empty()) return absl::OkStatus();
  const std::string names = absl::StrJoin(std::exchange(temporary_tables_, {}), ", ");
  return RunOwn(absl::StrCat("DROP TEMPORARY TABLE IF EXISTS ", names), nullptr);
}

// No mysql_reset_connection: it would release the lock.
absl::Status MysqlSession::Reset() {
  if (!used_ && !InTransaction()) return absl::OkStatus();
  BRANT_RETURN_IF_ERROR(RunOwn("ROLLBACK", nullptr));
  if (!used_) return absl::OkStatus();
  BRANT_RETURN_IF_ERROR(RunOwn("UNLOCK TABLES", nullptr));
  BRANT_RETURN_IF_ERROR(DropTemporaryTables());
  if (auto failure = connection_->SelectDatabase(options_->database)) {
    return ToStatus(*failure, Activity::kRunning);
  }
  if (auto failure = settings_.Restore(*connection_, failed_)) {
    return ToStatus(*failure, Activity::kRunning);
  }
  used_ = false;
  failed_ = false;
  return absl::OkStatus();
}

}  // namespace brant::mysql
