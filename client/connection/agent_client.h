// Calls to an agent, each tried again while it makes sense.

#ifndef BRANT_CLIENT_CONNECTION_AGENT_CLIENT_H_
#define BRANT_CLIENT_CONNECTION_AGENT_CLIENT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "brant/v1/bundle_service.pb.h"
#include "brant/v1/migration_service.pb.h"
#include "brant/v1/run_service.pb.h"
#include "brant/v1/schema_service.pb.h"
#include "client/connection/backoff.h"
#include "client/connection/connection.h"
#include "client/connection/migration_source.h"
#include "grpcpp/client_context.h"

namespace brant {

struct AgentClientOptions {
  // How long an agent or database that can't be reached is tried again; zero:
  // one try.
  absl::Duration retry_limit = absl::Seconds(30);
  // How long an agent may take to answer a call that only reads.
  absl::Duration call_timeout = absl::Seconds(10);
  // Told, once per call, that something is tried again.
  std::function<void(const absl::Status&)> on_retry = [](const absl::Status&) {};
  RetryClock clock;
};

// Not thread-safe.
class AgentClient {
 public:
  AgentClient(std::unique_ptr<Connection> connection, AgentClientOptions options);

  // Calls that take migrations send their digest, and upload them if the agent
  // asks for them; `source` fills in the request's bundle_digest.
  absl::StatusOr<v1::GetStatusResponse> GetStatus(MigrationSource& source);
  absl::StatusOr<v1::ListRevisionsResponse> ListRevisions(MigrationSource& source,
                                                          v1::ListRevisionsRequest request);
  absl::StatusOr<v1::GetRevisionResponse> GetRevision(MigrationSource& source,
                                                      v1::GetRevisionRequest request);
  // `on_part` gets the parts in order, each once.
  absl::Status Plan(MigrationSource& source, v1::PlanRequest request,
                    const std::function<void(const v1::PlanResponse&)>& on_part);
  absl::StatusOr<v1::LintRevisionsResponse> LintRevisions(MigrationSource& source,
                                                          v1::LintRevisionsRequest request);

  // These may take as long as the database needs.
  absl::StatusOr<v1::InspectSchemaResponse> InspectSchema(const v1::InspectSchemaRequest& request);
  // `source` is asked where dialects are named.
  absl::StatusOr<v1::CompareSchemaResponse> CompareSchema(MigrationSource& source,
                                                          v1::CompareSchemaRequest request);

  // `on_revision` gets the revisions in order, each once.
  absl::Status VerifyRevisions(
      MigrationSource& source, v1::VerifyRevisionsRequest request,
      const std::function<void(const v1::VerifyRevisionsResponse&)>& on_revision);

  absl::StatusOr<v1::ListRunsResponse> ListRuns(const v1::ListRunsRequest& request);
  absl::StatusOr<v1::GetRunResponse> GetRun(const v1::GetRunRequest& request);
  // Answers when the run has ended, however long that takes.
  absl::StatusOr<v1::CancelRunResponse> CancelRun(const v1::CancelRunRequest& request);

  // The digest to send with a call; meanwhile the way to the agent is prepared.
  absl::StatusOr<std::string> FindDigest(MigrationSource& source);
  // Sends the files to the agent that answered as `peer` (ClientContext::peer),
  // once, and gives the digest that they had when they were read.
  absl::StatusOr<std::string> Upload(MigrationSource& source, const std::string& peer);

  Connection& connection() { return *connection_; }
  const AgentClientOptions& options() const { return options_; }

  // Whether it makes sense to try again after `status`.
  bool MayRetry(const absl::Status& status) const;

 private:
  // One call, on a context of its own for each try.
  using Call = absl::FunctionRef<absl::Status(grpc::ClientContext&)>;

  // Calls until it succeeds, fails for good, or the limit has passed.
  absl::Status Retry(Call call);
  template <typename Request>
  absl::Status WithBundle(MigrationSource& source, Request& request, Call call);
  void SetDeadline(grpc::ClientContext& context) const;
  absl::Status ToStatus(const grpc::Status& status) const;

  const std::unique_ptr<Connection> connection_;
  const AgentClientOptions options_;
  // Who answered the last call of Retry.
  std::string peer_;
};

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_AGENT_CLIENT_H_
