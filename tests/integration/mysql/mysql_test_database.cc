#include "tests/integration/mysql/mysql_test_database.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/mysql/mysql_database.h"

namespace brant {
namespace {

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "%s\n", DescribeError(result.status()).c_str());
  std::abort();
}

void Run(Database& database, absl::string_view sql) {
  Must(Must(database.Connect({}))->Execute(sql));
}

}  // namespace

MysqlTestDatabase::MysqlTestDatabase() {
  const char* url = std::getenv("BRANT_TEST_MYSQL_URL");
  if (url == nullptr || *url == '\0') {
    std::fprintf(stderr,
                 "BRANT_TEST_MYSQL_URL is not set: run tests/servers/with-servers "
                 "bazel test …\n");
    std::abort();
  }
  url_ = Must(ParseDatabaseUrl(url));
  administration_ = Must(MakeMysqlDatabase(url_));
  absl::BitGen random;
  url_.database = absl::StrCat("brant_test_", absl::Hex(absl::Uniform<uint64_t>(random)));
  Run(*administration_, absl::StrCat("CREATE DATABASE ", url_.database, " CHARACTER SET utf8mb4"));
  database_ = Must(MakeMysqlDatabase(url_));
}

MysqlTestDatabase::~MysqlTestDatabase() {
  Run(*administration_, absl::StrCat("DROP DATABASE IF EXISTS ", url_.database));
}

std::unique_ptr<Session> MysqlTestDatabase::Connect(const SessionOptions& options) {
  return Must(database_->Connect(options));
}

bool MysqlTestDatabase::IsMariaDb() {
  return absl::StrContains(Ask(*Connect(), "SELECT VERSION()"), "MariaDB");
}

std::string MysqlTestDatabase::Ask(Session& session, absl::string_view sql) {
  Rows rows = Must(session.Query(sql));
  return rows.empty() ? "" : rows[0][0].value_or("NULL");
}

}  // namespace brant
