#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/commands/write_revision.h"

namespace brant {
namespace {

class MergeCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Arguments("REVISIONS", &request_.heads, true, "The heads to join, or heads for all");
    flags.Text("-m,--message", "TEXT", &request_.message, "Why");
    flags.List("--branch-label", "LABEL", &request_.labels, "A name for the branch");
    flags.Text("--rev-id", "ID", &request_.id, "The id (default: 12 random hex digits)");
    flags.Examples("  brant merge heads -m 'Merge accounts and billing'");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(const std::shared_ptr<const Bundle> bundle, LoadOwnBundle(context));
    request_.create_time = absl::Now();
    BRANT_ASSIGN_OR_RETURN(const NewRevision made, MakeMerge(bundle->graph, request_));
    BRANT_RETURN_IF_ERROR(WriteRevision(context, made));
    return kExitDone;
  }

 private:
  RevisionRequest request_;
};

}  // namespace

std::unique_ptr<Command> MakeMergeCommand() { return std::make_unique<MergeCommand>(); }

}  // namespace brant
