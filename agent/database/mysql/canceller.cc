#include "agent/database/mysql/canceller.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "agent/database/mysql/connection.h"

namespace brant::mysql {
namespace {

// A statement that is to be stopped waits no longer than this for the order to
// reach the server.
constexpr absl::Duration kTimeout = absl::Seconds(5);

// MariaDB forgets an order that comes while it begins the statement, so it is
// repeated.
constexpr absl::Duration kPause = absl::Milliseconds(200);
constexpr int kAttempts = 25;

}  // namespace

void Canceller::StatementBegins() {
  absl::MutexLock lock(&mutex_);
  running_ = true;
  ++statement_;
  outcome_ = Outcome();
}

Canceller::Outcome Canceller::StatementEnds() {
  absl::MutexLock lock(&mutex_);
  running_ = false;
  return outcome_;
}

void Canceller::Cancel(absl::string_view connection_id) {
  int64_t statement;
  {
    absl::MutexLock lock(&mutex_);
    if (!running_) return;
    outcome_.cancelled = true;
    statement = statement_;
  }
  std::unique_ptr<Connection> connection;
  if (Connection::Open(*options_, "brant cancel", kTimeout, kTimeout, connection)) return;
  // The lock is held during the round trip, so that the statement can't end and
  // another begin between the check and the server's answer.
  absl::MutexLock lock(&mutex_);
  const auto ended = [this, statement]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return !running_ || statement_ != statement;
  };
  for (int i = 0; i < kAttempts && !ended(); ++i) {
    outcome_.killed = true;
    // It fails if the session is gone, and then there is nothing to stop.
    if (connection->Run(absl::StrCat("KILL QUERY ", connection_id), nullptr)) return;
    mutex_.AwaitWithTimeout(absl::Condition(&ended), kPause);
  }
}

}  // namespace brant::mysql
