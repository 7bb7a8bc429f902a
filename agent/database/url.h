// Database URLs, as SQLAlchemy and libpq write them.

#ifndef BRANT_AGENT_DATABASE_URL_H_
#define BRANT_AGENT_DATABASE_URL_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"
#include "agent/database/database.h"

namespace brant {

// A URL in its parts, percent-decoding done.
//
//   postgresql://user:password@host:5432/name?sslmode=require
//   postgresql+psycopg2://…   a driver after `+` is accepted and ignored
//   postgresql:///name?host=/run/postgresql
//   mysql://… mariadb://… ?unix_socket=/run/mysqld/mysqld.sock
//   sqlite:///relative.db  sqlite:////absolute.db  sqlite://  (in memory)
struct DatabaseUrl {
  Dialect dialect = Dialect::kSqlite;
  std::string user;
  std::string password;
  std::string host;
  int port = 0;
  // SQLite: the file's path; empty: in memory.
  std::string database;
  std::map<std::string, std::string> options;
};

// Errors: INVALID_REQUEST, without the URL's password.
absl::StatusOr<DatabaseUrl> ParseDatabaseUrl(absl::string_view url);

// The URL with `***` for the password.
std::string DisplayUrl(const DatabaseUrl& url);

// Makes the database for a URL; connects to nothing yet. Errors:
// INVALID_REQUEST for an option that the database does not know.
absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const DatabaseUrl& url);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_URL_H_
