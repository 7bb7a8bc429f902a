#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/ui/event_lines.h"
#include "client/ui/run_view.h"

namespace brant {
namespace {

class CancelCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("RUN", &run_id_, true, "The run's id");
    flags.Examples("  brant runs                   lists them");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
    v1::CancelRunRequest request;
    request.set_run_id(run_id_);
    BRANT_ASSIGN_OR_RETURN(const v1::CancelRunResponse response, agent->CancelRun(request));
    if (context.console().json()) {
      context.console().PrintJson(response);
    } else if (!context.console().quiet()) {
      const v1::Run& run = response.run();
      context.console().Print(absl::StrCat("Run ", run.id(), " ended as ",
                                           RunStateName(run.state()), ". ", DescribeState(run)));
    }
    return kExitDone;
  }

 private:
  std::string run_id_;
};

}  // namespace

std::unique_ptr<Command> MakeCancelCommand() { return std::make_unique<CancelCommand>(); }

}  // namespace brant
