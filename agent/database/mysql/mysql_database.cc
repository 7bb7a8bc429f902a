#include "agent/database/mysql/mysql_database.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/mysql/connection_options.h"
#include "agent/database/mysql/mysql_session.h"

namespace brant {
namespace {

class MysqlDatabase : public Database {
 public:
  MysqlDatabase(mysql::ConnectionOptions options, std::string display_name)
      : options_(std::make_shared<const mysql::ConnectionOptions>(std::move(options))),
        display_name_(std::move(display_name)) {}

  Dialect dialect() const override { return Dialect::kMysql; }
  std::string DisplayName() const override { return display_name_; }

  absl::StatusOr<std::unique_ptr<Session>> Connect(const SessionOptions& options) override {
    return mysql::MysqlSession::Connect(options_, options);
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
  const std::shared_ptr<const mysql::ConnectionOptions> options_;
  const std::string display_name_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> MakeMysqlDatabase(const DatabaseUrl& url) {
  BRANT_ASSIGN_OR_RETURN(mysql::ConnectionOptions options, mysql::ReadConnectionOptions(url));
  return std::make_unique<MysqlDatabase>(std::move(options), DisplayUrl(url));
}

}  // namespace brant
