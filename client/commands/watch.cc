#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/commands/run_execution.h"

namespace brant {
namespace {

class WatchCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("RUN", &run_id_, false, "The run's id (default: the latest run)");
    flags.Count("--after", &after_, "Only events after this number");
    timeout_.Declare(flags);
    flags.Examples("  brant watch                  follow the latest run to its end");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(const absl::Duration timeout, timeout_.Get(context.settings()));
    BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
    v1::WatchRunRequest request;
    request.set_run_id(run_id_);
    request.set_after_sequence(after_);
    const Interrupts interrupts;
    const std::unique_ptr<RunView> view = MakeRunView(context.console());
    RunFollower follower(*agent, interrupts, *view, timeout);
    absl::StatusOr<RunOutcome> outcome = follower.Watch(request);
    view->Close();
    if (!outcome.ok()) return std::move(outcome).status();
    return ReportOutcome(context, interrupts, *outcome);
  }

 private:
  std::string run_id_ = "latest";
  int64_t after_ = 0;
  TimeoutFlag timeout_;
};

}  // namespace

std::unique_ptr<Command> MakeWatchCommand() { return std::make_unique<WatchCommand>(); }

}  // namespace brant
