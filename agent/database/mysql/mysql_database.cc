#include "agent/database/mysql/mysql_database.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/mysql/connection_options.h"
#include "agent/database/mysql/mysql_session.h"

namespace brant {
namespace {

// Newer versions of MariaDB know several kinds of read_only.
bool IsOn(absl::string_view value) { return !value.empty() && value != "OFF" && value != "0"; }

absl::Status ReadOnly(absl::string_view variable) {
  const bool transactions =
      absl::EndsWith(variable, "transaction_read_only") || absl::EndsWith(variable, "tx_read_only");
  return Error(v1::ERROR_REASON_DATABASE_READ_ONLY,
               absl::StrCat("the database is read-only: ", variable, " is on"))
      .Hint(transactions
                ? "the server makes every transaction read-only: set it off, or connect to the "
                  "server that takes writes"
                : "connect to the server that takes writes: this one may be a replica of it");
}

class MysqlDatabase : public Database {
 public:
  MysqlDatabase(DatabaseUrl url, mysql::ConnectionOptions options)
      : url_(std::move(url)),
        options_(std::make_shared<const mysql::ConnectionOptions>(std::move(options))) {}

  Dialect dialect() const override { return Dialect::kMysql; }
  std::string DisplayName() const override { return DisplayUrl(url_); }

  absl::StatusOr<std::unique_ptr<Session>> Connect(const SessionOptions& options) override {
    return mysql::MysqlSession::Connect(options_, options);
  }

  absl::StatusOr<std::unique_ptr<Database>> OpenSibling(absl::string_view name) override {
    DatabaseUrl url = url_;
    url.database = std::string(name);
    return MakeMysqlDatabase(url);
  }

  // By SHOW, which leaves out what the server does not have.
  absl::StatusOr<std::string> CheckWritable(Session& session) override {
    BRANT_ASSIGN_OR_RETURN(
        Rows rows,
        session.Query("SHOW VARIABLES WHERE Variable_name IN ('read_only', 'super_read_only', "
                      "'innodb_read_only', 'transaction_read_only', 'tx_read_only', 'wsrep_on', "
                      "'wsrep_cluster_address')"));
    std::map<std::string, std::string> variables;
    for (const auto& row : rows) variables[row[0].value_or("")] = row[1].value_or("");
    const bool in_cluster =
        IsOn(variables["wsrep_on"]) && !variables["wsrep_cluster_address"].empty();
    variables.erase("wsrep_on");
    variables.erase("wsrep_cluster_address");
    for (const auto& [name, value] : variables) {
      if (IsOn(value)) return ReadOnly(name);
    }
    if (!in_cluster) return "";
    return "the server is a node of a Galera cluster, and the migration lock holds on this node "
           "only: all agents must connect to the same node";
  }

  absl::StatusOr<std::string> ServerVersion(Session& session) override {
    BRANT_ASSIGN_OR_RETURN(Rows rows, session.Query("SELECT VERSION()"));
    const std::string version = rows.empty() ? "" : rows[0][0].value_or("");
    return absl::StrCat(absl::StrContains(version, "MariaDB") ? "MariaDB " : "MySQL ",
                        version.substr(0, version.find('-')));
  }

  absl::StatusOr<bool> TableExists(Session& session, absl::string_view schema,
                                   absl::string_view table) override {
    BRANT_ASSIGN_OR_RETURN(
        Rows rows,
        session.Query(
            "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = "
            "IF(? = '', DATABASE(), ?) AND TABLE_NAME = ? AND TABLE_TYPE NOT LIKE '%VIEW'",
            {std::string(schema), std::string(schema), std::string(table)}));
    return !rows.empty();
  }

 private:
  const DatabaseUrl url_;
  const std::shared_ptr<const mysql::ConnectionOptions> options_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> MakeMysqlDatabase(const DatabaseUrl& url) {
  BRANT_ASSIGN_OR_RETURN(mysql::ConnectionOptions options, mysql::ReadConnectionOptions(url));
  return std::make_unique<MysqlDatabase>(url, std::move(options));
}

}  // namespace brant
