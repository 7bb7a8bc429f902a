#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/commands/revision_set.h"

namespace brant {
namespace {

class HeadsCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Switch("-v,--verbose", &verbose_, "Show the revisions in full");
    flags.Switch("--resolve-dependencies", &resolve_, "Leave out what another revision depends on");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(const RevisionSet set, RevisionSet::Load(context, false));
    if (context.console().json()) {
      context.console().PrintJson(
          set.List(resolve_ ? set.graph().EffectiveHeads() : set.graph().Heads()));
    } else {
      context.console().Print(HeadsText(set.graph(), resolve_, set.Options(verbose_)));
    }
    return kExitDone;
  }

 private:
  bool verbose_ = false;
  bool resolve_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeHeadsCommand() { return std::make_unique<HeadsCommand>(); }

}  // namespace brant
