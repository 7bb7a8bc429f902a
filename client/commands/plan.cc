#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/commands/run_execution.h"
#include "client/ui/utf8.h"

namespace brant {
namespace {

// A step as SQL with a comment above it.
std::string FormatStep(const v1::PlannedStep& step) {
  const v1::Revision& revision = step.revision();
  const bool down = step.direction() == v1::DIRECTION_DOWNGRADE;
  const std::string parents =
      revision.parents().empty() ? "<base>" : absl::StrJoin(revision.parents(), ", ");
  std::string text =
      absl::StrCat("-- ", step.position(), ". ", down ? "downgrade " : "upgrade ",
                   down ? revision.id() : parents, " -> ", down ? parents : revision.id(), ", ",
                   FirstLine(revision.message()), "\n-- ", revision.file(),
                   step.transactional() ? ", one transaction" : ", not in a transaction",
                   step.statements().empty() ? ", no statements" : "", "\n");
  for (const v1::PlannedStatement& statement : step.statements()) {
    const absl::string_view sql = absl::StripAsciiWhitespace(statement.text());
    absl::StrAppend(&text, EscapeControl(sql), absl::EndsWith(sql, ";") ? "\n" : ";\n");
  }
  return text;
}

class PlanCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("TARGET", &target_, true, "Where the run would go, as upgrade takes it");
    flags.Switch("--downgrade", &downgrade_, "Show what downgrade would do");
    flags.Choice("--transaction", {"step", "all"}, &transaction_,
                 "How the run would be divided into transactions");
    flags.Examples(
        "  brant plan head              what upgrade would run, statement by statement\n"
        "  brant plan --downgrade -1");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
    v1::PlanRequest request;
    request.set_kind(downgrade_ ? v1::RUN_KIND_DOWNGRADE : v1::RUN_KIND_UPGRADE);
    request.add_targets(target_);
    request.set_transaction_mode(ParseTransactionMode(transaction_));
    Console& console = context.console();
    int steps = 0;
    BRANT_RETURN_IF_ERROR(
        agent->Plan(context.migrations(), std::move(request), [&](const v1::PlanResponse& part) {
          if (console.json()) {
            console.PrintJson(part);
          } else if (part.has_notice()) {
            console.Note(EscapeControl(part.notice()));
          } else {
            if (steps > 0) console.Write("\n");
            console.Print(FormatStep(part.step()));
          }
          if (part.has_step()) ++steps;
        }));
    if (steps == 0) console.Note(absl::StrCat("Already at ", target_, ": nothing to do"));
    return kExitDone;
  }

 private:
  std::string target_;
  bool downgrade_ = false;
  std::string transaction_;
};

}  // namespace

std::unique_ptr<Command> MakePlanCommand() { return std::make_unique<PlanCommand>(); }

}  // namespace brant
