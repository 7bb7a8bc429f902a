#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/schema/desired_schema.h"
#include "client/ui/mermaid.h"

namespace brant {
namespace {

class InspectCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Choice("--format", {"sql", "mermaid"}, &format_,
                 "SQL that makes it from nothing (the default), or a diagram");
    flags.Examples(
        "  brant inspect > schema.sql\n"
        "  brant inspect --format mermaid\n"
        "  brant inspect --output json");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
    Console& console = context.console();
    v1::InspectSchemaRequest request;
    *request.mutable_selection() = ReadSelection(context);
    request.set_with_sql(!console.json() && format_ != "mermaid");
    BRANT_ASSIGN_OR_RETURN(const v1::InspectSchemaResponse response, agent->InspectSchema(request));
    if (console.json()) {
      console.PrintJson(response);
    } else if (format_ == "mermaid") {
      console.Print(ToMermaid(response.schema()));
    } else {
      console.Print(response.sql());
    }
    return kExitDone;
  }

 private:
  std::string format_ = "sql";
};

}  // namespace

std::unique_ptr<Command> MakeInspectCommand() { return std::make_unique<InspectCommand>(); }

}  // namespace brant
