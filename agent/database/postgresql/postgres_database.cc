#include "agent/database/postgresql/postgres_database.h"

#include <libpq-fe.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/postgresql/postgres_connection.h"
#include "agent/database/postgresql/postgres_session.h"

namespace brant {
namespace {

absl::Status StandbyError() {
  return Error(v1::ERROR_REASON_DATABASE_READ_ONLY,
               "the server is a standby, which can't be written")
      .Hint(
          "connect to the primary server; a list of hosts with target_session_attrs=read-write "
          "finds it");
}

absl::Status ReadOnlyError() {
  return Error(v1::ERROR_REASON_DATABASE_READ_ONLY,
               "default_transaction_read_only is on for this user, database or server")
      .Hint(
          "connect to the primary server, or if this is the one, end the setting: ALTER ROLE … "
          "RESET default_transaction_read_only, or the same of ALTER DATABASE or ALTER SYSTEM");
}

class PostgresDatabase : public Database {
 public:
  PostgresDatabase(const DatabaseUrl& url, PostgresParameters parameters)
      : url_(url), parameters_(std::move(parameters)) {}

  Dialect dialect() const override { return Dialect::kPostgresql; }
  std::string DisplayName() const override { return DisplayUrl(url_); }

  absl::StatusOr<std::unique_ptr<Session>> Connect(const SessionOptions& options) override {
    PostgresParameters parameters = parameters_;
    parameters["application_name"] = options.name;
    // Each host of a list gets its time.
    auto hosts = 1 + std::count(url_.host.begin(), url_.host.end(), ',');
    BRANT_ASSIGN_OR_RETURN(
        std::unique_ptr<PostgresConnection> connection,
        PostgresConnection::Connect(parameters, options.connect_timeout * hosts));
    return PostgresSession::Open(std::move(connection), options);
  }

  absl::StatusOr<std::unique_ptr<Database>> OpenSibling(absl::string_view name) override {
    DatabaseUrl url = url_;
    url.database = std::string(name);
    PostgresParameters parameters = parameters_;
    parameters["dbname"] = url.database;
    return std::make_unique<PostgresDatabase>(url, std::move(parameters));
  }

  absl::StatusOr<std::string> CheckWritable(Session& session) override {
    const auto& own = static_cast<const PostgresSession&>(session);
    // Reported since PostgreSQL 14, so that nothing has to be asked.
    std::string standby = own.ReportedSetting("in_hot_standby");
    std::string read_only = own.ReportedSetting("default_transaction_read_only");
    if (standby.empty() || read_only.empty()) {
      BRANT_ASSIGN_OR_RETURN(
          Rows rows, session.Query("SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN 'on' END, "
                                   "pg_catalog.current_setting('default_transaction_read_only')"));
      standby = rows[0][0].value_or("off");
      read_only = rows[0][1].value_or("off");
    }
    if (standby == "on") return StandbyError();
    if (read_only == "on") return ReadOnlyError();
    if (!session.IsPooled()) return "";
    return "the connection goes through a pooler: revisions with transaction:off need a database "
           "URL that leads to PostgreSQL itself";
  }

  absl::StatusOr<std::string> ServerVersion(Session& session) override {
    BRANT_ASSIGN_OR_RETURN(Rows rows, session.Query("SHOW server_version"));
    std::string version = rows.empty() ? "" : rows[0][0].value_or("");
    return absl::StrCat("PostgreSQL ", version.substr(0, version.find(' ')));
  }

  absl::StatusOr<bool> TableExists(Session& session, absl::string_view schema,
                                   absl::string_view table) override {
    constexpr absl::string_view kTables =
        "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
        "ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'f') AND c.relname = ? AND ";
    Value name{std::string(table)};
    absl::StatusOr<Rows> rows =
        schema.empty()
            ? session.Query(absl::StrCat(kTables, "pg_catalog.pg_table_is_visible(c.oid)"), {name})
            : session.Query(absl::StrCat(kTables, "n.nspname = ?"),
                            {name, Value(std::string(schema))});
    BRANT_RETURN_IF_ERROR(rows.status());
    return !rows->empty();
  }

 private:
  const DatabaseUrl url_;
  const PostgresParameters parameters_;
};

bool IsParameter(const std::string& name) {
  PQconninfoOption* defaults = PQconndefaults();
  absl::Cleanup free_defaults = [defaults] { PQconninfoFree(defaults); };
  for (PQconninfoOption* option = defaults; option != nullptr && option->keyword; ++option) {
    if (name == option->keyword) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> MakePostgresDatabase(const DatabaseUrl& url) {
  PostgresParameters parameters = {
      {"client_encoding", "UTF8"},
      // A dead server is noticed within seconds.
      {"keepalives_idle", "2"},
      {"keepalives_interval", "1"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", "10000"},
  };
  for (const auto& [name, value] : url.options) {
    if (!IsParameter(name)) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST,
                   absl::StrCat("the database URL has the option '", name,
                                "', which PostgreSQL's libpq does not know"))
          .Hint(name == "schema" ? "write ?options=-csearch_path%3Dname for the schema"
                                 : "remove it, or see the parameter key words of libpq, such as "
                                   "sslmode");
    }
    parameters[name] = value;
  }
  if (!url.host.empty()) parameters["host"] = url.host;
  if (url.port != 0) parameters["port"] = absl::StrCat(url.port);
  if (!url.user.empty()) parameters["user"] = url.user;
  if (!url.password.empty()) parameters["password"] = url.password;
  if (!url.database.empty()) parameters["dbname"] = url.database;
  return std::make_unique<PostgresDatabase>(url, std::move(parameters));
}

}  // namespace brant
