#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/schema/comparison.h"

namespace brant {
namespace {

class DiffCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags_.Declare(flags);
    flags.Examples(
        "  brant diff                      the SQL that the models need\n"
        "  brant diff --schema-url sqlite:///other.db");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(const v1::CompareSchemaResponse response,
                           CompareSchema(context, flags_, /*all_dialects=*/false));
    Console& console = context.console();
    if (console.json()) {
      console.PrintJson(response);
      return kExitDone;
    }
    for (const v1::SchemaSection& section : response.sections()) {
      if (section.direction() == v1::DIRECTION_UPGRADE)
        console.Print(EscapeControl(section.body()));
    }
    if (response.changes().empty()) console.Note("The database is as it should be.");
    if (flags_.no_renames) return kExitDone;
    for (const v1::SchemaRename& rename : response.suggested_renames()) {
      console.Note("Renamed, rather than dropped and added? --rename " + FormatRename(rename));
    }
    return kExitDone;
  }

 private:
  ComparisonFlags flags_;
};

}  // namespace

std::unique_ptr<Command> MakeDiffCommand() { return std::make_unique<DiffCommand>(); }

}  // namespace brant
