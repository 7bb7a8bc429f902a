// A private agent: brantd as a child of this process.

#ifndef BRANT_CLIENT_CONNECTION_AGENT_PROCESS_H_
#define BRANT_CLIENT_CONNECTION_AGENT_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace brant {

struct AgentProcessOptions {
  std::string database_url;
  // A brant.toml, for the settings that are the agent's alone; empty: none.
  std::string config;
  // The agent's own migrations; empty: none.
  std::string migrations;
  std::string version_table;
  std::string version_table_schema;
  // How long the child may take to end when it is told to; then it is killed.
  absl::Duration end_grace = absl::Seconds(10);
};

// The child serves one gRPC connection on a socket pair and ends when this
// object is destroyed or this process ends, however that happens: it holds the
// other end of a pipe on the child's standard input. The child is in a process
// group of its own, so Ctrl-C reaches this process only.
class AgentProcess {
 public:
  // Errors: AGENT_UNREACHABLE if there is no brantd or it can't be started.
  static absl::StatusOr<std::unique_ptr<AgentProcess>> Start(const AgentProcessOptions& options);

  // Tells the child to end and waits until it has; one that is stuck is killed
  // after `end_grace`.
  ~AgentProcess();
  AgentProcess(const AgentProcess&) = delete;
  AgentProcess& operator=(const AgentProcess&) = delete;

  // This end of the socket pair, which the caller owns from then on; once.
  int TakeSocket();

  // If the child has ended by itself, why; OK while it lives. Waits a moment for
  // a child that is about to end. Errors: INVALID_REQUEST if it refused its
  // settings (the message is its own, on standard error), else AGENT_UNREACHABLE.
  absl::Status ExplainEnd();

 private:
  AgentProcess(pid_t pid, int socket, int lifeline, absl::Duration end_grace)
      : pid_(pid), socket_(socket), lifeline_(lifeline), end_grace_(end_grace) {}

  // Whether the child ends within `time`, and how, as waitpid says it.
  bool Ends(absl::Duration time, int* status) const;

  pid_t pid_;
  int socket_;
  int lifeline_;
  const absl::Duration end_grace_;
};

// The path of brantd: $BRANT_BRANTD, else beside this program, else on PATH.
// Errors: AGENT_UNREACHABLE.
absl::StatusOr<std::string> FindAgentProgram();

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_AGENT_PROCESS_H_
