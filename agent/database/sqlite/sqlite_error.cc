#include "agent/database/sqlite/sqlite_error.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"

namespace brant {
namespace {

v1::ErrorReason ReasonOfCode(int code) {
  switch (code & 0xff) {
    case SQLITE_INTERRUPT:
      return v1::ERROR_REASON_CANCELLED;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return v1::ERROR_REASON_LOCK_NOT_AVAILABLE;
    case SQLITE_READONLY:
      return v1::ERROR_REASON_DATABASE_READ_ONLY;
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return v1::ERROR_REASON_DATABASE_PERMISSION_DENIED;
    case SQLITE_CANTOPEN:
      return v1::ERROR_REASON_DATABASE_UNREACHABLE;
    default:
      return v1::ERROR_REASON_DATABASE_ERROR;
  }
}

absl::string_view HintOf(int code, absl::string_view message) {
  // VACUUM, PRAGMA journal_mode and their like: SQLite has no code for it.
  if (code == SQLITE_ERROR && (absl::StrContains(message, "within a transaction") ||
                               absl::StrContains(message, "inside a transaction"))) {
    return "it can't run in a transaction: write transaction:off behind the section's marker";
  }
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another connection holds the database; run it again when that one is done";
    case SQLITE_READONLY:
      return "the file, or the folder it is in, is not writable for the agent's user";
    case SQLITE_NOTADB:
      return "the file is no SQLite database, or it is encrypted";
    case SQLITE_CORRUPT:
      return "run PRAGMA integrity_check, and restore the file from a backup";
    case SQLITE_FULL:
      return "make room on the disk";
    default:
      return "";
  }
}

}  // namespace

absl::Status SqliteError(int code, absl::string_view message) {
  Error error(ReasonOfCode(code), message);
  error.Database(absl::StrCat(code), message);
  if (absl::string_view hint = HintOf(code, message); !hint.empty()) error.Hint(hint);
  return error;
}

absl::Status SqliteOpenError(int code, absl::string_view message, const std::string& path) {
  if ((code & 0xff) != SQLITE_CANTOPEN) return SqliteError(code, message);
  std::error_code ignored;
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  std::string why(message);
  absl::string_view hint =
      "correct the path in the database URL, or make the folder; it and the file must be "
      "writable for the agent's user";
  v1::ErrorReason reason = v1::ERROR_REASON_DATABASE_UNREACHABLE;
  if (!std::filesystem::exists(folder, ignored)) {
    why = absl::StrCat("the folder ", folder.string(), " does not exist");
  } else if (std::filesystem::is_directory(path, ignored)) {
    why = "it is a folder";
  } else {
    bool exists = std::filesystem::exists(path, ignored);
    if (access(exists ? path.c_str() : folder.c_str(), exists ? R_OK : W_OK) != 0) {
      if (errno == EACCES) reason = v1::ERROR_REASON_DATABASE_PERMISSION_DENIED;
      why = std::strerror(errno);
    } else if (!exists) {
      why = "there is no such file";
      hint = "correct the path in the database URL; 'brant upgrade' makes a new file there";
    }
  }
  return Error(reason, absl::StrCat("can't open ", path, ": ", why))
      .Database(absl::StrCat(code), message)
      .Hint(hint);
}

}  // namespace brant
