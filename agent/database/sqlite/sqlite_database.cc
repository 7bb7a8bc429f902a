#include "agent/database/sqlite/sqlite_database.h"

#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/base/error.h"
#include "agent/database/sqlite/advisory_lock.h"
#include "agent/database/sqlite/sqlite_session.h"

namespace brant {
namespace {

constexpr absl::Duration kDefaultTimeout = absl::Seconds(5);

std::string Quoted(absl::string_view name) {
  return absl::StrCat("\"", absl::StrReplaceAll(name, {{"\"", "\"\""}}), "\"");
}

absl::Status CheckAccess(const std::string& path) {
  if (access(path.c_str(), W_OK) == 0) return absl::OkStatus();
  return Error(v1::ERROR_REASON_DATABASE_READ_ONLY,
               absl::StrCat("the database is read-only: ", path, ": ", std::strerror(errno)))
      .Hint("the file and its folder must be writable for the agent's user");
}

class SqliteDatabase : public Database {
 public:
  SqliteDatabase(const DatabaseUrl& url, absl::Duration timeout)
      : url_(url), timeout_(timeout), in_memory_(url.database.empty()) {
    static std::atomic<int> counter = 0;
    path_ = in_memory_ ? absl::StrCat("brant-", getpid(), "-", ++counter) : url.database;
  }

  // A database in memory lives as long as a connection of it is open.
  absl::Status KeepMemory() {
    if (!in_memory_) return absl::OkStatus();
    BRANT_ASSIGN_OR_RETURN(keeper_, Connect(SessionOptions()));
    return absl::OkStatus();
  }

  Dialect dialect() const override { return Dialect::kSqlite; }
  std::string DisplayName() const override { return DisplayUrl(url_); }

  absl::StatusOr<std::unique_ptr<Session>> Connect(const SessionOptions& options) override {
    SqliteLocation location;
    location.path = path_;
    location.in_memory = in_memory_;
    location.missing = !in_memory_ && options.read_only && !options.must_exist && IsMissing();
    SessionOptions with_timeout = options;
    if (with_timeout.lock_timeout == absl::ZeroDuration()) with_timeout.lock_timeout = timeout_;
    return SqliteSession::Open(std::move(location), with_timeout, MakeLock());
  }

  // SQLite writes a journal beside the file, so that the folder counts too.
  absl::StatusOr<std::string> CheckWritable(Session& session) override {
    if (!in_memory_) {
      std::error_code ignored;
      const std::filesystem::path path = std::filesystem::weakly_canonical(path_, ignored);
      BRANT_RETURN_IF_ERROR(CheckAccess(path.parent_path().string()));
      if (!IsMissing()) BRANT_RETURN_IF_ERROR(CheckAccess(path.string()));
    }
    BRANT_ASSIGN_OR_RETURN(Rows rows, session.Query("PRAGMA query_only"));
    if (rows.empty() || rows[0][0] != "1") return "";
    return Error(v1::ERROR_REASON_DATABASE_READ_ONLY,
                 "the database is read-only: PRAGMA query_only is on")
        .Hint("set it off");
  }

  absl::StatusOr<std::string> ServerVersion(Session&) override {
    return absl::StrCat("SQLite ", sqlite3_libversion());
  }

  absl::StatusOr<bool> TableExists(Session& session, absl::string_view schema,
                                   absl::string_view table) override {
    if (schema.empty()) schema = "main";
    BRANT_ASSIGN_OR_RETURN(Rows schemas,
                           session.Query("SELECT 1 FROM pragma_database_list WHERE name = ?",
                                         {Value(std::string(schema))}));
    if (schemas.empty()) return false;
    BRANT_ASSIGN_OR_RETURN(
        Rows rows, session.Query(absl::StrCat("SELECT 1 FROM ", Quoted(schema),
                                              ".sqlite_master WHERE type = 'table' AND name = ? "
                                              "COLLATE NOCASE"),
                                 {Value(std::string(table))}));
    return !rows.empty();
  }

 private:
  // The file is not there, while its folder is.
  bool IsMissing() const {
    std::error_code ignored;
    std::filesystem::path path(path_);
    std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    return !std::filesystem::exists(path, ignored) &&
           std::filesystem::is_directory(folder, ignored);
  }

  std::unique_ptr<AdvisoryLock> MakeLock() const {
    if (in_memory_) return MakeMemoryLock(memory_lock_);
    // Beside the file itself, whichever link leads there.
    std::error_code error;
    std::filesystem::path real = std::filesystem::weakly_canonical(path_, error);
    return MakeFileLock(absl::StrCat(error ? path_ : real.string(), ".brant-lock"));
  }

  const DatabaseUrl url_;
  const absl::Duration timeout_;
  const bool in_memory_;
  std::string path_;  // constant after construction
  const std::shared_ptr<MemoryLockState> memory_lock_ = std::make_shared<MemoryLockState>();
  std::unique_ptr<Session> keeper_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> MakeSqliteDatabase(const DatabaseUrl& url) {
  absl::Duration timeout = kDefaultTimeout;
  for (const auto& [name, value] : url.options) {
    double seconds = 0;
    if (name == "timeout") {
      if (!absl::SimpleAtod(value, &seconds) || !(seconds >= 0 && seconds <= 1e6)) {
        return Error(v1::ERROR_REASON_INVALID_REQUEST,
                     "the option 'timeout' of the database URL is no number of seconds")
            .Hint("write it as ?timeout=5");
      }
      timeout = absl::Seconds(seconds);
    } else {
      return Error(v1::ERROR_REASON_INVALID_REQUEST,
                   absl::StrCat("the database URL has the option '", name,
                                "', which SQLite does not know"))
          .Hint("remove it; the only option is 'timeout'");
    }
  }
  auto database = std::make_unique<SqliteDatabase>(url, timeout);
  BRANT_RETURN_IF_ERROR(database->KeepMemory());
  return database;
}

}  // namespace brant
