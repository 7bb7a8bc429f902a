// What a server or Connector/C says went wrong, and what it means to Brant.

#ifndef BRANT_AGENT_DATABASE_MYSQL_MYSQL_ERROR_H_
#define BRANT_AGENT_DATABASE_MYSQL_MYSQL_ERROR_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace brant::mysql {

// Errors below 2000 and above 2999 are the server's, the others Connector/C's.
struct Failure {
  unsigned code = 0;
  std::string sql_state;
  std::string message;

  // The connection can't be used any more, or was never there.
  bool IsDisconnect() const;
  // Somebody ended the statement.
  bool IsInterrupt() const;
  // "1064 (42000)".
  std::string Code() const;
};

// What was being done decides what a refusal means.
enum class Activity { kConnecting, kRunning };

// The error of a failure, with the database's code and message.
absl::Status ToStatus(const Failure& failure, Activity activity);

// COMMIT_IN_DOUBT, for a connection that broke while COMMIT was under way.
absl::Status CommitInDoubt(const Failure& failure);

// CANCELLED, for a statement that Session::Cancel stopped.
absl::Status Cancelled(const Failure& failure);

// Where in `statement` the server's parser stopped, in bytes; nothing if the
// failure does not tell. The server gives the line, and up to 80 characters of
// the text from there on.
std::optional<size_t> ErrorPosition(const Failure& failure, absl::string_view statement);

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_MYSQL_ERROR_H_
