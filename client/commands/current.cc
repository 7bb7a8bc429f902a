#include <algorithm>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "client/commands/command.h"

namespace brant {
namespace {

bool Contains(const google::protobuf::RepeatedPtrField<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

class CurrentCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Switch("--check-heads", &check_heads_,
                 "Fail, with exit code 5, unless every head is applied");
  }

  absl::StatusOr<int> Run(Context& context) override {
    BRANT_ASSIGN_OR_RETURN(AgentClient * agent, context.agent());
    BRANT_ASSIGN_OR_RETURN(const v1::GetStatusResponse response,
                           agent->GetStatus(context.migrations()));
    Print(context, response);
    if (check_heads_ && response.status().state() != v1::STATUS_STATE_UP_TO_DATE) {
      return Error(v1::ERROR_REASON_CHECK_FAILED, "Database is not on all head revisions")
          .Hint("'brant status' shows where it is; 'brant upgrade heads' applies what is pending");
    }
    return kExitDone;
  }

 private:
  void Print(Context& context, const v1::GetStatusResponse& response) {
    Console& console = context.console();
    if (console.json()) {
      console.PrintJson(response);
      return;
    }
    const v1::Status& status = response.status();
    for (const std::string& id : status.current_revisions()) {
      if (Contains(status.unknown_revisions(), id)) {
        console.Print(absl::StrCat(id, " (not among these migrations)"));
      } else {
        console.Print(absl::StrCat(id, Contains(status.head_revisions(), id) ? " (head)" : ""));
      }
    }
  }

  bool check_heads_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeCurrentCommand() { return std::make_unique<CurrentCommand>(); }

}  // namespace brant
