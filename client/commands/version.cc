#include "agent/base/version.h"

#include "absl/strings/str_cat.h"
#include "client/commands/command.h"
#include "client/ui/json.h"

namespace brant {
namespace {

class VersionCommand : public Command {
 public:
  void Declare(Flags& flags) override {}

  absl::StatusOr<int> Run(Context& context) override {
    context.console().Print(context.console().json()
                                ? absl::StrCat("{\"version\":", JsonString(kVersion), "}")
                                : absl::StrCat("brant ", kVersion));
    return kExitDone;
  }
};

}  // namespace

std::unique_ptr<Command> MakeVersionCommand() { return std::make_unique<VersionCommand>(); }

}  // namespace brant
