// How long, and how often, a goal is tried for.

#ifndef BRANT_CLIENT_CONNECTION_PURSUIT_H_
#define BRANT_CLIENT_CONNECTION_PURSUIT_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/connection/agent_client.h"
#include "client/connection/backoff.h"
#include "client/connection/interrupts.h"
#include "client/connection/migration_source.h"

namespace brant {

// Why a goal was left before it was reached.
enum class Left { kNot, kSignal, kTimeout };

// A goal is a state of the database, and not the answer to one call: it is tried
// for again and again, at whichever agent answers.
//
// With remote agents only the first contact is limited, to the client's
// retry_limit; after it, nothing ends the tries but an error that is for good, a
// signal, or the deadline of this program. A private agent that is gone does not
// come back, and a database that it can't reach is tried for retry_limit since
// the last progress. Not thread-safe.
class Pursuit {
 public:
  // The first two must outlive it. `timeout` counts from now; infinite: none.
  // `note` is told, one line, that something is tried again.
  Pursuit(AgentClient& client, const Interrupts& interrupts, absl::Duration timeout,
          std::function<void(absl::string_view)> note);
  Pursuit(const Pursuit&) = delete;
  Pursuit& operator=(const Pursuit&) = delete;

  Left left() const;

  // Whether the goal may be reached although a try failed with `status`: here in
  // a moment, or at another agent.
  bool IsWorthAnotherTry(const absl::Status& status) const;

  // After a try that failed with `status`; `progressed`: it got further than the
  // one before. True, perhaps after a pause: try again, unless left() says
  // otherwise. False: `status` is for good.
  bool TryAgain(const absl::Status& status, bool progressed);

  // After a try that failed with BUNDLE_UNKNOWN: sends the files to `peer`, the
  // agent that asked for them, and sets `digest` to theirs. OK: try again at
  // once. Errors: for TryAgain.
  absl::Status Upload(MigrationSource& source, const std::string& peer, std::string& digest);

  // Why the last try failed; OK if none did.
  const absl::Status& trouble() const { return trouble_; }

 private:
  // Until the duration is over, or left() says something.
  void Sleep(absl::Duration duration) const;

  AgentClient& client_;
  const Interrupts& interrupts_;
  const std::function<void(absl::string_view)> note_;
  const RetryClock clock_;
  const absl::Time deadline_;
  Backoff backoff_;
  // An agent that asks for the files again and again is no progress, though it
  // answers.
  Backoff upload_backoff_;
  bool uploaded_ = false;
  bool told_ = false;
  absl::Status trouble_;
};

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_PURSUIT_H_
