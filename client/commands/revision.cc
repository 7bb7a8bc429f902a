#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agent/base/dialect_proto.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/commands/write_revision.h"
#include "client/schema/comparison.h"

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
    flags.Switch("--autogenerate", &autogenerate_,
                 "Write the statements that the models ask for (see also check and diff)");
    comparison_.Declare(flags);
    flags.Examples(
        "  brant revision -m 'Add user profile picture column'\n"
        "  brant revision --autogenerate -m 'Add user profile picture column'\n"
        "  brant revision -m 'Invoices' --head base --branch-label billing --depends-on 4f1c");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(const std::shared_ptr<const Bundle> bundle, LoadOwnBundle(context));
    request_.create_time = absl::Now();
    if (!autogenerate_ && !comparison_.empty()) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST,
                   "what the schema should be is for --autogenerate, which is missing")
          .Hint("add --autogenerate, or leave the flags of the schema out");
    }
    if (autogenerate_) {
      BRANT_ASSIGN_OR_RETURN(const bool found, Autogenerate(context));
      if (!found) return kExitDone;
    }
    BRANT_ASSIGN_OR_RETURN(const NewRevision made, MakeRevision(bundle->graph, request_));
    BRANT_RETURN_IF_ERROR(WriteRevision(context, made));
    return kExitDone;
  }

 private:
  // Fills in the sections. False: there is nothing to write.
  absl::StatusOr<bool> Autogenerate(Context& context) {
    BRANT_RETURN_IF_ERROR(CheckUpToDate(context));
    BRANT_ASSIGN_OR_RETURN(const v1::CompareSchemaResponse response,
                           CompareAndDecide(context, comparison_));
    Console& console = context.console();
    if (response.changes().empty()) {
      console.Note("No new upgrade operations detected: no revision was written.");
      return false;
    }
    for (const v1::SchemaChange& change : response.changes()) console.Note(FormatChange(change));
    for (const std::string& loss : response.data_losses()) {
      console.Warn(absl::StrCat("DATA LOSS: ", loss));
    }
    for (const std::string& review : response.reviews()) {
      console.Warn(absl::StrCat("REVIEW: ", review));
    }
    for (const v1::SchemaSection& section : response.sections()) {
      SectionDraft draft;
      draft.direction = section.direction() == v1::DIRECTION_DOWNGRADE ? Direction::kDowngrade
                                                                       : Direction::kUpgrade;
      for (int dialect : section.dialects()) {
        const auto known = FromProto(static_cast<v1::Dialect>(dialect));
        if (known.has_value()) draft.dialects.push_back(*known);
      }
      draft.transactional = section.transactional();
      draft.body = section.body();
      request_.sections.push_back(std::move(draft));
    }
    return true;
  }

  RevisionRequest request_;
  bool autogenerate_ = false;
  ComparisonFlags comparison_;
};

}  // namespace

std::unique_ptr<Command> MakeRevisionCommand() { return std::make_unique<RevisionCommand>(); }

}  // namespace brant
