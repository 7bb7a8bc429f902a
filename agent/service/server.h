// The gRPC server of an agent.

#ifndef BRANT_AGENT_SERVICE_SERVER_H_
#define BRANT_AGENT_SERVICE_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/runs/agent.h"

namespace brant {

struct ListenOptions {
  // `host:port`, port 0 for a free one, or `unix:///path`.
  std::vector<std::string> addresses;
  // Allow addresses that other machines reach, although nothing is encrypted
  // or authenticated.
  bool insecure_remote = false;
};

// Serves from construction to destruction. Thread-safe.
class Server {
 public:
  // Listens on addresses, with the health service and, where only this machine
  // can connect, reflection. Errors: INVALID_REQUEST, SYSTEM_ERROR.
  static absl::StatusOr<std::unique_ptr<Server>> Listen(Agent& agent, const ListenOptions& options);

  // Serves the one connection of a socket, which the server takes over.
  static absl::StatusOr<std::unique_ptr<Server>> ServeSocket(Agent& agent, int socket);

  virtual ~Server() = default;

  // Where it can be reached, ports filled in.
  virtual const std::vector<std::string>& addresses() const = 0;

  // Turns the health service to NOT_SERVING.
  virtual void AnnounceShutdown() = 0;
  // Takes no more calls, and ends those under way after `grace`.
  virtual void Shutdown(absl::Duration grace) = 0;
};

// True for an address that only processes of this machine can reach.
bool IsLocalAddress(absl::string_view address);

}  // namespace brant

#endif  // BRANT_AGENT_SERVICE_SERVER_H_
