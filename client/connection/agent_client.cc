#include "client/connection/agent_client.h"

#include <chrono>
#include <utility>

#include "agent/base/error.h"
#include "brant/v1/bundle_service.grpc.pb.h"
#include "brant/v1/migration_service.grpc.pb.h"
#include "brant/v1/run_service.grpc.pb.h"
#include "brant/v1/schema_service.grpc.pb.h"
#include "client/connection/rpc_status.h"

namespace brant {
namespace {

// The most bytes of files in one message of an upload; a larger file travels
// alone.
constexpr size_t kUploadChunkBytes = 1'000'000;
// What an upload may take: this, and a second for every so many bytes.
constexpr absl::Duration kUploadTimeout = absl::Seconds(60);
constexpr size_t kUploadBytesPerSecond = 256 << 10;

}  // namespace

AgentClient::AgentClient(std::unique_ptr<Connection> connection, AgentClientOptions options)
    : connection_(std::move(connection)), options_(std::move(options)) {}

bool AgentClient::MayRetry(const absl::Status& status) const {
  if (!IsTransient(status)) return false;
  // A private agent that is gone does not come back.
  return !connection_->is_private() || ReasonOf(status) == v1::ERROR_REASON_DATABASE_UNREACHABLE;
}

absl::Status AgentClient::Retry(Call call) {
  Backoff backoff(options_.retry_limit, options_.clock);
  bool told = false;
  for (;;) {
    grpc::ClientContext context;
    absl::Status status = call(context);
    peer_ = context.peer();
    if (status.ok()) connection_->Answered();
    if (!MayRetry(status)) return connection_->Explain(std::move(status));
    if (connection_->Failed(status)) continue;
    if (options_.retry_limit > absl::ZeroDuration() && !std::exchange(told, true)) {
      options_.on_retry(connection_->Explain(status));
    }
    if (!backoff.Pause()) return connection_->Explain(std::move(status));
  }
}

template <typename Request>
absl::Status AgentClient::WithBundle(MigrationSource& source, Request& request, Call call) {
  BRANT_ASSIGN_OR_RETURN(std::string digest, FindDigest(source));
  request.set_bundle_digest(digest);
  Backoff backoff(options_.retry_limit, options_.clock);
  for (bool uploaded = false;;) {
    absl::Status status = Retry(call);
    if (ReasonOf(status) != v1::ERROR_REASON_BUNDLE_UNKNOWN || digest.empty()) return status;
    // The agent may have lost it since, or another one answers at the address.
    if (std::exchange(uploaded, true) && !backoff.Pause()) return status;
    absl::StatusOr<std::string> sent = Upload(source, peer_);
    // The next call finds out whether an agent is there at all.
    if (!sent.ok() && MayRetry(sent.status())) continue;
    // Others send theirs at this moment, most likely the very same files.
    if (ReasonOf(sent.status()) == v1::ERROR_REASON_LIMIT_EXCEEDED) continue;
    BRANT_ASSIGN_OR_RETURN(digest, std::move(sent));
    request.set_bundle_digest(digest);
  }
}

void AgentClient::SetDeadline(grpc::ClientContext& context) const {
  context.set_deadline(std::chrono::system_clock::now() +
                       absl::ToChronoMilliseconds(options_.call_timeout));
}

absl::Status AgentClient::ToStatus(const grpc::Status& status) const {
  return FromGrpcStatus(status, connection_->address());
}

absl::StatusOr<v1::GetStatusResponse> AgentClient::GetStatus(MigrationSource& source) {
  v1::GetStatusRequest request;
  v1::GetStatusResponse response;
  BRANT_RETURN_IF_ERROR(WithBundle(source, request, [&](grpc::ClientContext& context) {
    SetDeadline(context);
    return ToStatus(v1::MigrationService::NewStub(connection_->channel())
                        ->GetStatus(&context, request, &response));
  }));
  return response;
}

absl::StatusOr<v1::ListRevisionsResponse> AgentClient::ListRevisions(
    MigrationSource& source, v1::ListRevisionsRequest request) {
  v1::ListRevisionsResponse response;
  BRANT_RETURN_IF_ERROR(WithBundle(source, request, [&](grpc::ClientContext& context) {
    SetDeadline(context);
    return ToStatus(v1::MigrationService::NewStub(connection_->channel())
                        ->ListRevisions(&context, request, &response));
  }));
  return response;
}

absl::StatusOr<v1::GetRevisionResponse> AgentClient::GetRevision(MigrationSource& source,
                                                                 v1::GetRevisionRequest request) {
  v1::GetRevisionResponse response;
  BRANT_RETURN_IF_ERROR(WithBundle(source, request, [&](grpc::ClientContext& context) {
    SetDeadline(context);
    return ToStatus(v1::MigrationService::NewStub(connection_->channel())
                        ->GetRevision(&context, request, &response));
  }));
  return response;
}

absl::Status AgentClient::Plan(MigrationSource& source, v1::PlanRequest request,
                               const std::function<void(const v1::PlanResponse&)>& on_part) {
  // A stream that broke is read again from its beginning.
  int delivered = 0;
  return WithBundle(source, request, [&](grpc::ClientContext& context) {
    auto reader = v1::MigrationService::NewStub(connection_->channel())->Plan(&context, request);
    v1::PlanResponse part;
    for (int index = 0; reader->Read(&part); ++index) {
      if (index < delivered) continue;
      on_part(part);
      ++delivered;
    }
    return ToStatus(reader->Finish());
  });
}

absl::StatusOr<v1::InspectSchemaResponse> AgentClient::InspectSchema(
    const v1::InspectSchemaRequest& request) {
  v1::InspectSchemaResponse response;
  BRANT_RETURN_IF_ERROR(Retry([&](grpc::ClientContext& context) {
    return ToStatus(v1::SchemaService::NewStub(connection_->channel())
                        ->InspectSchema(&context, request, &response));
  }));
  return response;
}

absl::StatusOr<v1::CompareSchemaResponse> AgentClient::CompareSchema(
    MigrationSource& source, v1::CompareSchemaRequest request) {
  v1::CompareSchemaResponse response;
  // No deadline: a large schema is evaluated, and migrations are replayed.
  const auto call = [&](grpc::ClientContext& context) {
    return ToStatus(v1::SchemaService::NewStub(connection_->channel())
                        ->CompareSchema(&context, request, &response));
  };
  BRANT_RETURN_IF_ERROR(!request.dialects().empty() ? WithBundle(source, request, call)
                                                    : Retry(call));
  return response;
}

absl::StatusOr<v1::LintRevisionsResponse> AgentClient::LintRevisions(
    MigrationSource& source, v1::LintRevisionsRequest request) {
  v1::LintRevisionsResponse response;
  // No deadline: the agent reads every statement of every file.
  BRANT_RETURN_IF_ERROR(WithBundle(source, request, [&](grpc::ClientContext& context) {
    return ToStatus(v1::SchemaService::NewStub(connection_->channel())
                        ->LintRevisions(&context, request, &response));
  }));
  return response;
}

absl::Status AgentClient::VerifyRevisions(
    MigrationSource& source, v1::VerifyRevisionsRequest request,
    const std::function<void(const v1::VerifyRevisionsResponse&)>& on_revision) {
  int delivered = 0;
  return WithBundle(source, request, [&](grpc::ClientContext& context) {
    auto reader =
        v1::SchemaService::NewStub(connection_->channel())->VerifyRevisions(&context, request);
    v1::VerifyRevisionsResponse response;
    for (int index = 0; reader->Read(&response); ++index) {
      if (index < delivered) continue;
      on_revision(response);
      ++delivered;
    }
    return ToStatus(reader->Finish());
  });
}

absl::StatusOr<v1::ListRunsResponse> AgentClient::ListRuns(const v1::ListRunsRequest& request) {
  v1::ListRunsResponse response;
  BRANT_RETURN_IF_ERROR(Retry([&](grpc::ClientContext& context) {
    SetDeadline(context);
    return ToStatus(
        v1::RunService::NewStub(connection_->channel())->ListRuns(&context, request, &response));
  }));
  return response;
}

absl::StatusOr<v1::GetRunResponse> AgentClient::GetRun(const v1::GetRunRequest& request) {
  v1::GetRunResponse response;
  BRANT_RETURN_IF_ERROR(Retry([&](grpc::ClientContext& context) {
    SetDeadline(context);
    return ToStatus(
        v1::RunService::NewStub(connection_->channel())->GetRun(&context, request, &response));
  }));
  return response;
}

absl::StatusOr<v1::CancelRunResponse> AgentClient::CancelRun(const v1::CancelRunRequest& request) {
  v1::CancelRunResponse response;
  BRANT_RETURN_IF_ERROR(Retry([&](grpc::ClientContext& context) {
    return ToStatus(
        v1::RunService::NewStub(connection_->channel())->CancelRun(&context, request, &response));
  }));
  return response;
}

absl::StatusOr<std::string> AgentClient::FindDigest(MigrationSource& source) {
  // gRPC's start and the way to the agent take about as long as a large folder.
  source.Prepare();
  connection_->Connect();
  return source.Digest();
}

absl::StatusOr<std::string> AgentClient::Upload(MigrationSource& source, const std::string& peer) {
  BRANT_ASSIGN_OR_RETURN(MigrationFiles bundle, source.Read());
  size_t total = 0;
  for (const MigrationFiles::File& file : bundle.files) total += file.content.size();
  const auto timeout =
      absl::ToChronoSeconds(kUploadTimeout) + std::chrono::seconds(total / kUploadBytesPerSecond);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + timeout);
  v1::UploadBundleResponse response;
  auto writer =
      v1::BundleService::NewStub(connection_->ChannelTo(peer))->UploadBundle(&context, &response);
  v1::UploadBundleRequest message;
  message.set_digest(bundle.digest);
  size_t bytes = 0;
  bool open = true;
  for (const MigrationFiles::File& file : bundle.files) {
    const size_t size = file.name.size() + file.content.size();
    if (bytes > 0 && bytes + size > kUploadChunkBytes) {
      // False: the agent has answered already; Finish says what.
      if (!(open = writer->Write(message))) break;
      message.Clear();
      bytes = 0;
    }
    v1::BundleFile* sent = message.add_files();
    sent->set_name(file.name);
    sent->set_content(file.content);
    bytes += size;
  }
  if (open) writer->Write(message);
  writer->WritesDone();
  BRANT_RETURN_IF_ERROR(ToStatus(writer->Finish()));
  return bundle.digest;
}

}  // namespace brant
