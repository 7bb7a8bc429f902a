// Database URLs, as SQLAlchemy and libpq write them.

#ifndef BRANT_AGENT_DATABASE_URL_H_
#define BRANT_AGENT_DATABASE_URL_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/base/dialect.h"

namespace brant {

// A URL in its parts, percent-decoding done.
//
//   postgresql://user:password@host:5432/name?sslmode=require
//   postgresql+psycopg2://…   a driver after `+` is accepted and ignored
//   postgresql:///name?host=/run/postgresql
//   postgresql://one:5432,two:5433/name?target_session_attrs=read-write
//   mysql://… mariadb://… ?unix_socket=/run/mysqld/mysqld.sock
//   sqlite:///relative.db  sqlite:////absolute.db  sqlite://  (in memory)
//
// `postgres` and `sqlite3` are read as `postgresql` and `sqlite`. The options
// user, password, host, port, dbname and database stand for the URL's parts
// and win over them, as with libpq.
struct DatabaseUrl {
  Dialect dialect = Dialect::kSqlite;
  std::string user;
  std::string password;
  // Several hosts are separated by commas, as libpq takes them. The ports are
  // then all in the option "port".
  std::string host;
  // 0: the database's own.
  int port = 0;
  // SQLite: the file's path; empty: in memory.
  std::string database;
  std::map<std::string, std::string> options;
};

// Errors: INVALID_REQUEST. Nothing that could be a part of a password is in
// them, not even if it was not percent-encoded as it should be.
absl::StatusOr<DatabaseUrl> ParseDatabaseUrl(absl::string_view url);

// The URL with `***` for the password and for options that hold a secret.
std::string DisplayUrl(const DatabaseUrl& url);

}  // namespace brant

#endif  // BRANT_AGENT_DATABASE_URL_H_
