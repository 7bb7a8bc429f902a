#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/commands/revision_set.h"

namespace brant {
namespace {

class BranchesCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Switch("-v,--verbose", &verbose_, "Show the revisions in full");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(const RevisionSet set, RevisionSet::Load(context, false));
    if (!context.console().json()) {
      context.console().Print(BranchesText(set.graph(), set.Options(verbose_)));
      return kExitDone;
    }
    std::vector<RevisionIndex> points;
    for (RevisionIndex index = set.graph().size() - 1; index >= 0; --index) {
      if (set.graph().children(index).size() > 1) points.push_back(index);
    }
    context.console().PrintJson(set.List(points));
    return kExitDone;
  }

 private:
  bool verbose_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeBranchesCommand() { return std::make_unique<BranchesCommand>(); }

}  // namespace brant
