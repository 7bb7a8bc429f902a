#include "agent/database/sqlite/sqlite_session.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "agent/database/sqlite/sqlite_error.h"
#include "agent/database/statement_words.h"

namespace brant {
namespace {

// A transaction keeps up to this many changed pages in memory: beyond, SQLite
// locks readers out until COMMIT. 256 MB with pages of 4 KB.
constexpr absl::string_view kSpillLate = "PRAGMA cache_spill = 65536";

// What a lock's file says of its holder: "pid 42 (brant run …)".
constexpr absl::string_view kHolderPrefix = "pid ";

// Device and inode of a database's file; zeros if it has none.
std::pair<uint64_t, uint64_t> FileId(const SqliteLocation& location) {
  struct stat file;
  if (location.in_memory || stat(location.path.c_str(), &file) != 0) return {0, 0};
  return {file.st_dev, file.st_ino};
}

// Whether an action of a statement outlives it in the session: what PRAGMA with
// a value sets, and temporary objects.
bool LeavesTraces(int action, const char* second) {
  switch (action) {
    case SQLITE_PRAGMA:
      return second != nullptr;
    case SQLITE_CREATE_TEMP_INDEX:
    case SQLITE_CREATE_TEMP_TABLE:
    case SQLITE_CREATE_TEMP_TRIGGER:
    case SQLITE_CREATE_TEMP_VIEW:
      return true;
    default:
      return false;
  }
}

absl::Status BindValue(sqlite3_stmt* statement, int index, const Value& value) {
  int code = SQLITE_OK;
  if (const auto* number = std::get_if<int64_t>(&value)) {
    code = sqlite3_bind_int64(statement, index, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    code = sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_TRANSIENT,
                               SQLITE_UTF8);
  } else {
    code = sqlite3_bind_null(statement, index);
  }
  return code == SQLITE_OK ? absl::OkStatus() : SqliteError(code, sqlite3_errstr(code));
}

std::vector<std::optional<std::string>> ReadRow(sqlite3_stmt* statement) {
  std::vector<std::optional<std::string>> row(sqlite3_column_count(statement));
  for (int i = 0; i < static_cast<int>(row.size()); ++i) {
    if (sqlite3_column_type(statement, i) == SQLITE_NULL) continue;
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
    if (text != nullptr) row[i] = std::string(text, sqlite3_column_bytes(statement, i));
  }
  return row;
}

// PRAGMA foreign_key_check tells of violations by rows: in a migration, where
// nobody reads them, they are what it was asked for.
bool IsForeignKeyCheck(absl::string_view statement) {
  StatementWords words(Dialect::kSqlite, statement);
  if (words.Next() != "pragma") return false;
  const std::string word = words.Next();
  return word == "foreign_key_check" ||
         (words.Next() == "." && words.Next() == "foreign_key_check");
}

// Of a row of PRAGMA foreign_key_check.
absl::Status ForeignKeyViolation(sqlite3_stmt* row) {
  const std::vector<std::optional<std::string>> values = ReadRow(row);
  const std::string message = absl::StrCat(
      "a foreign key is violated: row ", values[1].value_or("?"), " of ", values[0].value_or("?"),
      " refers to a row of ", values[2].value_or("?"), " that is not there");
  return Error(v1::ERROR_REASON_DATABASE_ERROR, message)
      .Database("SQLITE_CONSTRAINT_FOREIGNKEY", message);
}

}  // namespace

// A statement that is ready to run; empty if there was only blank text.
class SqliteSession::PreparedStatement {
 public:
  explicit PreparedStatement(sqlite3_stmt* statement) : statement_(statement) {}
  PreparedStatement(PreparedStatement&& other) noexcept
      : statement_(std::exchange(other.statement_, nullptr)) {}
  PreparedStatement& operator=(PreparedStatement&&) = delete;
  ~PreparedStatement() { sqlite3_finalize(statement_); }

  sqlite3_stmt* get() const { return statement_; }

 private:
  sqlite3_stmt* statement_;
};

SqliteSession::SqliteSession(SqliteLocation location, const SessionOptions& options,
                             std::unique_ptr<AdvisoryLock> lock)
    : location_(std::move(location)), options_(options), lock_(std::move(lock)) {}

absl::StatusOr<std::unique_ptr<Session>> SqliteSession::Open(SqliteLocation location,
                                                             const SessionOptions& options,
                                                             std::unique_ptr<AdvisoryLock> lock) {
  std::unique_ptr<SqliteSession> session(
      new SqliteSession(std::move(location), options, std::move(lock)));
  BRANT_RETURN_IF_ERROR(session->OpenConnection());
  return session;
}

absl::Status SqliteSession::OpenConnection() {
  // A session that only reads opens for writing too, where it may: that takes
  // a journal that a crash left behind. query_only keeps it from writing.
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (!options_.read_only && !options_.must_exist) flags |= SQLITE_OPEN_CREATE;
  std::string path = location_.path;
  if (location_.missing) {
    path = ":memory:";
  } else if (location_.in_memory) {
    path = absl::StrCat("file:/", path, "?vfs=memdb");
    flags |= SQLITE_OPEN_URI | SQLITE_OPEN_CREATE;
  } else if (!absl::StartsWith(path, "/")) {
    // Else `file:x` might be read as a URI.
    path = absl::StrCat("./", path);
  }
  try {
    auto opened = std::make_unique<SQLite::Database>(path, flags);
    absl::MutexLock lock(&mutex_);
    connection_ = std::move(opened);
  } catch (const SQLite::Exception& exception) {
    return SqliteOpenError(exception.getExtendedErrorCode(), exception.what(), location_.path);
  }
  sqlite3* handle = connection_->getHandle();
  sqlite3_busy_handler(handle, &SqliteSession::WaitWhileBusy, this);
  sqlite3_set_authorizer(handle, &SqliteSession::Authorize, this);
  // Reads the header too: what is no database shows here.
  BRANT_RETURN_IF_ERROR(Run("PRAGMA schema_version"));
  BRANT_RETURN_IF_ERROR(Run(options_.read_only ? "PRAGMA query_only = ON" : kSpillLate));
  file_id_ = FileId(location_);
  needs_reopening_ = false;
  return absl::OkStatus();
}

int SqliteSession::Authorize(void* session, int action, const char* first, const char* second,
                             const char*, const char*) {
  auto* self = static_cast<SqliteSession*>(session);
  // VACUUM attaches an unnamed temporary file.
  if (action == SQLITE_ATTACH && (first == nullptr || *first != '\0')) {
    self->refused_ = "ATTACH (or VACUUM INTO)";
  } else if (action == SQLITE_FUNCTION && second != nullptr &&
             sqlite3_stricmp(second, "load_extension") == 0) {
    self->refused_ = "load_extension";
  } else {
    if (LeavesTraces(action, second)) self->needs_reopening_ = true;
    return SQLITE_OK;
  }
  return SQLITE_DENY;
}

int SqliteSession::WaitWhileBusy(void* session, int count) {
  auto* self = static_cast<SqliteSession*>(session);
  // 1, 2, 4, 8, then 16 ms at a time, so that Cancel is heard.
  int64_t waited = count < 4 ? (1 << count) - 1 : 15 + (count - 4) * int64_t{16};
  if (self->cancelled_ || absl::Milliseconds(waited) >= self->options_.lock_timeout) return 0;
  absl::SleepFor(absl::Milliseconds(1 << std::min(count, 4)));
  return 1;
}

absl::Status SqliteSession::LastError(int code) const {
  if (!refused_.empty()) {
    return Error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT,
                 absl::StrCat(refused_, " is not allowed in a migration"))
        .Hint("a migration changes its own database only; remove the statement");
  }
  if (cancelled_ && ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_INTERRUPT)) {
    return Error(v1::ERROR_REASON_CANCELLED, "the statement was cancelled")
        .Database(absl::StrCat(code), sqlite3_errstr(code));
  }
  return SqliteError(code, sqlite3_errmsg(connection_->getHandle()));
}

absl::StatusOr<SqliteSession::PreparedStatement> SqliteSession::Prepare(absl::string_view& text) {
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  int code = sqlite3_prepare_v2(connection_->getHandle(), text.data(),
                                static_cast<int>(text.size()), &statement, &tail);
  if (code != SQLITE_OK) return LastError(code);
  text.remove_prefix(tail - text.data());
  return PreparedStatement(statement);
}

absl::StatusOr<Execution> SqliteSession::Execute(absl::string_view statement) {
  if (absl::StrContains(statement, absl::string_view("\0", 1))) {
    return Error(v1::ERROR_REASON_UNSUPPORTED_STATEMENT, "the statement holds a NUL byte")
        .With("position", absl::StrCat(statement.find('\0')))
        .Hint("save the file as UTF-8 text without it");
  }
  sqlite3* handle = connection_->getHandle();
  cancelled_ = false;
  refused_.clear();
  Execution execution;
  // One statement as the splitter sees it; should SQLite see more, they run.
  for (absl::string_view rest = statement; !rest.empty();) {
    size_t begin = statement.size() - rest.size();
    const absl::string_view rest_before = rest;
    auto prepared = Prepare(rest);
    if (!prepared.ok()) {
      int offset = sqlite3_error_offset(handle);
      if (offset < 0) return prepared.status();
      return WithDetail(prepared.status(), "position", absl::StrCat(begin + offset));
    }
    if (prepared->get() == nullptr) continue;
    int64_t changes = sqlite3_total_changes64(handle);
    const bool is_check = IsForeignKeyCheck(rest_before);
    int code;
    while ((code = sqlite3_step(prepared->get())) == SQLITE_ROW) {
      if (is_check) return ForeignKeyViolation(prepared->get());
    }
    if (code != SQLITE_DONE) return LastError(code);
    if (sqlite3_total_changes64(handle) != changes) {
      execution.rows_affected += sqlite3_changes64(handle);
    }
  }
  return execution;
}

absl::StatusOr<Rows> SqliteSession::Query(absl::string_view sql, absl::Span<const Value> args) {
  cancelled_ = false;
  refused_.clear();
  BRANT_ASSIGN_OR_RETURN(PreparedStatement prepared, Prepare(sql));
  int expected = sqlite3_bind_parameter_count(prepared.get());
  if (expected != static_cast<int>(args.size())) {
    return Error(v1::ERROR_REASON_INTERNAL,
                 absl::StrCat("a query takes ", expected, " arguments, not ", args.size()));
  }
  for (int i = 0; i < expected; ++i) {
    BRANT_RETURN_IF_ERROR(BindValue(prepared.get(), i + 1, args[i]));
  }
  Rows rows;
  int code;
  while ((code = sqlite3_step(prepared.get())) == SQLITE_ROW) {
    rows.push_back(ReadRow(prepared.get()));
  }
  if (code != SQLITE_DONE) return LastError(code);
  return rows;
}

absl::Status SqliteSession::Run(absl::string_view sql) { return Query(sql).status(); }

absl::Status SqliteSession::Batch(absl::Span<const BoundStatement> statements) {
  if (statements.empty()) return absl::OkStatus();
  bool own_transaction = !InTransaction();
  if (own_transaction) BRANT_RETURN_IF_ERROR(Begin());
  for (const BoundStatement& statement : statements) {
    absl::Status status = Query(statement.sql, statement.args).status();
    if (status.ok()) continue;
    if (own_transaction) Rollback().IgnoreError();
    return status;
  }
  return own_transaction ? Commit() : absl::OkStatus();
}

absl::Status SqliteSession::Begin() {
  return Run(options_.read_only ? "BEGIN" : "BEGIN IMMEDIATE");
}

absl::Status SqliteSession::Commit() { return Run("COMMIT"); }

absl::Status SqliteSession::Rollback() {
  // Some errors have rolled back already.
  return InTransaction() ? Run("ROLLBACK") : absl::OkStatus();
}

absl::Status SqliteSession::BatchAndCommit(absl::Span<const BoundStatement> statements) {
  bool in_transaction = InTransaction();
  BRANT_RETURN_IF_ERROR(Batch(statements));
  return in_transaction ? Commit() : absl::OkStatus();
}

bool SqliteSession::InTransaction() const {
  return connection_ != nullptr && sqlite3_get_autocommit(connection_->getHandle()) == 0;
}

absl::StatusOr<bool> SqliteSession::TryLock(absl::string_view name) {
  BRANT_ASSIGN_OR_RETURN(
      bool held, lock_->TryLock(absl::StrCat(kHolderPrefix, getpid(), " (", options_.name, ")")));
  if (held) held_.emplace(name);
  return held;
}

absl::Status SqliteSession::ReleaseLock(absl::string_view name) {
  auto found = held_.find(name);
  if (found == held_.end()) return absl::OkStatus();
  held_.erase(found);
  if (held_.empty()) lock_->Unlock();
  return absl::OkStatus();
}

absl::StatusOr<std::optional<LockOwner>> SqliteSession::LockHolder(absl::string_view) {
  BRANT_ASSIGN_OR_RETURN(std::string holder, lock_->Holder());
  if (holder.empty()) return std::nullopt;
  absl::string_view id = holder;
  if (!absl::ConsumePrefix(&id, kHolderPrefix)) id = "";
  id = id.substr(0, std::min(id.find_first_not_of("0123456789"), id.size()));
  return LockOwner{std::string(id), holder};
}

absl::Status SqliteSession::Reset() {
  BRANT_RETURN_IF_ERROR(Rollback());
  if (!needs_reopening_) return absl::OkStatus();
  // Closed first: what it holds would be in the way of the next.
  {
    absl::MutexLock lock(&mutex_);
    connection_.reset();
  }
  return OpenConnection();
}

void SqliteSession::Cancel() {
  absl::MutexLock lock(&mutex_);
  if (connection_ == nullptr) return;
  cancelled_ = true;
  sqlite3_interrupt(connection_->getHandle());
}

bool SqliteSession::IsAlive() const {
  return connection_ != nullptr && FileId(location_) == file_id_;
}

std::string SqliteSession::ServerId() const { return absl::StrCat(getpid()); }

}  // namespace brant
