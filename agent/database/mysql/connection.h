// One connection of Connector/C.

#ifndef BRANT_AGENT_DATABASE_MYSQL_CONNECTION_H_
#define BRANT_AGENT_DATABASE_MYSQL_CONNECTION_H_

#include <mysql.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/database/mysql/connection_options.h"
#include "agent/database/mysql/mysql_error.h"
#include "agent/database/value.h"

namespace brant::mysql {

// Owns a MYSQL handle. Used by one thread at a time. Connector/C needs no calls
// per thread (mysql_thread_init does nothing in it).
class Connection {
 public:
  // Connects and logs in. `name` is what the server shows of the session, where
  // it keeps connection attributes. `answer_timeout` bounds how long an answer
  // may take, also later; zero: as long as it takes.
  static std::optional<Failure> Open(const ConnectionOptions& options, absl::string_view name,
                                     absl::Duration connect_timeout, absl::Duration answer_timeout,
                                     std::unique_ptr<Connection>& connection);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs one statement and reads all that it answers. The rows of the first
  // result go to `rows`, or are dropped if it is null. What is too large for the
  // server fails with ER_NET_PACKET_TOO_LARGE, and the connection lives on.
  std::optional<Failure> Run(absl::string_view sql, Rows* rows);
  // Makes `name` the default database.
  std::optional<Failure> SelectDatabase(const std::string& name);

  // What the statements of the last Run changed, in total.
  int64_t rows_affected() const { return rows_affected_; }
  // The system variables that the server says were set since the last call.
  std::vector<std::string> TakeChangedVariables();

  bool IsAlive() const { return alive_; }
  bool InTransaction() const;
  bool IsMariaDb() const;
  // 101106 for 10.11.6.
  unsigned long ServerVersion() const;  // NOLINT(runtime/int): the type of Connector/C

 private:
  explicit Connection(MYSQL* handle) : handle_(handle) {}
  static void SetOptions(MYSQL* handle, const ConnectionOptions& options, absl::string_view name,
                         absl::Duration connect_timeout, absl::Duration answer_timeout);
  Failure TakeFailure();
  std::optional<Failure> CheckSize(size_t size);
  std::optional<Failure> ReadResult(Rows* rows);
  void CollectChangedVariables();

  MYSQL* const handle_;
  bool alive_ = true;
  int64_t rows_affected_ = 0;
  // The session's max_allowed_packet, which never changes; 0: not asked yet.
  size_t largest_packet_ = 0;
  std::vector<std::string> changed_variables_;
};

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_CONNECTION_H_
