#include "agent/service/run_service.h"

#include <algorithm>
#include <limits>
#include <memory>
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
constexpr absl::Duration kRecordedInterval = absl::Milliseconds(500);

CancelScope ScopeOf(const v1::CancelRunRequest& request) {
  return request.own_request_only() ? CancelScope::kRun : CancelScope::kEqualRequests;
}

// Cancels until the run has ended: a statement that was just about to begin
// escapes the first time.
void CancelUntilEnded(Agent& agent, std::shared_ptr<Run> run, CancelScope scope,
                      const absl::Status& may_go_on, v1::CancelRunResponse* response,
                      grpc::ServerUnaryReactor* reactor) {
  if (run->events().finished()) {
    *response->mutable_run() = run->Snapshot();
    reactor->Finish(grpc::Status::OK);
    return;
  }
  if (!may_go_on.ok()) return reactor->Finish(ToGrpcStatus(may_go_on));
  agent.runs().Cancel(run, CancelledError(scope));
  Turn::PostAfter(agent.canceller(), kCancelInterval,
                  [&agent, run, scope, response, reactor](const absl::Status& status) {
                    CancelUntilEnded(agent, run, scope, status, response, reactor);
                  });
}

// Cancels a run that another agent executes: asks for it in the journal, and
// answers when the run has ended there, or its client is gone.
class RecordedCancel {
 public:
  RecordedCancel(Agent& agent, grpc::CallbackServerContext* context,
                 const v1::CancelRunRequest& request, v1::CancelRunResponse* response,
                 grpc::ServerUnaryReactor* reactor)
      : agent_(agent),
        context_(context),
        id_(request.run_id()),
        scope_(ScopeOf(request)),
        response_(response),
        reactor_(reactor) {}

  static void Post(std::shared_ptr<RecordedCancel> cancel, absl::Duration delay) {
    Worker& worker = cancel->agent_.worker();
    Turn::PostAfter(worker, delay, [cancel = std::move(cancel)](absl::Status status) {
      if (status.ok()) status = CheckCaller(*cancel->context_);
      absl::StatusOr<bool> ended = status.ok() ? cancel->Look() : status;
      if (ended.ok() && !*ended) return Post(cancel, kRecordedInterval);
      cancel->reactor_->Finish(ToGrpcStatus(ended.status()));
    });
  }

 private:
  // True: the run has ended, and is the response.
  absl::StatusOr<bool> Look() {
    BRANT_ASSIGN_OR_RETURN(v1::Run run, agent_.GetRun(id_));
    // What `latest` stands for must not change.
    id_ = run.id();
    if (auto own = agent_.runs().Find(id_); own != nullptr && !own->events().finished()) {
      agent_.runs().Cancel(own, CancelledError(scope_));
      return false;
    }
    if (run.state() != v1::RUN_STATE_RUNNING) {
      *response_->mutable_run() = std::move(run);
      return true;
    }
    BRANT_RETURN_IF_ERROR(agent_.CheckLives(id_, signs_));
    if (requested_) return false;
    absl::Status status = agent_.RequestCancel(id_);
    requested_ = status.ok();
    // A transaction of the run itself may be in the way.
    if (!status.ok() && ReasonOf(status) != v1::ERROR_REASON_LOCK_NOT_AVAILABLE) return status;
    return false;
  }

  Agent& agent_;
  grpc::CallbackServerContext* const context_;
  std::string id_;
  const CancelScope scope_;
  v1::CancelRunResponse* const response_;
  grpc::ServerUnaryReactor* const reactor_;
  bool requested_ = false;
  SignsOfLife signs_;
};

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
    if (static_cast<int>(runs.size()) >= size) {
      // A page of nothing but a run that is not recorded yet comes before all.
      const int64_t last =
          runs.back().epoch() == 0 ? std::numeric_limits<int64_t>::max() : runs.back().epoch();
      if (last > 1) response->set_next_page_token(absl::StrCat(last));
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
  // What `latest` stands for is looked up in the journal.
  if (auto run = agent_.runs().Find(request->run_id()); run && request->run_id() != "latest") {
    stream->Follow(Run::EventsOf(std::move(run)), request->after_sequence());
    return stream;
  }
  Turn::Post(agent_.worker(), [this, context, stream, request = *request](absl::Status status) {
    if (status.ok()) status = CheckCaller(*context);
    if (!status.ok()) return stream->Fail(status);
    absl::StatusOr<std::shared_ptr<EventLog>> events = agent_.WatchRun(request.run_id());
    if (!events.ok()) return stream->Fail(events.status());
    stream->Follow(*std::move(events), request.after_sequence());
  });
  return stream;
}

grpc::ServerUnaryReactor* RunServiceImpl::CancelRun(grpc::CallbackServerContext* context,
                                                    const v1::CancelRunRequest* request,
                                                    v1::CancelRunResponse* response) {
  // What `latest` stands for, the journal has to say.
  std::shared_ptr<Run> run =
      request->run_id() == "latest" ? nullptr : agent_.runs().Find(request->run_id());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (run == nullptr) {
    RecordedCancel::Post(
        std::make_shared<RecordedCancel>(agent_, context, *request, response, reactor),
        absl::ZeroDuration());
    return reactor;
  }
  Turn::Post(agent_.canceller(), [this, run = std::move(run), scope = ScopeOf(*request), response,
                                  reactor](const absl::Status& status) {
    CancelUntilEnded(agent_, run, scope, status, response, reactor);
  });
  return reactor;
}

}  // namespace brant
