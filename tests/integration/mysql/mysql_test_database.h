// A database of its own for each test, on the server of BRANT_TEST_MYSQL_URL.

#ifndef BRANT_TESTS_INTEGRATION_MYSQL_MYSQL_TEST_DATABASE_H_
#define BRANT_TESTS_INTEGRATION_MYSQL_MYSQL_TEST_DATABASE_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/database/database.h"
#include "agent/database/url.h"

namespace brant {

// Ends the test program with a message if there is no server. The database is
// dropped in the end.
class MysqlTestDatabase {
 public:
  MysqlTestDatabase();
  ~MysqlTestDatabase();
  MysqlTestDatabase(const MysqlTestDatabase&) = delete;
  MysqlTestDatabase& operator=(const MysqlTestDatabase&) = delete;

  // Of the URL of an administrator, with this database's name in it.
  const DatabaseUrl& url() const { return url_; }
  const std::string& name() const { return url_.database; }
  Database& database() { return *database_; }
  std::unique_ptr<Session> Connect(const SessionOptions& options = {});
  // Else it is MySQL.
  bool IsMariaDb();
  // The first column of the first row, "NULL" for NULL, "" for no row.
  static std::string Ask(Session& session, absl::string_view sql);

 private:
  DatabaseUrl url_;
  std::unique_ptr<Database> administration_;
  std::unique_ptr<Database> database_;
};

}  // namespace brant

#endif  // BRANT_TESTS_INTEGRATION_MYSQL_MYSQL_TEST_DATABASE_H_
