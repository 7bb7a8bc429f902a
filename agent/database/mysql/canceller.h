// Stops a session's statement from another thread.

#ifndef BRANT_AGENT_DATABASE_MYSQL_CANCELLER_H_
#define BRANT_AGENT_DATABASE_MYSQL_CANCELLER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "agent/database/mysql/connection_options.h"

namespace brant::mysql {

// KILL QUERY over a connection of its own, aimed at one statement: it never hits
// the one that follows. Thread-safe.
class Canceller {
 public:
  explicit Canceller(std::shared_ptr<const ConnectionOptions> options)
      : options_(std::move(options)) {}

  // Around each statement of the session, on the session's thread.
  void StatementBegins();
  struct Outcome {
    // Cancel was called while the statement ran.
    bool cancelled = false;
    // The server was told. If the statement had ended by then, the order waits
    // for the session's next statement.
    bool killed = false;
  };
  Outcome StatementEnds();

  // Any thread. `connection_id` is the session's. Returns when the statement has
  // ended, or after some seconds. Does nothing if no statement runs or the
  // server can't be reached.
  void Cancel(absl::string_view connection_id);

 private:
  const std::shared_ptr<const ConnectionOptions> options_;
  absl::Mutex mutex_;
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
  // Counts the statements.
  int64_t statement_ ABSL_GUARDED_BY(mutex_) = 0;
  Outcome outcome_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brant::mysql

#endif  // BRANT_AGENT_DATABASE_MYSQL_CANCELLER_H_
