// What upgrade, downgrade, stamp and repair have in common.

#ifndef BRANT_CLIENT_COMMANDS_RUN_EXECUTION_H_
#define BRANT_CLIENT_COMMANDS_RUN_EXECUTION_H_

#include <string>

#include "absl/status/statusor.h"
#include "agent/base/error.h"
#include "brant/v1/migration_service.pb.h"
#include "brant/v1/run.pb.h"
#include "client/commands/timeout_flag.h"
#include "client/connection/run_follower.h"
#include "client/context.h"
#include "client/flags.h"

namespace brant {

// The flags of a command that starts a run.
class RunFlags {
 public:
  // What every one of them takes.
  void Declare(Flags& flags);
  // What those take that execute migrations, or could print them.
  void DeclareScript(Flags& flags);
  void DeclareAllowEdited(Flags& flags);

  // Writes an SQL script instead.
  bool sql() const { return sql_; }
  const TimeoutFlag& timeout() const { return timeout_; }

  // Fills in request id and options.
  template <typename Request>
  absl::Status Apply(Request& request) const {
    BRANT_ASSIGN_OR_RETURN(*request.mutable_options(), Options());
    BRANT_ASSIGN_OR_RETURN(std::string id, RequestId());
    request.set_request_id(std::move(id));
    return absl::OkStatus();
  }

  // Prints the script of `request`, whose offline fields are filled in here.
  absl::StatusOr<int> PrintScript(Context& context, v1::PlanRequest request) const;

 private:
  absl::StatusOr<v1::RunOptions> Options() const;
  absl::StatusOr<std::string> RequestId() const;

  std::string transaction_;
  bool allow_edited_ = false;
  TimeoutFlag timeout_;
  double lock_wait_ = -1;
  std::string actor_;
  std::string request_id_;
  bool sql_ = false;
  std::string dialect_;
};

v1::TransactionMode ParseTransactionMode(const std::string& text);

// Starts a run and shows it to its end; gives the exit code.
absl::StatusOr<int> ExecuteRun(Context& context, RunRequest request, const TimeoutFlag& timeout);

// Says how a run ended, or how to go on with one that was left, and gives the
// exit code.
int ReportOutcome(Context& context, const Interrupts& interrupts, const RunOutcome& outcome);

}  // namespace brant

#endif  // BRANT_CLIENT_COMMANDS_RUN_EXECUTION_H_
