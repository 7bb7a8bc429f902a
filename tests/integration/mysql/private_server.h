// A MariaDB of a test's own, which it may stop, kill and set up as it likes.

#ifndef BRANT_TESTS_INTEGRATION_MYSQL_PRIVATE_SERVER_H_
#define BRANT_TESTS_INTEGRATION_MYSQL_PRIVATE_SERVER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/database/database.h"
#include "agent/database/url.h"

namespace brant {

// Ends the test program with a message if the server can't be had. It listens on
// a socket in a folder of its own, which goes away with it.
class PrivateServer {
 public:
  // Options of mariadbd, beyond what it needs.
  explicit PrivateServer(std::vector<std::string> options = {});
  ~PrivateServer();
  PrivateServer(const PrivateServer&) = delete;
  PrivateServer& operator=(const PrivateServer&) = delete;

  // Until it takes connections.
  void Start();
  // Until it is gone; SIGTERM or SIGKILL.
  void Stop(int signal);

  // Of an administrator and the database `app`.
  DatabaseUrl url() const { return UrlOf("brant"); }
  // Of a user who may do all in the databases `app` and `other`, and nothing on
  // the server.
  DatabaseUrl restricted_url() const { return UrlOf("restricted"); }

 private:
  DatabaseUrl UrlOf(absl::string_view user) const;
  // Starts a program as a user that the server runs as.
  pid_t Run(std::vector<std::string> command, const std::string& log) const;

  std::string folder_;
  const std::vector<std::string> options_;
  pid_t pid_ = -1;
};

}  // namespace brant

#endif  // BRANT_TESTS_INTEGRATION_MYSQL_PRIVATE_SERVER_H_
