#ifndef BRANT_AGENT_DATABASE_SQLITE_SQLITE_ERROR_H_
#define BRANT_AGENT_DATABASE_SQLITE_SQLITE_ERROR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace brant {

// An error of SQLite: `code` is its extended result code.
absl::Status SqliteError(int code, absl::string_view message);

// That the file `path` can't be opened, and why that may be.
absl::Status SqliteOpenError(int code, absl::string_view message, const std::string& path);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_SQLITE_SQLITE_ERROR_H_
