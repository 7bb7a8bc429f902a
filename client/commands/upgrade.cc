#include "absl/strings/match.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/commands/run_execution.h"

namespace brant {
namespace {

class UpgradeCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("TARGET", &target_, true,
                   "Where to go: head, heads, +N, an id, a label… ; with --sql also FROM:TO");
    run_.DeclareScript(flags);
    run_.DeclareAllowEdited(flags);
    run_.Declare(flags);
    flags.Examples(
        "  brant upgrade head           apply everything\n"
        "  brant upgrade +1             apply the next revision\n"
        "  brant upgrade billing@head   apply one branch\n"
        "  brant upgrade head --sql --dialect postgresql > upgrade.sql");
  }

  absl::StatusOr<int> Run(Context& context) override {
    if (run_.sql()) {
      v1::PlanRequest request;
      request.set_kind(v1::RUN_KIND_UPGRADE);
      request.add_targets(target_);
      return run_.PrintScript(context, std::move(request));
    }
    if (absl::StrContains(target_, ':')) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST, "a range is only allowed with --sql")
          .Hint("name the target alone: the database says where it begins");
    }
    v1::UpgradeRequest request;
    request.set_target(target_);
    BRANT_RETURN_IF_ERROR(run_.Apply(request));
    return ExecuteRun(context, std::move(request), run_.timeout());
  }

 private:
  std::string target_;
  RunFlags run_;
};

}  // namespace

std::unique_ptr<Command> MakeUpgradeCommand() { return std::make_unique<UpgradeCommand>(); }

}  // namespace brant
