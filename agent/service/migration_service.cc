#include "agent/service/migration_service.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/base/dialect_proto.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/revisions/identifier.h"
#include "agent/service/list_stream.h"
#include "agent/service/reply.h"
#include "agent/service/run_stream.h"
#include "agent/service/status_stream.h"

namespace brant {
namespace {

constexpr size_t kMaxRequestId = 64;
constexpr size_t kMaxActor = 256;
constexpr size_t kMaxDigest = 64;
constexpr size_t kMaxTarget = 1024;
constexpr size_t kMaxTargets = 1024;
constexpr int kDefaultPage = 1000;
constexpr int kLargestPage = 10000;

absl::Status CheckRequestId(absl::string_view id) {
  const bool plain = std::all_of(
      id.begin(), id.end(), [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-'; });
  if (!id.empty() && id.size() <= kMaxRequestId && plain) return absl::OkStatus();
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               "request_id must be 1 to 64 letters, digits or dashes")
      .Hint("a UUID is best: it makes a repeated request join the run that it started");
}

absl::Status CheckLengths(absl::string_view digest, absl::Span<const std::string> targets) {
  if (digest.size() > kMaxDigest) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "bundle_digest is longer than 64 bytes")
        .Hint("it is a SHA-256 in lower-case hexadecimal");
  }
  const bool fit = std::all_of(targets.begin(), targets.end(),
                               [](const std::string& t) { return t.size() <= kMaxTarget; });
  if (fit && targets.size() <= kMaxTargets) return absl::OkStatus();
  return Error(v1::ERROR_REASON_INVALID_REQUEST,
               "more than 1024 targets, or one that is longer than 1024 bytes")
      .Hint("name revisions by their ids or labels");
}

template <typename Request>
absl::StatusOr<StartRequest> ToStartRequest(const Request& request, v1::RunKind kind,
                                            std::vector<std::string> targets) {
  BRANT_RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  BRANT_RETURN_IF_ERROR(CheckLengths(request.bundle_digest(), targets));
  const v1::RunOptions& options = request.options();
  if (options.actor().size() > kMaxActor) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "options.actor is longer than 256 bytes")
        .Hint("shorten it");
  }
  StartRequest start;
  start.request_id = request.request_id();
  start.bundle_digest = request.bundle_digest();
  start.actor = options.actor();
  start.goal.kind = kind;
  start.goal.targets = std::move(targets);
  if (options.transaction_mode() != v1::TRANSACTION_MODE_UNSPECIFIED) {
    start.goal.transaction_mode = options.transaction_mode();
  }
  start.goal.allow_edited_files = options.allow_edited_files();
  if (options.has_lock_wait()) start.lock_wait = FromDuration(options.lock_wait());
  return start;
}

template <typename Response>
grpc::ServerWriteReactor<Response>* StreamRun(Agent& agent, grpc::CallbackServerContext* context,
                                              absl::StatusOr<StartRequest> request) {
  auto* stream = new RunStream<Response>(agent.options().heartbeat);
  if (!request.ok()) {
    stream->Fail(request.status());
    return stream;
  }
  Turn::Post(agent.worker(),
             [&agent, context, stream, request = *std::move(request)](absl::Status status) {
               if (status.ok()) status = CheckCaller(*context);
               if (!status.ok()) return stream->Fail(status);
               absl::StatusOr<std::shared_ptr<EventLog>> events = agent.StartRun(request);
               if (events.ok()) {
                 stream->Follow(*std::move(events), 0);
               } else {
                 stream->Fail(events.status());
               }
             });
  return stream;
}

absl::StatusOr<std::vector<v1::PlanResponse>> MakePlanResponses(Agent& agent,
                                                                const v1::PlanRequest& request) {
  if (request.kind() != v1::RUN_KIND_UPGRADE && request.kind() != v1::RUN_KIND_DOWNGRADE &&
      request.kind() != v1::RUN_KIND_STAMP) {
    return Error(v1::ERROR_REASON_INVALID_REQUEST, "kind says nothing that can be planned")
        .Hint("set it to RUN_KIND_UPGRADE, RUN_KIND_DOWNGRADE or RUN_KIND_STAMP");
  }
  Goal goal;
  goal.kind = request.kind();
  goal.targets = {request.targets().begin(), request.targets().end()};
  BRANT_RETURN_IF_ERROR(CheckLengths(request.bundle_digest(), goal.targets));
  goal.purge = request.purge();
  goal.transaction_mode = request.transaction_mode();
  std::vector<v1::PlanResponse> responses;
  if (request.offline()) {
    BRANT_ASSIGN_OR_RETURN(
        std::vector<std::string> pieces,
        agent.MakeOfflineScript(request.bundle_digest(), goal, FromProto(request.dialect())));
    for (std::string& piece : pieces) responses.emplace_back().set_script(std::move(piece));
    return responses;
  }
  BRANT_ASSIGN_OR_RETURN(brant::Plan plan, agent.MakePlanFor(request.bundle_digest(), goal));
  for (const std::string& notice : plan.notices) responses.emplace_back().set_notice(notice);
  int position = 0;
  for (const Step& step : plan.steps) {
    ++position;
    *responses.emplace_back().mutable_step() = ToProto(step, position);
  }
  return responses;
}

v1::Revision Describe(const Agent::Revisions& revisions, RevisionIndex index) {
  const Revision& revision = revisions.bundle->graph.revision(index);
  v1::Revision proto = ToProto(revision);
  proto.set_applied(revisions.applied[index]);
  proto.set_current(std::binary_search(revisions.rows.begin(), revisions.rows.end(), revision.id));
  return proto;
}

}  // namespace

grpc::ServerWriteReactor<v1::UpgradeResponse>* MigrationServiceImpl::Upgrade(
    grpc::CallbackServerContext* context, const v1::UpgradeRequest* request) {
  return StreamRun<v1::UpgradeResponse>(
      agent_, context, ToStartRequest(*request, v1::RUN_KIND_UPGRADE, {request->target()}));
}

grpc::ServerWriteReactor<v1::DowngradeResponse>* MigrationServiceImpl::Downgrade(
    grpc::CallbackServerContext* context, const v1::DowngradeRequest* request) {
  return StreamRun<v1::DowngradeResponse>(
      agent_, context, ToStartRequest(*request, v1::RUN_KIND_DOWNGRADE, {request->target()}));
}

grpc::ServerWriteReactor<v1::StampResponse>* MigrationServiceImpl::Stamp(
    grpc::CallbackServerContext* context, const v1::StampRequest* request) {
  absl::StatusOr<StartRequest> start = ToStartRequest(
      *request, v1::RUN_KIND_STAMP, {request->targets().begin(), request->targets().end()});
  if (start.ok()) start->goal.purge = request->purge();
  return StreamRun<v1::StampResponse>(agent_, context, std::move(start));
}

grpc::ServerWriteReactor<v1::RepairResponse>* MigrationServiceImpl::Repair(
    grpc::CallbackServerContext* context, const v1::RepairRequest* request) {
  const auto& accepted = request->accept_edited_files().revisions();
  absl::StatusOr<StartRequest> start =
      ToStartRequest(*request, v1::RUN_KIND_REPAIR, {accepted.begin(), accepted.end()});
  if (start.ok() && request->action_case() == v1::RepairRequest::ACTION_NOT_SET) {
    start = Error(v1::ERROR_REASON_INVALID_REQUEST, "the request says nothing that can be repaired")
                .Hint("set accept_edited_files or settle_statement");
  }
  const v1::SettleStatement& settled = request->settle_statement();
  if (start.ok() && request->has_settle_statement()) {
    start->goal.settlement = Settlement{settled.revision(), settled.took_effect()};
    if (absl::Status fits = CheckLengths("", {settled.revision()}); !fits.ok()) start = fits;
  }
  return StreamRun<v1::RepairResponse>(agent_, context, std::move(start));
}

grpc::ServerWriteReactor<v1::PlanResponse>* MigrationServiceImpl::Plan(
    grpc::CallbackServerContext* context, const v1::PlanRequest* request) {
  auto* stream = new ListStream<v1::PlanResponse>();
  Turn::Post(agent_.worker(), [this, context, stream, request = *request](absl::Status status) {
    if (status.ok()) status = CheckCaller(*context);
    if (!status.ok()) return stream->Send(status);
    stream->Send(MakePlanResponses(agent_, request));
  });
  return stream;
}

grpc::ServerUnaryReactor* MigrationServiceImpl::GetStatus(grpc::CallbackServerContext* context,
                                                          const v1::GetStatusRequest* request,
                                                          v1::GetStatusResponse* response) {
  return Reply(context, agent_.worker(), [this, request, response]() -> absl::Status {
    BRANT_ASSIGN_OR_RETURN(*response->mutable_status(), agent_.GetStatus(request->bundle_digest()));
    return absl::OkStatus();
  });
}

grpc::ServerWriteReactor<v1::WatchStatusResponse>* MigrationServiceImpl::WatchStatus(
    grpc::CallbackServerContext* context, const v1::WatchStatusRequest* request) {
  auto* stream = new StatusStream<v1::WatchStatusResponse>(absl::InfiniteDuration());
  Turn::Post(agent_.worker(),
             [this, context, stream, digest = request->bundle_digest()](absl::Status status) {
               if (status.ok()) status = CheckCaller(*context);
               if (!status.ok()) return stream->Fail(status);
               absl::StatusOr<std::shared_ptr<const Bundle>> bundle = agent_.bundles().Get(digest);
               if (!bundle.ok()) return stream->Fail(bundle.status());
               stream->Follow(agent_.hub(), *std::move(bundle),
                              [](const BundleStatus& status, v1::WatchStatusResponse& response) {
                                *response.mutable_status() = status.status;
                                return false;
                              });
             });
  return stream;
}

grpc::ServerWriteReactor<v1::WaitForRevisionResponse>* MigrationServiceImpl::WaitForRevision(
    grpc::CallbackServerContext* context, const v1::WaitForRevisionRequest* request) {
  auto* stream = new StatusStream<v1::WaitForRevisionResponse>(agent_.options().heartbeat);
  if (absl::Status status = CheckLengths(request->bundle_digest(), {request->revision()});
      !status.ok()) {
    stream->Fail(status);
    return stream;
  }
  Turn::Post(agent_.worker(), [this, context, stream, request = *request](absl::Status status) {
    if (status.ok()) status = CheckCaller(*context);
    if (!status.ok()) return stream->Fail(status);
    absl::StatusOr<WaitTarget> target =
        agent_.ResolveWait(request.bundle_digest(), request.revision());
    if (!target.ok()) return stream->Fail(target.status());
    std::shared_ptr<const Bundle> bundle = target->bundle;
    stream->Follow(agent_.hub(), std::move(bundle),
                   [target = *std::move(target)](const BundleStatus& status,
                                                 v1::WaitForRevisionResponse& response) {
                     absl::StatusOr<bool> reached = IsReached(target, status);
                     *response.mutable_status() = status.status;
                     response.set_reached(reached.value_or(false));
                     return reached;
                   });
  });
  return stream;
}

grpc::ServerUnaryReactor* MigrationServiceImpl::ListRevisions(
    grpc::CallbackServerContext* context, const v1::ListRevisionsRequest* request,
    v1::ListRevisionsResponse* response) {
  return Reply(context, agent_.worker(), [this, request, response]() -> absl::Status {
    int first = 0;
    if (!request->page_token().empty() &&
        (!absl::SimpleAtoi(request->page_token(), &first) || first < 0)) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST, "the page token is not one of ListRevisions'")
          .Hint("pass next_page_token of the page before, or nothing");
    }
    BRANT_ASSIGN_OR_RETURN(
        Agent::Revisions revisions,
        agent_.ReadRevisions(request->bundle_digest(), request->omit_database()));
    const int size =
        request->page_size() <= 0 ? kDefaultPage : std::min(request->page_size(), kLargestPage);
    const int total = revisions.bundle->graph.size();
    const int end = total - first > size ? first + size : total;
    for (RevisionIndex index = first; index < end; ++index) {
      *response->add_revisions() = Describe(revisions, index);
    }
    if (end < total) response->set_next_page_token(absl::StrCat(end));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* MigrationServiceImpl::GetRevision(grpc::CallbackServerContext* context,
                                                            const v1::GetRevisionRequest* request,
                                                            v1::GetRevisionResponse* response) {
  return Reply(context, agent_.worker(), [this, request, response]() -> absl::Status {
    BRANT_ASSIGN_OR_RETURN(Agent::Revisions revisions,
                           agent_.ReadRevisions(request->bundle_digest(), /*omit_database=*/false));
    const RevisionGraph& graph = revisions.bundle->graph;
    BRANT_ASSIGN_OR_RETURN(RevisionIndex index, ResolveRevision(graph, request->revision()));
    *response->mutable_revision() = Describe(revisions, index);
    response->set_text(graph.revision(index).text);
    return absl::OkStatus();
  });
}

}  // namespace brant
