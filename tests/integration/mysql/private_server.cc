#include "tests/integration/mysql/private_server.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agent/base/error.h"
#include "agent/database/mysql/mysql_database.h"

namespace brant {
namespace {

[[noreturn]] void Fail(absl::string_view what, const std::string& log) {
  std::ifstream file(log);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::fprintf(stderr, "MariaDB of the test: %s\n%s\n", std::string(what).c_str(), text.c_str());
  std::abort();
}

// The servers refuse to run as root.
const passwd* ServerUser() {
  if (getuid() != 0) return nullptr;
  const passwd* user = getpwnam("mysql");
  return user != nullptr ? user : getpwnam("postgres");
}

}  // namespace

PrivateServer::PrivateServer(std::vector<std::string> options) : options_(std::move(options)) {
  // Sockets need short paths.
  std::string pattern = "/tmp/brant-mariadb.XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) Fail("no folder in /tmp", "");
  folder_ = pattern;
  const passwd* user = ServerUser();
  if (user != nullptr && chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) {
    Fail("can't give the folder away", "");
  }
  std::filesystem::permissions(folder_, static_cast<std::filesystem::perms>(0755));
  std::ofstream(absl::StrCat(folder_, "/init.sql"))
      << "CREATE DATABASE IF NOT EXISTS app;\n"
         "CREATE USER IF NOT EXISTS brant@localhost IDENTIFIED BY 'secret';\n"
         "GRANT ALL ON *.* TO brant@localhost WITH GRANT OPTION;\n"
         "CREATE USER IF NOT EXISTS restricted@localhost IDENTIFIED BY 'secret';\n"
         "GRANT ALL ON app.* TO restricted@localhost;\n"
         "GRANT ALL ON other.* TO restricted@localhost;\n";
  const std::string log = absl::StrCat(folder_, "/install.log");
  const pid_t pid =
      Run({"mariadb-install-db", "--no-defaults", absl::StrCat("--datadir=", folder_, "/data"),
           "--skip-test-db", "--innodb-flush-method=nosync", "--innodb-log-file-size=16M"},
          log);
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || status != 0) Fail("mariadb-install-db failed", log);
  Start();
}

PrivateServer::~PrivateServer() {
  Stop(SIGKILL);
  std::filesystem::remove_all(folder_);
}

pid_t PrivateServer::Run(std::vector<std::string> command, const std::string& log) const {
  std::vector<char*> arguments;
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const passwd* user = ServerUser();
  const pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (user != nullptr &&
      (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) {
    _exit(126);
  }
  // Changing the user undoes it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

void PrivateServer::Start() {
  std::vector<std::string> command = {"mariadbd",
                                      "--no-defaults",
                                      absl::StrCat("--datadir=", folder_, "/data"),
                                      absl::StrCat("--socket=", folder_, "/socket"),
                                      absl::StrCat("--tmpdir=", folder_),
                                      absl::StrCat("--pid-file=", folder_, "/pid"),
                                      absl::StrCat("--init-file=", folder_, "/init.sql"),
                                      "--skip-networking",
                                      "--innodb-buffer-pool-size=16M",
                                      "--key-buffer-size=1M",
                                      "--innodb-log-file-size=16M",
                                      "--innodb-flush-method=nosync",
                                      "--max-connections=50"};
  command.insert(command.end(), options_.begin(), options_.end());
  const std::string log = absl::StrCat(folder_, "/server.log");
  pid_ = Run(command, log);
  std::unique_ptr<Database> database = MakeMysqlDatabase(url()).value();
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (!database->Connect({}).ok()) {
    if (waitpid(pid_, nullptr, WNOHANG) != 0) Fail("mariadbd ended", log);
    if (absl::Now() > deadline) Fail("mariadbd takes no connections", log);
    absl::SleepFor(absl::Milliseconds(20));
  }
}

void PrivateServer::Stop(int signal) {
  if (pid_ < 0) return;
  kill(pid_, signal);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

DatabaseUrl PrivateServer::UrlOf(absl::string_view user) const {
  DatabaseUrl url;
  url.dialect = Dialect::kMysql;
  url.user = std::string(user);
  url.password = "secret";
  url.database = "app";
  url.options["unix_socket"] = absl::StrCat(folder_, "/socket");
  return url;
}

}  // namespace brant
