// brant, the command line.

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/base/settings.h"
#include "agent/base/version.h"
#include "client/commands/registry.h"
#include "client/context.h"
#include "client/exit_code.h"
#include "client/flags.h"
#include "client/ui/console.h"

namespace brant {
namespace {

constexpr char kDefaultConfig[] = "brant.toml";

// The flags that every command takes.
struct GlobalFlags {
  std::string config;
  // Settings; empty: not given.
  std::string agent, database_url, migrations, version_table, version_table_schema, connect_timeout;
  std::string output = "text";
  bool quiet = false;
  bool no_color = false;
  bool version = false;

  void Declare(Flags& flags) {
    flags.Text("-c,--config", "FILE", &config, "Settings (default: brant.toml, if there is one)");
    flags.Text("--agent", "ADDRESS", &agent,
               "A running agent: host:port or unix:///path, or several with commas between; "
               "BRANT_AGENT");
    flags.Text("--database-url", "URL", &database_url,
               "The database, for an agent of this command's own; DATABASE_URL");
    flags.Text("--migrations", "FOLDER", &migrations,
               "The migration files (default: migrations); BRANT_MIGRATIONS");
    flags.Text("--version-table", "NAME", &version_table,
               "Where the database's revision is kept (default: brant_version)");
    flags.Text("--version-table-schema", "NAME", &version_table_schema, "The schema of that table");
    flags.Text("--connect-timeout", "SECONDS", &connect_timeout,
               "How long to try until an agent answers (default: 30; an agent of this command's "
               "own tries its database once)");
    flags.Choice("--output", {"text", "json"}, &output, "How to print: for people or for programs");
    flags.Switch("-q,--quiet", &quiet, "No progress and no notes");
    flags.Switch("--no-color", &no_color, "No colours; NO_COLOR");
    flags.Switch("--version", &version, "Print the version and exit");
    flags.Examples(
        "  brant init && brant revision -m 'Create users' && brant edit head\n"
        "  DATABASE_URL=sqlite:///app.db brant upgrade head\n"
        "  brant upgrade head --agent brantd.internal:7420");
  }

  void Apply(Settings& settings) const {
    const std::pair<const char*, const std::string*> values[] = {
        {"agent", &agent},
        {"database-url", &database_url},
        {"migrations", &migrations},
        {"version-table", &version_table},
        {"version-table-schema", &version_table_schema},
        {"connect-timeout", &connect_timeout},
    };
    for (const auto& [key, value] : values) {
      if (!value->empty()) settings.SetFlag(key, *value);
    }
  }
};

int PrintVersion() {
  std::printf("brant %s\n", kVersion);
  return kExitDone;
}

// Before the command line is understood, its errors must be printed as it asks.
bool AsksForJson(const std::vector<std::string>& words) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--output=json") return true;
    if (words[i] == "--output" && i + 1 < words.size() && words[i + 1] == "json") return true;
  }
  return false;
}

absl::StatusOr<int> RunCommand(Console& console, const GlobalFlags& globals, Command& command) {
  Settings settings;
  globals.Apply(settings);
  std::string config = globals.config;
  if (config.empty() && access(kDefaultConfig, F_OK) == 0) config = kDefaultConfig;
  if (!config.empty()) BRANT_RETURN_IF_ERROR(settings.ReadFile(config));
  auto context = std::make_unique<Context>(console, settings, std::move(config));
  absl::StatusOr<int> code = command.Run(*context);
  // gRPC takes milliseconds to close a channel and to join its threads; the end of
  // the process does both at once. A private agent, however, has to be ended.
  if (context->UsesRemoteAgent()) static_cast<void>(context.release());
  return code;
}

int Main(std::vector<std::string> words) {
  ConsoleOptions options = Console::Detect(stdout, stderr);
  options.json = AsksForJson(words);
  const bool bare = words.empty();
  if (bare) words.push_back("--help");

  GlobalFlags globals;
  std::unique_ptr<Command> command;
  std::vector<CommandSpec> specs;
  for (const CommandEntry& entry : AllCommands()) {
    specs.push_back({entry.name, entry.summary, [&command, &entry](Flags& flags) {
                       command = entry.make();
                       command->Declare(flags);
                     }});
  }
  absl::StatusOr<ParsedCommand> parsed = ParseCommandLine(
      words, [&globals](Flags& flags) { globals.Declare(flags); }, specs);
  if (globals.version) return PrintVersion();
  if (!parsed.ok()) {
    Console(stdout, stderr, options).PrintError(parsed.status());
    return ExitCodeOf(parsed.status());
  }
  if (!parsed->text.empty()) {
    std::fputs(parsed->text.c_str(), bare ? stderr : stdout);
    return bare ? kExitUsage : kExitDone;
  }
  options.json = globals.output == "json";
  options.quiet = globals.quiet;
  if (globals.no_color) options.color_output = options.color_errors = false;
  Console console(stdout, stderr, options);
  absl::StatusOr<int> code = RunCommand(console, globals, *command);
  if (!code.ok()) {
    console.PrintError(code.status());
    return ExitCodeOf(code.status());
  }
  const absl::Status output = console.OutputStatus();
  if (output.ok() || *code != kExitDone) return *code;
  console.PrintError(output);
  return ExitCodeOf(output);
}

}  // namespace
}  // namespace brant

int main(int argc, char** argv) {
  // Asked for most often by scripts, and needs nothing of what follows.
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0) return brant::PrintVersion();
  // An agent that ends is an error of the call and not of the process.
  signal(SIGPIPE, SIG_IGN);
  const int code = brant::Main(std::vector<std::string>(argv + 1, argv + argc));
  std::fflush(nullptr);
  // gRPC's threads may still run, so what they use must not be destroyed.
  _exit(code);
}
