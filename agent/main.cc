// brantd: the agent beside one database.

#include <fcntl.h>
#include <grpc/support/log.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "agent/base/error.h"
#include "agent/base/log.h"
#include "agent/base/settings.h"
#include "agent/base/version.h"
#include "agent/database/open.h"
#include "agent/database/url.h"
#include "agent/runs/agent.h"
#include "agent/service/server.h"

namespace brant {
namespace {

// The socket that `brant` hands to its private agent.
constexpr int kPrivateSocket = 3;
// How long calls may take to end once their runs have.
constexpr absl::Duration kServerGrace = absl::Seconds(2);

struct Flags {
  bool private_agent = false;
  bool insecure_remote = false;
  std::string config;
};

// Blocks the signals that end the agent, before any thread starts, and gives a
// descriptor to wait for them. A terminal sends Ctrl-C to a private agent too,
// but there the client decides what it means.
int BlockSignals(bool private_agent) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  if (private_agent) {
    signal(SIGINT, SIG_IGN);
  } else {
    sigaddset(&signals, SIGINT);
  }
  signal(SIGPIPE, SIG_IGN);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return signalfd(-1, &signals, SFD_CLOEXEC);
}

// gRPC writes of its own accord, beside the log and in another form, what this
// program tells as its own error. Who wants it sets GRPC_VERBOSITY.
void SilenceGrpc() {
  if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function([](gpr_log_func_args*) {});
}

// Until a signal asks to end, or for a private agent until its client is gone.
void WaitForEnd(int signals, bool private_agent) {
  pollfd fds[] = {{signals, POLLIN, 0}, {private_agent ? STDIN_FILENO : -1, POLLIN, 0}};
  while (true) {
    if (poll(fds, 2, -1) < 0) continue;
    if (fds[0].revents != 0) return;
    if (fds[1].revents != 0) {
      char byte;
      if (read(STDIN_FILENO, &byte, 1) <= 0) return;
    }
  }
}

// Differs from that of every other agent, also of one before on the same host
// with the same process id, as in a restarted container. What differs comes
// first: databases cut long names.
std::string AgentName() {
  absl::BitGen random;
  char host[256] = "";
  gethostname(host, sizeof(host) - 1);
  return absl::StrFormat("%08x@%s:%d", absl::Uniform<uint32_t>(random), host, getpid());
}

absl::StatusOr<AgentOptions> ReadAgentOptions(const Settings& settings) {
  AgentOptions options;
  options.migrator.agent = AgentName();
  options.migrator.version_table = settings.Text("version-table");
  options.migrator.version_table_schema = settings.Text("version-table-schema");
  BRANT_ASSIGN_OR_RETURN(options.migrator.lock_timeout, settings.Seconds("brantd.lock-timeout"));
  BRANT_ASSIGN_OR_RETURN(options.migrator.reconnect_limit,
                         settings.Seconds("brantd.reconnect-limit"));
  if (!settings.Text("brantd.lock-wait").empty()) {
    BRANT_ASSIGN_OR_RETURN(options.lock_wait, settings.Seconds("brantd.lock-wait"));
  }
  BRANT_ASSIGN_OR_RETURN(ScratchServers scratch,
                         ScratchServers::Open(settings.Text("scratch-url")));
  options.scratch = std::make_shared<const ScratchServers>(std::move(scratch));
  // The default folder need not be there: clients bring migrations along.
  options.migrations = settings.Text("migrations");
  if (settings.Source("migrations") == SettingSource::kDefault &&
      access(options.migrations.c_str(), R_OK) != 0) {
    options.migrations.clear();
  }
  return options;
}

// Ends the calls that are left once the runs have ended. A read that waits for a
// database that does not answer can't be stopped, but nothing is lost with it:
// then the process ends here.
void EndCalls(Agent& agent, Server& server) {
  absl::Notification ended;
  std::thread watchdog([&ended] {
    if (ended.WaitForNotificationWithTimeout(2 * kServerGrace)) return;
    LogWarning("a call still waits for the database; ending without it");
    _exit(0);
  });
  agent.StopWorkers();
  server.Shutdown(kServerGrace);
  ended.Notify();
  watchdog.join();
}

absl::Status Serve(const Flags& flags, const Settings& settings) {
  BRANT_RETURN_IF_ERROR(SetLogLevel(settings.Text("brantd.log-level")));
  const std::string url_text = settings.Text("database-url");
  if (url_text.empty()) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "no database URL")
        .Hint("pass --database-url, or set BRANT_DATABASE_URL or DATABASE_URL");
  }
  BRANT_ASSIGN_OR_RETURN(DatabaseUrl url, ParseDatabaseUrl(url_text));
  BRANT_ASSIGN_OR_RETURN(std::unique_ptr<Database> database, OpenDatabase(url));
  BRANT_ASSIGN_OR_RETURN(AgentOptions options, ReadAgentOptions(settings));
  BRANT_ASSIGN_OR_RETURN(absl::Duration grace, settings.Seconds("brantd.shutdown-grace"));

  SilenceGrpc();
  const int signals = BlockSignals(flags.private_agent);
  auto agent = std::make_unique<Agent>(database.get(), options);
  std::unique_ptr<Server> server;
  if (flags.private_agent) {
    BRANT_ASSIGN_OR_RETURN(server, Server::ServeSocket(*agent, kPrivateSocket));
  } else {
    ListenOptions listen;
    listen.addresses = absl::StrSplit(settings.Text("brantd.listen"), ',', absl::SkipWhitespace());
    listen.insecure_remote = flags.insecure_remote;
    BRANT_ASSIGN_OR_RETURN(server, Server::Listen(*agent, listen));
    for (const std::string& address : server->addresses()) {
      std::cerr << "brantd: listening on " << address << std::endl;
    }
    LogInfo(absl::StrCat("serving ", database->DisplayName(), " as ", options.migrator.agent));
  }
  WaitForEnd(signals, flags.private_agent);

  server->AnnounceShutdown();
  agent->StopWaiting();
  agent->runs().Shutdown(flags.private_agent ? absl::ZeroDuration() : grace);
  EndCalls(*agent, *server);
  // Sessions are closed in order; then the process ends at once. gRPC's own
  // clean-up may sleep for ten seconds if a large answer was sent (1.51).
  agent.reset();
  std::cerr.flush();
  _exit(0);
}

int Main(int argc, char** argv) {
  CLI::App app("brantd: the migration agent beside one database", "brantd");
  app.set_version_flag("--version", absl::StrCat("brantd ", kVersion));
  Flags flags;
  Settings settings;
  auto setting = [&](const char* flag, const char* key, const char* help) {
    app.add_option_function<std::string>(
        flag, [&settings, key](const std::string& value) { settings.SetFlag(key, value); }, help);
  };
  app.add_option("-c,--config", flags.config, "Read settings from this TOML file");
  setting("--database-url", "database-url",
          "The database; better in BRANT_DATABASE_URL or DATABASE_URL, where ps does not show it");
  setting("--migrations", "migrations", "Folder of the agent's own migrations");
  setting("--scratch-url", "scratch-url",
          "Databases beside which scratch databases are made, one for each kind; better in "
          "BRANT_SCRATCH_URL");
  setting("--listen", "brantd.listen",
          "host:port (port 0: a free one) or unix:///path; several with commas between");
  setting("--version-table", "version-table", "Name of the version table");
  setting("--version-table-schema", "version-table-schema", "Schema of the version table");
  setting("--lock-wait", "brantd.lock-wait",
          "Seconds that a run waits for the migration lock; default: for ever");
  setting("--lock-timeout", "brantd.lock-timeout",
          "Seconds that a statement waits for a lock of the application before it gives way and is "
          "tried again; 0: as the server says");
  setting("--reconnect-limit", "brantd.reconnect-limit",
          "Seconds that a run tries to get a broken connection to the database back");
  setting("--shutdown-grace", "brantd.shutdown-grace",
          "Seconds that a run may go on after SIGTERM before it is cancelled");
  setting("--log-level", "brantd.log-level", "debug, info, warning or error");
  app.add_flag("--insecure-remote", flags.insecure_remote,
               "Allow --listen addresses that other machines reach, without TLS or login");
  app.add_flag("--private", flags.private_agent,
               "Serve the connection on descriptor 3 until standard input ends (used by brant)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  absl::Status status = flags.config.empty() ? absl::OkStatus() : settings.ReadFile(flags.config);
  if (status.ok()) status = Serve(flags, settings);
  if (status.ok()) return 0;
  std::cerr << "brantd: " << DescribeError(status) << std::endl;
  return status.code() == absl::StatusCode::kInvalidArgument ? 2 : 1;
}

}  // namespace
}  // namespace brant

int main(int argc, char** argv) { return brant::Main(argc, argv); }
