#include "client/connection/agent_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"

namespace brant {
namespace {

// The descriptor on which `brantd --private` serves.
constexpr int kServeDescriptor = 3;
// brantd ends with it if a flag or a setting is wrong.
constexpr int kRefusedSettings = 2;
// How long a child whose connection broke may take to be gone, for its end to
// be reported.
constexpr absl::Duration kEndWait = absl::Milliseconds(500);

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  void reset(int fd) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

absl::Status SystemError(absl::string_view what, int error) {
  return Error(v1::ERROR_REASON_AGENT_UNREACHABLE, absl::StrCat(what, ": ", std::strerror(error)));
}

bool IsProgram(const std::string& path) { return access(path.c_str(), X_OK) == 0; }

// The environment of the child: this one's, with the database's URL, which must
// not be seen in a list of processes.
std::vector<std::string> ChildEnvironment(const std::string& database_url) {
  constexpr absl::string_view kVariable = "BRANT_DATABASE_URL=";
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const absl::string_view text = *entry;
    if (absl::StartsWith(text, kVariable) || absl::StartsWith(text, "DATABASE_URL=")) continue;
    environment.emplace_back(text);
  }
  if (!database_url.empty()) environment.push_back(absl::StrCat(kVariable, database_url));
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Descriptors 0 to 3 are given to the child; the parent's own must lie above,
// or one would be overwritten before it is copied.
absl::Status MoveUp(Descriptor& descriptor) {
  const int moved = fcntl(descriptor.get(), F_DUPFD_CLOEXEC, kServeDescriptor + 1);
  if (moved < 0) return SystemError("can't start the private agent", errno);
  descriptor.reset(moved);
  return absl::OkStatus();
}

int Spawn(const std::string& program, std::vector<std::string> arguments,
          std::vector<std::string> environment, int serve, int lifeline, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, lifeline, STDIN_FILENO);
  // What the agent prints must not mix with this program's results.
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, serve, kServeDescriptor);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int error = posix_spawn(&pid, program.c_str(), &actions, &attributes,
                                Pointers(arguments).data(), Pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

absl::StatusOr<std::string> FindAgentProgram() {
  if (const char* named = std::getenv("BRANT_BRANTD"); named != nullptr && *named != '\0') {
    if (IsProgram(named)) return std::string(named);
    return Error(v1::ERROR_REASON_AGENT_UNREACHABLE,
                 absl::StrCat("BRANT_BRANTD names no program: ", named));
  }
  char self[4096];
  const ssize_t size = readlink("/proc/self/exe", self, sizeof(self));
  if (size > 0) {
    const absl::string_view path(self, static_cast<size_t>(size));
    const absl::string_view folder = path.substr(0, path.rfind('/') + 1);
    // Installed beside each other, or as Bazel lays them out.
    for (const char* candidate : {"brantd", "../agent/brantd"}) {
      if (std::string program = absl::StrCat(folder, candidate); IsProgram(program)) return program;
    }
  }
  if (const char* path = std::getenv("PATH")) {
    for (absl::string_view folder : absl::StrSplit(path, ':', absl::SkipEmpty())) {
      if (std::string program = absl::StrCat(folder, "/brantd"); IsProgram(program)) return program;
    }
  }
  return Error(v1::ERROR_REASON_AGENT_UNREACHABLE, "brantd, the agent, is not installed")
      .Hint(
          "put it beside brant or on PATH, or name it in BRANT_BRANTD; or use a running agent "
          "with --agent ADDRESS");
}

absl::StatusOr<std::unique_ptr<AgentProcess>> AgentProcess::Start(
    const AgentProcessOptions& options) {
  BRANT_ASSIGN_OR_RETURN(const std::string program, FindAgentProgram());
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sockets) != 0) {
    return SystemError("can't start the private agent", errno);
  }
  Descriptor own(sockets[0]), served(sockets[1]);
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return SystemError("can't start the private agent", errno);
  Descriptor child_input(pipe_ends[0]), lifeline(pipe_ends[1]);
  for (Descriptor* descriptor : {&own, &served, &child_input, &lifeline}) {
    BRANT_RETURN_IF_ERROR(MoveUp(*descriptor));
  }

  std::vector<std::string> arguments = {program, "--private", "--log-level", "error"};
  const std::pair<const char*, const std::string&> flags[] = {
      {"--config", options.config},
      {"--migrations", options.migrations},
      {"--version-table", options.version_table},
      {"--version-table-schema", options.version_table_schema},
  };
  for (const auto& [flag, value] : flags) {
    // In one word: a value may begin with a dash.
    if (!value.empty()) arguments.push_back(absl::StrCat(flag, "=", value));
  }
  pid_t pid = 0;
  const int error = Spawn(program, std::move(arguments), ChildEnvironment(options.database_url),
                          served.get(), child_input.get(), pid);
  if (error != 0) return SystemError(absl::StrCat("can't start ", program), error);
  return std::unique_ptr<AgentProcess>(
      new AgentProcess(pid, own.release(), lifeline.release(), options.end_grace));
}

AgentProcess::~AgentProcess() {
  if (socket_ >= 0) close(socket_);
  close(lifeline_);
  if (pid_ <= 0) return;
  int status = 0;
  if (Ends(end_grace_, &status)) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

bool AgentProcess::Ends(absl::Duration time, int* status) const {
  const absl::Time deadline = absl::Now() + time;
  // Most children are gone in a millisecond or two.
  for (int pause = 1;; pause = std::min(2 * pause, 20)) {
    const pid_t ended = waitpid(pid_, status, WNOHANG);
    if (ended == pid_ || (ended < 0 && errno != EINTR)) return true;
    if (absl::Now() >= deadline) return false;
    poll(nullptr, 0, pause);
  }
}

int AgentProcess::TakeSocket() { return std::exchange(socket_, -1); }

absl::Status AgentProcess::ExplainEnd() {
  if (pid_ <= 0) return absl::OkStatus();
  int status = 0;
  if (!Ends(kEndWait, &status)) return absl::OkStatus();
  pid_ = 0;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kRefusedSettings) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "the private agent refused its settings")
        .Hint("its own message stands above");
  }
  const std::string end =
      WIFSIGNALED(status)
          ? absl::StrCat("the private agent was ended by signal ", WTERMSIG(status), " (",
                         strsignal(WTERMSIG(status)), ")")
          : absl::StrCat("the private agent ended with exit code ", WEXITSTATUS(status));
  return Error(v1::ERROR_REASON_AGENT_UNREACHABLE, end)
      .Hint("its own messages stand above; the next upgrade takes up what it left");
}

}  // namespace brant
