#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/base/error.h"
#include "agent/revisions/bundle.h"
#include "client/commands/command.h"
#include "client/commands/revision_set.h"

namespace brant {
namespace {

std::string Editor() {
  for (const char* variable : {"VISUAL", "EDITOR"}) {
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') return value;
  }
  return "";
}

// Runs the editor, which may be a command with arguments, to its end.
absl::Status RunEditor(const std::string& editor, const std::string& path) {
  const pid_t pid = fork();
  if (pid < 0) {
    return Error(v1::ERROR_REASON_SYSTEM_ERROR,
                 absl::StrCat("can't start the editor: ", std::strerror(errno)));
  }
  if (pid == 0) {
    const std::string command = editor + " \"$1\"";
    execl("/bin/sh", "sh", "-c", command.c_str(), "sh", path.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  return Error(v1::ERROR_REASON_SYSTEM_ERROR,
               absl::StrCat("the editor '", editor, "' ended with ",
                            WIFEXITED(status) ? absl::StrCat("exit code ", WEXITSTATUS(status))
                                              : absl::StrCat("signal ", WTERMSIG(status))));
}

class EditCommand : public Command {
 public:
  void Declare(Flags& flags) override {
    flags.Argument("REVISION", &revision_, true,
                   "An id or the beginning of one, head, a label; or current");
  }

  absl::StatusOr<int> Run(Context& context) override {
    const std::string editor = Editor();
    if (editor.empty()) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST, "no editor is named")
          .Hint("set VISUAL or EDITOR");
    }
    if (!context.HasFolder()) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST,
                   absl::StrCat("there is no folder '", context.folder(), "' of migrations here"));
    }
    std::string path;
    {
      BRANT_ASSIGN_OR_RETURN(const RevisionSet set,
                             RevisionSet::Load(context, revision_ == "current"));
      BRANT_ASSIGN_OR_RETURN(const std::vector<RevisionIndex> revisions, set.Resolve(revision_));
      if (revisions.size() != 1) {
        return Error(v1::ERROR_REASON_REVISION_AMBIGUOUS,
                     absl::StrCat("'", revision_, "' stands for ", revisions.size(),
                                  " revisions; edit takes one"));
      }
      path = absl::StrCat(absl::StripSuffix(context.folder(), "/"), "/",
                          set.graph().revision(revisions[0]).file);
    }
    BRANT_RETURN_IF_ERROR(RunEditor(editor, path));
    // A mistake is best told of at once.
    BRANT_ASSIGN_OR_RETURN(std::vector<SourceFile> files, ReadMigrationFiles(context.folder()));
    BRANT_RETURN_IF_ERROR(MakeBundle(std::move(files)).status());
    return kExitDone;
  }

 private:
  std::string revision_;
};

}  // namespace

std::unique_ptr<Command> MakeEditCommand() { return std::make_unique<EditCommand>(); }

}  // namespace brant
