#ifndef BRANT_AGENT_DATABASE_SQLITE_SQLITE_DATABASE_H_
#define BRANT_AGENT_DATABASE_SQLITE_SQLITE_DATABASE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agent/database/database.h"
#include "agent/database/url.h"

namespace brant {

// A SQLite file, or a database in memory that lives as long as this object and
// its sessions. A file that is not there reads as an empty database (or is an
// error, with SessionOptions::must_exist) and is made by the first session that is
// not read_only; its folder must be there.
// Option: `timeout`, the seconds to wait for other connections (default 5).
absl::StatusOr<std::unique_ptr<Database>> MakeSqliteDatabase(const DatabaseUrl& url);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_SQLITE_SQLITE_DATABASE_H_
