#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/schema/comparison.h"
#include "client/ui/event_lines.h"

namespace brant {
namespace {

class CheckCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags_.Declare(flags);
    flags.Examples(
        "  brant check                     fails if the models need a new revision\n"
        "  brant check --schema app.sql");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_RETURN_IF_ERROR(CheckUpToDate(context));
    BRANT_ASSIGN_OR_RETURN(const v1::CompareSchemaResponse response,
                           CompareSchema(context, flags_, /*all_dialects=*/true));
    Console& console = context.console();
    if (console.json()) {
      console.PrintJson(response);
    } else {
      for (const v1::SchemaChange& change : response.changes()) {
        console.Print(FormatChange(change));
      }
    }
    if (response.changes().empty()) {
      console.Note("No new upgrade operations detected.");
      return kExitDone;
    }
    return Error(v1::ERROR_REASON_CHECK_FAILED,
                 absl::StrCat("New upgrade operations detected: ",
                              Plural(response.changes_size(), "difference")))
        .Hint("'brant revision --autogenerate' writes a revision; 'brant diff' shows its SQL");
  }

 private:
  ComparisonFlags flags_;
};

}  // namespace

std::unique_ptr<Command> MakeCheckCommand() { return std::make_unique<CheckCommand>(); }

}  // namespace brant
