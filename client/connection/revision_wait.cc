#include "client/connection/revision_wait.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "brant/v1/migration_service.grpc.pb.h"
#include "client/connection/rpc_status.h"
#include "client/connection/stream_reader.h"

namespace brant {

absl::Status WaitForRevision(
    AgentClient& client, Pursuit& pursuit, const std::string& revision, MigrationSource& source,
    absl::FunctionRef<void(const v1::WaitForRevisionResponse&)> on_response) {
  Connection& connection = client.connection();
  v1::WaitForRevisionRequest request;
  request.set_revision(revision);
  BRANT_ASSIGN_OR_RETURN(*request.mutable_bundle_digest(), client.FindDigest(source));
  for (;;) {
    bool reached = false;
    bool progressed = false;
    const std::string address = connection.address();
    const std::unique_ptr<v1::MigrationService::Stub> stub =
        v1::MigrationService::NewStub(connection.channel());
    grpc::ClientContext context;
    const grpc::Status ended = ReadStream<v1::WaitForRevisionResponse>(
        [&](grpc::CompletionQueue* queue) {
          return stub->PrepareAsyncWaitForRevision(&context, request, queue);
        },
        context,
        [&](const v1::WaitForRevisionResponse& response) {
          progressed = true;
          reached = reached || response.reached();
          on_response(response);
        },
        [&](bool) { return reached || pursuit.left() == Left::kNot; });
    if (reached) return absl::OkStatus();
    absl::Status status = FromGrpcStatus(ended, address);
    if (status.ok()) {
      // As if the connection had broken: the goal is still to be reached.
      status = Error(v1::ERROR_REASON_AGENT_UNREACHABLE,
                     absl::StrCat("the agent at ", address, " ended the wait"));
    }
    // Left: then the call was cancelled from here.
    if (pursuit.left() != Left::kNot &&
        (ended.error_code() == grpc::StatusCode::CANCELLED || pursuit.IsWorthAnotherTry(status))) {
      return absl::OkStatus();
    }
    if (ReasonOf(status) == v1::ERROR_REASON_BUNDLE_UNKNOWN) {
      status = pursuit.Upload(source, context.peer(), *request.mutable_bundle_digest());
      if (status.ok()) continue;
    }
    if (!pursuit.TryAgain(status, progressed)) return connection.Explain(std::move(status));
    if (pursuit.left() != Left::kNot) return absl::OkStatus();
  }
}

}  // namespace brant
