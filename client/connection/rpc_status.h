#ifndef BRANT_CLIENT_CONNECTION_RPC_STATUS_H_
#define BRANT_CLIENT_CONNECTION_RPC_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "grpcpp/support/status.h"

namespace brant {

// What a call's status means. An error that the agent made arrives as it was;
// one of the transport becomes AGENT_UNREACHABLE, and names `agent`, the
// address.
absl::Status FromGrpcStatus(const grpc::Status& status, absl::string_view agent);

// Whether the same call may succeed in a moment, here or at another agent of
// the same database.
bool IsTransient(const absl::Status& status);

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_RPC_STATUS_H_
