#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/schema/comparison.h"
#include "client/schema/desired_schema.h"
#include "client/ui/event_lines.h"

namespace brant {
namespace {

bool IsRestored(const v1::VerifyRevisionsResponse& response) {
  return response.differences().empty() && response.second_upgrade_differences().empty();
}

// A line of what became of the revision, and one for each difference.
std::string FormatVerification(const v1::VerifyRevisionsResponse& response) {
  std::string text = response.revision().id();
  if (response.irreversible()) return absl::StrCat(text, " irreversible");
  if (IsRestored(response)) return absl::StrCat(text, " ok");
  const bool down = !response.differences().empty();
  absl::StrAppend(&text, down ? " the downgrade leaves the schema otherwise than it was:"
                              : " the second upgrade makes another schema than the first:");
  for (const v1::SchemaChange& change :
       down ? response.differences() : response.second_upgrade_differences()) {
    absl::StrAppend(&text, "\n  ", EscapeControl(FormatChange(change)));
  }
  return text;
}

class VerifyCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("RANGE", &range_, false,
                   "Which: FROM:TO as history takes it, or a revision; default: what is pending");
    flags.Examples(
        "  brant verify                 what the database has not yet, up, down and up again\n"
        "  brant verify head            the last revision\n"
        "  brant verify :               all");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
    v1::VerifyRevisionsRequest request;
    request.set_range(range_);
    *request.mutable_selection() = ReadSelection(context);
    Console& console = context.console();
    console.Note("Trying revisions in scratch space: up, down, and up again");
    int count = 0;
    int faults = 0;
    BRANT_RETURN_IF_ERROR(agent->VerifyRevisions(context.migrations(), std::move(request),
                                                 [&](const v1::VerifyRevisionsResponse& response) {
                                                   ++count;
                                                   if (!IsRestored(response)) ++faults;
                                                   if (console.json()) {
                                                     console.PrintJson(response);
                                                   } else {
                                                     console.Print(FormatVerification(response));
                                                   }
                                                 }));
    if (faults > 0) {
      return Error(v1::ERROR_REASON_CHECK_FAILED,
                   absl::StrCat("the schema is not what it was after the downgrade of ", faults,
                                " of ", Plural(count, "revision")))
          .Hint("mend the downgrade sections: + is left over, - is missing, ~ is otherwise");
    }
    console.Note(count == 0 ? "Nothing to verify: the database has all revisions"
                            : absl::StrCat("Verified ", Plural(count, "revision")));
    return kExitDone;
  }

 private:
  std::string range_;
};

}  // namespace

std::unique_ptr<Command> MakeVerifyCommand() { return std::make_unique<VerifyCommand>(); }

}  // namespace brant
