#include "agent/service/run_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/service/reply.h"
#include "agent/service/run_stream.h"

namespace brant {
namespace {

constexpr int kDefaultPage = 50;
constexpr int kLargestPage = 1000;
constexpr absl::Duration kCancelInterval = absl::Milliseconds(200);

// Cancels until the run has ended: a statement that was just about to begin
// escapes the first time.
void CancelUntilEnded(Agent& agent, std::shared_ptr<Run> run, v1::CancelRunResponse* response,
                      grpc::ServerUnaryReactor* reactor) {
  if (run->events().finished()) {
    *response->mutable_run() = run->Snapshot();
    reactor->Finish(grpc::Status::OK);
    return;
  }
  agent.runs().Cancel(run, Error(v1::ERROR_REASON_CANCELLED, "the run was cancelled")
                               .Hint("run the command again to go on from where the database is"));
  const bool posted = agent.worker().PostAfter(kCancelInterval, [&agent, run, response, reactor] {
    CancelUntilEnded(agent, run, response, reactor);
  });
  if (!posted) reactor->Finish(ToGrpcStatus(StoppingError()));
}

absl::Status UnknownRun(absl::string_view id) {
  return Error(v1::ERROR_REASON_NOT_FOUND,
               absl::StrCat("this agent does not execute a run with the id ", id))
      .Hint("'brant runs' lists the runs of the database and their agents");
}

// A run that another agent executed, or this one before it was restarted: only
// its end is known.
void FollowRecorded(v1::Run recorded, RunStream<v1::WatchRunResponse>* stream) {
  auto run = std::make_shared<Run>(RunRequest(), recorded);
  v1::RunEvent event;
  event.set_run_id(recorded.id());
  *event.mutable_run_finished()->mutable_run() = std::move(recorded);
  run->events().Append(std::move(event));
  stream->Follow(std::move(run), 0);
}

}  // namespace

grpc::ServerUnaryReactor* RunServiceImpl::ListRuns(grpc::CallbackServerContext* context,
                                                   const v1::ListRunsRequest* request,
                                                   v1::ListRunsResponse* response) {
  return Reply(context, agent_.worker(), [this, request, response]() -> absl::Status {
    int64_t before = 0;
    if (!request->page_token().empty() && !absl::SimpleAtoi(request->page_token(), &before)) {
      return Error(v1::ERROR_REASON_INVALID_REQUEST, "the page token is not one of ListRuns'")
          .Hint("pass next_page_token of the page before, or nothing");
    }
    const int size =
        request->page_size() <= 0 ? kDefaultPage : std::min(request->page_size(), kLargestPage);
    BRANT_ASSIGN_OR_RETURN(std::vector<v1::Run> runs, agent_.ListRuns(before, size));
    if (!runs.empty() && static_cast<int>(runs.size()) >= size && runs.back().epoch() > 1) {
      response->set_next_page_token(absl::StrCat(runs.back().epoch()));
    }
    for (v1::Run& run : runs) *response->add_runs() = std::move(run);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* RunServiceImpl::GetRun(grpc::CallbackServerContext* context,
                                                 const v1::GetRunRequest* request,
                                                 v1::GetRunResponse* response) {
  return Reply(context, agent_.worker(), [this, request, response]() -> absl::Status {
    BRANT_ASSIGN_OR_RETURN(*response->mutable_run(), agent_.GetRun(request->run_id()));
    return absl::OkStatus();
  });
}

grpc::ServerWriteReactor<v1::WatchRunResponse>* RunServiceImpl::WatchRun(
    grpc::CallbackServerContext* context, const v1::WatchRunRequest* request) {
  auto* stream = new RunStream<v1::WatchRunResponse>(agent_.options().heartbeat);
  if (auto run = agent_.runs().Find(request->run_id())) {
    stream->Follow(std::move(run), request->after_sequence());
    return stream;
  }
  const bool posted = agent_.worker().Post([this, stream, request = *request] {
    absl::StatusOr<v1::Run> run = agent_.GetRun(request.run_id());
    if (!run.ok()) return stream->Fail(run.status());
    if (run->state() == v1::RUN_STATE_RUNNING) return stream->Fail(UnknownRun(run->id()));
    FollowRecorded(*std::move(run), stream);
  });
  if (!posted) stream->Fail(StoppingError());
  return stream;
}

grpc::ServerUnaryReactor* RunServiceImpl::CancelRun(grpc::CallbackServerContext* context,
                                                    const v1::CancelRunRequest* request,
                                                    v1::CancelRunResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool posted = agent_.worker().Post([this, request, response, reactor] {
    if (std::shared_ptr<Run> run = agent_.runs().Find(request->run_id())) {
      return CancelUntilEnded(agent_, std::move(run), response, reactor);
    }
    absl::StatusOr<v1::Run> recorded = agent_.GetRun(request->run_id());
    if (recorded.ok() && recorded->state() == v1::RUN_STATE_RUNNING) {
      recorded = UnknownRun(request->run_id());
    }
    if (recorded.ok()) *response->mutable_run() = *std::move(recorded);
    reactor->Finish(ToGrpcStatus(recorded.status()));
  });
  if (!posted) reactor->Finish(ToGrpcStatus(StoppingError()));
  return reactor;
}

}  // namespace brant
