#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/commands/write_revision.h"

namespace brant {
namespace {

class RevisionCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Text("-m,--message", "TEXT", &request_.message, "What the revision does");
    flags.List("--head", "REVISION", &request_.heads,
               "What to revise (default: head); base begins a new branch");
    flags.Switch("--splice", &request_.splice, "Allow to revise what is no head");
    flags.List("--branch-label", "LABEL", &request_.labels, "A name for the branch");
    flags.Text("--rev-id", "ID", &request_.id, "The id (default: 12 random hex digits)");
    flags.List("--depends-on", "REVISION", &request_.dependencies,
               "What of other branches must be applied before");
    flags.Examples(
        "  brant revision -m 'Add user profile picture column'\n"
        "  brant revision -m 'Invoices' --head base --branch-label billing --depends-on 4f1c");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(const std::shared_ptr<const Bundle> bundle, LoadOwnBundle(context));
    request_.create_time = absl::Now();
    BRANT_ASSIGN_OR_RETURN(const NewRevision made, MakeRevision(bundle->graph, request_));
    BRANT_RETURN_IF_ERROR(WriteRevision(context, made));
    return kExitDone;
  }

 private:
  RevisionRequest request_;
};

}  // namespace

std::unique_ptr<Command> MakeRevisionCommand() { return std::make_unique<RevisionCommand>(); }

}  // namespace brant
