// What commands work with. Everything is made when it is first asked for, so
// that a command pays for what it needs and no more.

#ifndef BRANT_CLIENT_CONTEXT_H_
#define BRANT_CLIENT_CONTEXT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/base/settings.h"
#include "agent/revisions/bundle.h"
#include "client/connection/agent_client.h"
#include "client/connection/migration_source.h"
#include "client/ui/console.h"

namespace brant {

// Not thread-safe.
class Context {
 public:
  // The references are borrowed. `config` is the file that the settings were
  // read from; empty: none.
  Context(Console& console, const Settings& settings, std::string config);
  ~Context();

  Console& console() { return console_; }
  const Settings& settings() const { return settings_; }

  // The folder of migrations, whether it exists or not.
  std::string folder() const { return settings_.Text("migrations"); }
  // Whether there is one to work with: it was named, or the default one exists.
  bool HasFolder() const;
  // An agent that runs already is used, and not one of this process's own.
  bool UsesRemoteAgent() const;
  // The command line itself names a database or an agent.
  bool DatabaseNamedByFlag() const;

  // The folder's migrations, parsed. Errors: as ReadMigrationFiles and
  // MakeBundle.
  absl::StatusOr<std::shared_ptr<const Bundle>> bundle();

  // What travels with requests: the folder's migrations, or none, which means
  // the agent's own.
  MigrationSource& migrations() { return *migrations_; }

  // The agent that the settings name, or a private one for their database URL.
  // Errors: INVALID_REQUEST if they name neither, or the private agent's that
  // can't be started.
  absl::StatusOr<AgentClient*> agent();
  // The same for what needs no database, such as offline plans.
  absl::StatusOr<AgentClient*> offline_agent();

 private:
  absl::StatusOr<AgentClient*> Connect(bool needs_database);

  Console& console_;
  const Settings& settings_;
  const std::string config_;
  std::shared_ptr<const Bundle> bundle_;
  std::unique_ptr<MigrationSource> migrations_;
  std::unique_ptr<AgentClient> agent_;
};

}  // namespace brant

#endif  // BRANT_CLIENT_CONTEXT_H_
