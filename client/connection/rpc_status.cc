#include "client/connection/rpc_status.h"

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "client/connection/transport_error.h"
#include "google/rpc/status.pb.h"

namespace brant {

absl::Status FromGrpcStatus(const grpc::Status& status, absl::string_view agent) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status rpc;
  if (!status.error_details().empty() && rpc.ParseFromString(status.error_details()) &&
      rpc.code() != 0) {
    return FromRpcStatus(rpc);
  }
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE: {
      const std::string cause = ExplainTransportError(status.error_message());
      return Error(v1::ERROR_REASON_AGENT_UNREACHABLE,
                   absl::StrCat("can't reach the agent at ", agent, ": ", cause))
          .With("cause", cause);
    }
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return Error(v1::ERROR_REASON_AGENT_UNREACHABLE,
                   absl::StrCat("the agent at ", agent, " did not answer in time"))
          .With("cause", "it did not answer in time");
    case grpc::StatusCode::UNIMPLEMENTED:
      return Error(v1::ERROR_REASON_INTERNAL,
                   absl::StrCat("the agent at ", agent, " does not know this request"))
          .Hint(
              "it may be older than this program, or no Brant agent at all; 'brant status' shows "
              "its version");
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return Error(v1::ERROR_REASON_LIMIT_EXCEEDED, status.error_message());
    // An agent that ends, or what stands between, leaves the call behind; one that
    // means it says why.
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::UNKNOWN:
      return Error(
          v1::ERROR_REASON_AGENT_UNREACHABLE,
          absl::StrCat("the agent at ", agent, " ended the call: ", status.error_message()));
    default:
      return Error(v1::ERROR_REASON_INTERNAL,
                   absl::StrCat("the agent at ", agent, " answered: ", status.error_message()));
  }
}

bool IsTransient(const absl::Status& status) {
  switch (ReasonOf(status)) {
    case v1::ERROR_REASON_AGENT_UNREACHABLE:
    case v1::ERROR_REASON_SHUTTING_DOWN:
    case v1::ERROR_REASON_DATABASE_UNREACHABLE:
      return absl::IsUnavailable(status);
    default:
      return false;
  }
}

}  // namespace brant
