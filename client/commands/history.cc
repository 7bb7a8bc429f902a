#include "absl/strings/match.h"
#include "agent/base/error.h"
#include "agent/revisions/identifier.h"
#include "client/commands/command.h"
#include "client/commands/revision_set.h"

namespace brant {
namespace {

class HistoryCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Text("-r,--rev-range", "RANGE", &range_,
               "Which: FROM:TO, FROM: or :TO; 'current' stands for where the database is");
    flags.Switch("-v,--verbose", &verbose_, "Show the revisions in full");
    flags.Switch("-i,--indicate-current", &indicate_, "Ask the database, and mark where it is");
    flags.Examples(
        "  brant history -r current:    what is pending\n"
        "  brant history -r-3:          the last three, and where they begin");
  }

  absl::StatusOr<int> Run(Context& context) override {
    const bool needs_rows = indicate_ || absl::StrContains(range_, "current");
    BRANT_ASSIGN_OR_RETURN(const RevisionSet set, RevisionSet::Load(context, needs_rows));
    BRANT_ASSIGN_OR_RETURN(const std::vector<RevisionIndex> revisions,
                           ResolveHistory(set.graph(), range_, set.current()));
    if (context.console().json()) {
      context.console().PrintJson(set.List(revisions));
    } else {
      context.console().Print(HistoryText(set.graph(), revisions, set.Options(verbose_)));
    }
    return kExitDone;
  }

 private:
  std::string range_;
  bool verbose_ = false;
  bool indicate_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeHistoryCommand() { return std::make_unique<HistoryCommand>(); }

}  // namespace brant
