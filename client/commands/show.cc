#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/commands/revision_set.h"

namespace brant {
namespace {

class ShowCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("REVISION", &revision_, true,
                   "An id or the beginning of one, head, heads, a label; or current");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(const RevisionSet set,
                           RevisionSet::Load(context, revision_ == "current"));
    BRANT_ASSIGN_OR_RETURN(const std::vector<RevisionIndex> revisions, set.Resolve(revision_));
    if (!context.console().json()) {
      context.console().Print(ShowText(set.graph(), revisions, set.Options(true)));
      return kExitDone;
    }
    for (RevisionIndex index : revisions) {
      BRANT_ASSIGN_OR_RETURN(const v1::GetRevisionResponse response, set.Get(context, index));
      context.console().PrintJson(response);
    }
    return kExitDone;
  }

 private:
  std::string revision_;
};

}  // namespace

std::unique_ptr<Command> MakeShowCommand() { return std::make_unique<ShowCommand>(); }

}  // namespace brant
