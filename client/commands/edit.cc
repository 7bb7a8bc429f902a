#include <signal.h>
#include <spawn.h>
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

// Runs the editor, which may be a command with arguments, to its end. Ctrl-C is
// for the editor meanwhile.
absl::Status RunEditor(const std::string& editor, const std::string& path) {
  std::string command = editor + " \"$1\"";
  std::string file = path;
  std::string shell = "sh", option = "-c";
  char* const arguments[] = {shell.data(), option.data(), command.data(),
                             shell.data(), file.data(),   nullptr};
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  signal(SIGINT, SIG_IGN);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, "/bin/sh", nullptr, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    return Error(v1::ERROR_REASON_SYSTEM_ERROR,
                 absl::StrCat("can't start the editor: ", std::strerror(error)));
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  signal(SIGINT, SIG_DFL);
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
