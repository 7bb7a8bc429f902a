#include "tests/integration/postgresql/child_process.h"

#include <arpa/inet.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

extern char** environ;

namespace brant {
namespace {

void GiveToServers(const std::string& path) {
  const struct passwd* user = getuid() == 0 ? getpwnam("postgres") : nullptr;
  if (user != nullptr && chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) abort();
}

}  // namespace

ServerFolder::ServerFolder() : path_("/tmp/brant-test.XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) abort();
  GiveToServers(path_);
}

ServerFolder::~ServerFolder() { std::filesystem::remove_all(path_); }

std::string ServerFolder::Write(const std::string& name, const std::string& text) const {
  std::string file = absl::StrCat(path_, "/", name);
  std::ofstream(file) << text;
  chmod(file.c_str(), 0600);
  GiveToServers(file);
  return file;
}

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(std::vector<std::string> command,
                                                                  int stop_signal) {
  std::vector<std::string> all = {"setpriv", "--pdeathsig=TERM", "--"};
  if (getuid() == 0) {
    all = {"setpriv",       "--reuid=postgres", "--regid=postgres",
           "--init-groups", "--pdeathsig=TERM", "--"};
  }
  all.insert(all.end(), std::make_move_iterator(command.begin()),
             std::make_move_iterator(command.end()));
  std::vector<char*> arguments;
  for (std::string& argument : all) arguments.push_back(argument.data());
  arguments.push_back(nullptr);

  int pipes[2];
  if (pipe(pipes) != 0) return absl::InternalError("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipes[1], STDERR_FILENO);
  posix_spawn_file_actions_addclose(&actions, pipes[0]);
  posix_spawn_file_actions_addclose(&actions, pipes[1]);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipes[1]);
  if (error != 0) {
    close(pipes[0]);
    return absl::InternalError(absl::StrCat("can't start ", arguments[0], ": ", strerror(error)));
  }
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, pipes[0], stop_signal));
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    kill(pid_, stop_signal_);
    waitpid(pid_, nullptr, 0);
  }
  close(output_);
}

bool ChildProcess::ReadMore() {
  char buffer[4096];
  const ssize_t size = read(output_, buffer, sizeof(buffer));
  if (size > 0) written_.append(buffer, size);
  return size > 0;
}

absl::Status ChildProcess::WaitFor(const std::string& text) {
  while (!absl::StrContains(written_, text)) {
    if (!ReadMore()) return absl::InternalError(absl::StrCat("it ended: ", written_));
  }
  return absl::OkStatus();
}

absl::Status ChildProcess::Finish() {
  while (ReadMore()) {
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = 0;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("status ", status, ": ", written_));
}

int FreePort() {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<struct sockaddr*>(&address);
  if (bind(listener, generic, size) != 0 || getsockname(listener, generic, &size) != 0) abort();
  close(listener);
  return ntohs(address.sin_port);
}

}  // namespace brant
