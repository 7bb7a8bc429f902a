#include "agent/service/run_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/service/reply.h"
#include "agent/service/run_stream.h"

namespace brant {
namespace {

constexpr int kDefaultPage = 50;
constexpr int kLargestPage = 1000;
constexpr absl::Duration kCancelInterval = absl::Milliseconds(200);

// Cancels until the run has ended: a statement that was just about to begin
// escapes the first time.
void CancelUntilEnded(Agent& agent, std::shared_ptr<Run> run, const absl::Status& may_go_on,
                      v1::CancelRunResponse* response, grpc::ServerUnaryReactor* reactor) {
  if (run->events().finished()) {
    *response->mutable_run() = run->Snapshot();
    reactor->Finish(grpc::Status::OK);
    return;
  }
  if (!may_go_on.ok()) return reactor->Finish(ToGrpcStatus(may_go_on));
  agent.runs().Cancel(run, Error(v1::ERROR_REASON_CANCELLED, "the run was cancelled")
                               .Hint("run the command again to go on from where the database is"));
  Turn::PostAfter(agent.canceller(), kCancelInterval,
                  [&agent, run, response, reactor](const absl::Status& status) {
                    CancelUntilEnded(agent, run, status, response, reactor);
                  });
}

absl::Status UnknownRun(absl::string_view id) {
  return Error(v1::ERROR_REASON_NOT_FOUND,
               absl::StrCat("this agent does not execute a run with the id ", id))
      .Hint("'brant runs' lists the runs of the database and their agents");
}

// The last event of a run that another agent executed, or this one before it
// was restarted: only its end is known. It is new to whoever has seen others.
absl::StatusOr<v1::RunEvent> EndOfRecorded(Agent& agent, const grpc::CallbackServerContext& context,
                                           const absl::Status& may_go_on,
                                           const v1::WatchRunRequest& request) {
  BRANT_RETURN_IF_ERROR(may_go_on);
  BRANT_RETURN_IF_ERROR(CheckCaller(context));
  BRANT_ASSIGN_OR_RETURN(v1::Run run, agent.GetRun(request.run_id()));
  if (run.state() == v1::RUN_STATE_RUNNING) return UnknownRun(run.id());
  v1::RunEvent event;
  event.set_run_id(run.id());
  event.set_sequence(std::max<int64_t>(request.after_sequence(), 0) + 1);
  *event.mutable_event_time() = ToTimestamp(absl::Now());
  *event.mutable_run_finished()->mutable_run() = std::move(run);
  return event;
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
  Turn::Post(agent_.worker(),
             [this, context, stream, request = *request](const absl::Status& status) {
               absl::StatusOr<v1::RunEvent> end = EndOfRecorded(agent_, *context, status, request);
               if (!end.ok()) return stream->Fail(end.status());
               stream->Conclude(*std::move(end));
             });
  return stream;
}

grpc::ServerUnaryReactor* RunServiceImpl::CancelRun(grpc::CallbackServerContext* context,
                                                    const v1::CancelRunRequest* request,
                                                    v1::CancelRunResponse* response) {
  std::shared_ptr<Run> run = agent_.runs().Find(request->run_id());
  if (run == nullptr) {
    return Reply(context, agent_.worker(), [this, request, response]() -> absl::Status {
      BRANT_ASSIGN_OR_RETURN(v1::Run recorded, agent_.GetRun(request->run_id()));
      if (recorded.state() == v1::RUN_STATE_RUNNING) return UnknownRun(recorded.id());
      *response->mutable_run() = std::move(recorded);
      return absl::OkStatus();
    });
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Turn::Post(agent_.canceller(),
             [this, run = std::move(run), response, reactor](const absl::Status& status) {
               CancelUntilEnded(agent_, run, status, response, reactor);
             });
  return reactor;
}

}  // namespace brant
