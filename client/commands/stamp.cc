#include "absl/strings/match.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/commands/run_execution.h"

namespace brant {
namespace {

class StampCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Arguments("REVISIONS", &targets_, true,
                    "What the database is to be marked as: ids, head, heads, base, labels");
    flags.Switch("--purge", &purge_, "Forget every revision that is recorded first");
    run_.DeclareScript(flags);
    run_.Declare(flags);
    flags.Examples(
        "  brant stamp head             the schema is there already: mark it so\n"
        "  brant stamp --purge base     forget every revision");
  }

  absl::StatusOr<int> Run(Context& context) override {
    if (run_.sql()) {
      v1::PlanRequest request;
      request.set_kind(v1::RUN_KIND_STAMP);
      request.mutable_targets()->Assign(targets_.begin(), targets_.end());
      request.set_purge(purge_);
      return run_.PrintScript(context, std::move(request));
    }
    v1::StampRequest request;
    for (const std::string& target : targets_) {
      if (absl::StrContains(target, ':')) {
        return Error(v1::ERROR_REASON_INVALID_REQUEST, "a range is only allowed with --sql");
      }
      request.add_targets(target);
    }
    request.set_purge(purge_);
    BRANT_RETURN_IF_ERROR(run_.Apply(request));
    return ExecuteRun(context, std::move(request), run_.timeout());
  }

 private:
  std::vector<std::string> targets_;
  bool purge_ = false;
  RunFlags run_;
};

}  // namespace

std::unique_ptr<Command> MakeStampCommand() { return std::make_unique<StampCommand>(); }

}  // namespace brant
