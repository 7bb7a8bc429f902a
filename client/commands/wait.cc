#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "client/commands/command.h"
#include "client/commands/timeout_flag.h"
#include "client/connection/interrupts.h"
#include "client/connection/revision_wait.h"
#include "client/ui/event_lines.h"
#include "client/ui/run_view.h"

namespace brant {
namespace {

// What is pending, and which run works on it.
std::string DescribeWork(const v1::Status& status) {
  std::string text =
      absl::StrCat("the database is at ", DescribeRevisions(status.current_revisions()), ", ",
                   Plural(status.pending_count(), "revision"), " pending; ");
  if (!status.has_active_run()) return text + "nothing runs";
  const v1::Run& run = status.active_run();
  absl::StrAppend(&text, "run ", run.id());
  if (!run.agent().empty()) absl::StrAppend(&text, " of agent ", run.agent());
  return absl::StrCat(text, " executes ", RunKindName(run.kind()), " ", run.target());
}

class WaitCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("REVISION", &revision_, true,
                   "Where the database is to be: head, heads, an id, a label; nothing relative");
    timeout_.Declare(flags);
    flags.Examples(
        "  brant wait head              until somebody has migrated the database\n"
        "  brant wait head --timeout 300 && exec ./app");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(const absl::Duration timeout, timeout_.Get(context.settings()));
    BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
    Console& console = context.console();
    const Interrupts interrupts;
    Pursuit pursuit(*agent, interrupts, timeout,
                    [&console](absl::string_view text) { console.Note(text); });
    BRANT_RETURN_IF_ERROR(
        WaitForRevision(*agent, pursuit, revision_, context.migrations(),
                        [this, &console](const v1::WaitForRevisionResponse& response) {
                          Show(console, response);
                        }));
    if (reached_) return kExitDone;
    if (interrupts.signal() != 0) {
      console.Note(absl::StrCat("Left before the database was at ", revision_,
                                "; a run that executes goes on"));
      return kExitSignalBase + interrupts.signal();
    }
    const std::string last = work_.empty() ? std::string(pursuit.trouble().message()) : work_;
    return Error(v1::ERROR_REASON_CLIENT_TIMEOUT,
                 absl::StrCat("the timeout was over before the database was at ", revision_,
                              last.empty() ? "" : ": ", last))
        .Hint("'brant watch' follows the latest run, and 'brant upgrade' starts one");
  }

 private:
  void Show(Console& console, const v1::WaitForRevisionResponse& response) {
    reached_ = response.reached();
    if (console.json()) {
      console.PrintJson(response);
      return;
    }
    std::string work = EscapeControl(DescribeWork(response.status()));
    if (!console.quiet()) {
      if (reached_) {
        console.Print(EscapeControl(absl::StrCat(
            "The database is at ", DescribeRevisions(response.status().current_revisions()))));
      } else if (work != work_) {
        console.Print(EscapeControl(absl::StrCat("Waiting for ", revision_, ": ", work)));
      }
    }
    work_ = std::move(work);
  }

  std::string revision_;
  TimeoutFlag timeout_;
  // Of the last response.
  bool reached_ = false;
  std::string work_;
};

}  // namespace

std::unique_ptr<Command> MakeWaitCommand() { return std::make_unique<WaitCommand>(); }

}  // namespace brant
