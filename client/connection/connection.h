// How an agent is reached.

#ifndef BRANT_CLIENT_CONNECTION_CONNECTION_H_
#define BRANT_CLIENT_CONNECTION_CONNECTION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/connection/agent_process.h"
#include "grpcpp/channel.h"

namespace brant {

// A way to an agent, or to one of several agents of the same database. Not
// thread-safe.
class Connection {
 public:
  virtual ~Connection() = default;

  // The channel to use for the next call.
  virtual std::shared_ptr<grpc::Channel> channel() = 0;
  // Whom that channel leads to, for messages.
  virtual std::string address() const = 0;

  // Connects that channel, so that the call need not wait for it. Returns when this
  // succeeded or failed, or takes long: the call will tell.
  virtual void Connect() {}

  // A channel to the very agent that answered a call; `peer` is what
  // ClientContext::peer said after it.
  virtual std::shared_ptr<grpc::Channel> ChannelTo(const std::string& peer) { return channel(); }

  // Called when the channel led to no answer, or to an agent that can't help;
  // `status` says why. True: another address can be tried at once.
  virtual bool Failed(const absl::Status& status) { return false; }

  // Called when the channel led to an agent that helped: what was wrong with any
  // before is of no interest any more.
  virtual void Answered() {}

  // The agent is this process's own: it ends with it, and when it is gone it
  // does not come back.
  virtual bool is_private() const { return false; }

  // `status`, of a call that failed, with what is known of the reason: if Failed was
  // told of it last, all addresses that were tried, each with its own.
  virtual absl::Status Explain(absl::Status status) { return status; }
};

// `addresses`: `host:port` (the port may be left out) or `unix:///path`,
// separated by commas; they are tried in order. A host that has several
// addresses is several agents, of which each call reaches the next one that
// answers. Nothing is connected yet.
// Errors: INVALID_REQUEST.
absl::StatusOr<std::unique_ptr<Connection>> ConnectRemote(absl::string_view addresses);

// Starts a private agent. Errors: AGENT_UNREACHABLE.
absl::StatusOr<std::unique_ptr<Connection>> ConnectPrivate(const AgentProcessOptions& options);

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_CONNECTION_H_
