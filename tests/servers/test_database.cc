#include "tests/servers/test_database.h"

#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/database/database.h"
#include "agent/database/open.h"

namespace brant {
namespace {

absl::Status RunAsAdmin(const std::string& admin_url, const std::string& statement) {
  BRANT_ASSIGN_OR_RETURN(DatabaseUrl url, ParseDatabaseUrl(admin_url));
  BRANT_ASSIGN_OR_RETURN(std::unique_ptr<Database> database, OpenDatabase(url));
  BRANT_ASSIGN_OR_RETURN(std::unique_ptr<Session> session, database->Connect(SessionOptions()));
  return session->Execute(statement).status();
}

// Unique on a server that other processes use too.
std::string UniqueName() {
  static std::atomic<int> counter = 0;
  return absl::StrCat("brant_test_", getpid(), "_", ++counter);
}

}  // namespace

absl::StatusOr<std::unique_ptr<TestDatabase>> TestDatabase::Create(Dialect dialect) {
  std::unique_ptr<TestDatabase> made(new TestDatabase());
  if (dialect == Dialect::kSqlite) {
    std::string pattern = "/tmp/brant-test.XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) {
      return Error(v1::ERROR_REASON_SYSTEM_ERROR, "can't make a folder in /tmp");
    }
    made->folder_ = pattern;
    made->url_ = absl::StrCat("sqlite:///", made->folder_, "/app.db");
    return made;
  }
  const char* variable =
      dialect == Dialect::kPostgresql ? "BRANT_TEST_POSTGRESQL_URL" : "BRANT_TEST_MYSQL_URL";
  const char* admin_url = getenv(variable);
  if (admin_url == nullptr || *admin_url == '\0') {
    return Error(v1::ERROR_REASON_DATABASE_UNREACHABLE, absl::StrCat(variable, " is not set"))
        .Hint("run the tests by tests/servers/with-servers");
  }
  made->admin_url_ = admin_url;
  std::string name = UniqueName();
  BRANT_RETURN_IF_ERROR(RunAsAdmin(admin_url, absl::StrCat("CREATE DATABASE ", name)));
  made->url_ = absl::StrCat(made->admin_url_.substr(0, made->admin_url_.rfind('/') + 1), name);
  return made;
}

TestDatabase::~TestDatabase() {
  if (!folder_.empty()) std::filesystem::remove_all(folder_);
  if (admin_url_.empty() || url_.empty()) return;
  DatabaseUrl url = parsed();
  // Sessions that a test left open must not keep it.
  absl::Status status = RunAsAdmin(
      admin_url_, absl::StrCat("DROP DATABASE ", url.database,
                               url.dialect == Dialect::kPostgresql ? " WITH (FORCE)" : ""));
  if (!status.ok()) std::cerr << "can't drop a test's database: " << status << "\n";
}

DatabaseUrl TestDatabase::parsed() const { return ParseDatabaseUrl(url_).value(); }

}  // namespace brant
