// A database for one test.

#ifndef BRANT_TESTS_SERVERS_TEST_DATABASE_H_
#define BRANT_TESTS_SERVERS_TEST_DATABASE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/base/dialect.h"
#include "agent/database/url.h"

namespace brant {

// An empty database of its own, which goes away with the object: a file in a
// folder of its own, or a database on a server of tests/servers/with-servers.
class TestDatabase {
 public:
  // An error if the server is missing: a test must not be skipped for that.
  static absl::StatusOr<std::unique_ptr<TestDatabase>> Create(Dialect dialect);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  // As a user writes it, password included.
  const std::string& url() const { return url_; }
  DatabaseUrl parsed() const;

 private:
  TestDatabase() = default;

  std::string url_;
  std::string folder_;     // SQLite
  std::string admin_url_;  // the others
};

}  // namespace brant

#endif  // BRANT_TESTS_SERVERS_TEST_DATABASE_H_
