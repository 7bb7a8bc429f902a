#include "client/connection/run_follower.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "brant/v1/run_service.grpc.pb.h"
#include "client/connection/rpc_status.h"
#include "client/ui/event_lines.h"
#include "grpcpp/completion_queue.h"

namespace brant {
namespace {

// CancelRun, beside the stream that shows how it goes.
class CancelCall {
 public:
  CancelCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& run_id) {
    v1::CancelRunRequest request;
    request.set_run_id(run_id);
    // Others that want the same have not given up.
    request.set_own_request_only(true);
    reader_ = v1::RunService::NewStub(channel)->AsyncCancelRun(&context_, request, &queue_);
    reader_->Finish(&response_, &status_, nullptr);
  }
  ~CancelCall() {
    context_.TryCancel();
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

 private:
  grpc::CompletionQueue queue_;
  grpc::ClientContext context_;
  v1::CancelRunResponse response_;
  grpc::Status status_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::CancelRunResponse>> reader_;
};

}  // namespace

RunFollower::RunFollower(AgentClient& client, const Interrupts& interrupts, RunView& view,
                         absl::Duration timeout)
    : client_(client),
      view_(view),
      pursuit_(client, interrupts, timeout, [&view](absl::string_view text) { view.Note(text); }) {}

absl::StatusOr<RunOutcome> RunFollower::Start(RunRequest request, MigrationSource& source) {
  own_run_ = true;
  BRANT_ASSIGN_OR_RETURN(const std::string digest, client_.FindDigest(source));
  SetBundleDigest(request, digest);
  return Follow(std::move(request), &source);
}

absl::StatusOr<RunOutcome> RunFollower::Watch(const v1::WatchRunRequest& request) {
  last_sequences_[request.run_id()] = request.after_sequence();
  return Follow(request, nullptr);
}

absl::Status RunFollower::Interruption() const {
  if (!own_run_ || client_.connection().is_private()) return absl::OkStatus();
  const v1::Run& run = end_->run_finished().run();
  const absl::Status error = FromRpcStatus(run.error());
  if (run.state() == v1::RUN_STATE_INTERRUPTED) {
    return Error(v1::ERROR_REASON_SHUTTING_DOWN,
                 absl::StrCat("run ", run.id(), " was interrupted",
                              error.ok() ? "" : absl::StrCat(": ", error.message())));
  }
  const bool taken_up = run.state() == v1::RUN_STATE_FAILED && pursuit_.IsWorthAnotherTry(error);
  return taken_up ? error : absl::OkStatus();
}

RunOutcome RunFollower::Finish() {
  RunOutcome outcome;
  outcome.run = end_->run_finished().run();
  outcome.predecessor = predecessor_;
  // Who left has cancelled it.
  const bool cancelled = outcome.run.state() == v1::RUN_STATE_CANCELLED;
  if (cancelled && client_.connection().is_private()) outcome.left = pursuit_.left();
  return outcome;
}

RunOutcome RunFollower::Leave(absl::Status trouble) const {
  RunOutcome outcome;
  outcome.run.set_id(relayed_run_id_.empty() ? run_id_ : relayed_run_id_);
  outcome.left = pursuit_.left();
  outcome.trouble = std::move(trouble);
  return outcome;
}

absl::StatusOr<RunOutcome> RunFollower::Follow(RunRequest request, MigrationSource* source) {
  RunRequest current = request;
  for (;;) {
    progressed_ = false;
    end_.reset();
    absl::Status status = Attempt(current);
    const bool ended = end_.has_value();
    if (ended) {
      status = Interruption();
      if (status.ok()) return Finish();
      const v1::Run& run = end_->run_finished().run();
      // A run that ends at once, again and again, gets no further.
      progressed_ = progressed_ && run.steps_done() > 0;
      if (run.steps_done() > 0) predecessor_ = run;
      run_id_.clear();
    } else if (pursuit_.left() != Left::kNot && pursuit_.IsWorthAnotherTry(status)) {
      return Leave(progressed_ ? absl::OkStatus() : pursuit_.trouble());
    } else if (ReasonOf(status) == v1::ERROR_REASON_BUNDLE_UNKNOWN && source != nullptr) {
      std::string digest;
      status = pursuit_.Upload(*source, peer_, digest);
      if (status.ok()) {
        SetBundleDigest(request, digest);
        current = request;
        continue;
      }
    }
    if (!pursuit_.TryAgain(status, progressed_)) {
      if (!ended) return client_.connection().Explain(std::move(status));
      view_.Show(*end_);
      return Finish();
    }
    if (pursuit_.left() != Left::kNot) return Leave(pursuit_.trouble());
    current = request;
    if (!own_run_ && !run_id_.empty()) {
      v1::WatchRunRequest resume;
      resume.set_run_id(run_id_);
      resume.set_after_sequence(last_sequences_[run_id_]);
      current = resume;
    }
  }
}

absl::Status RunFollower::Attempt(const RunRequest& request) {
  Connection& connection = client_.connection();
  const std::shared_ptr<grpc::Channel> channel = connection.channel();
  const std::string address = connection.address();
  grpc::ClientContext context;
  std::unique_ptr<CancelCall> cancel;
  const grpc::Status ended = StreamEvents(
      request, channel, context,
      [&](const v1::RunEvent& event) {
        NoteTakeover(address);
        Deliver(event);
      },
      [&](bool idle) {
        if (idle) view_.Tick();
        if (pursuit_.left() == Left::kNot || end_.has_value()) return true;
        if (!own_run_ || !connection.is_private()) return false;
        if (cancel == nullptr && !run_id_.empty()) {
          view_.Note("Cancelling; Ctrl-C again ends this program at once");
          cancel = std::make_unique<CancelCall>(channel, run_id_);
        }
        return true;
      });
  peer_ = context.peer();
  if (ended.ok() && !end_.has_value()) {
    // As if the connection had broken: the run's end is still to come.
    return Error(v1::ERROR_REASON_AGENT_UNREACHABLE,
                 absl::StrCat("the agent at ", address, " ended the stream before the run's end"));
  }
  return FromGrpcStatus(ended, address);
}

void RunFollower::NoteTakeover(const std::string& address) {
  // What is shown next may begin again with a step that was shown before.
  if (!address_.empty() && address != address_) view_.Note(DescribeTakeover(address_, address));
  address_ = address;
}

bool RunFollower::IsNew(const v1::RunEvent& event) {
  int64_t& last = last_sequences_[event.run_id()];
  if (!event.has_heartbeat() && event.sequence() <= last) return false;
  last = event.sequence();
  return true;
}

void RunFollower::Deliver(const v1::RunEvent& event) {
  run_id_ = event.run_id();
  // After a repeated request the events come from the first on. The end is never
  // dropped: of a run that it only has on record an agent sends nothing else.
  if (IsNew(event)) {
    progressed_ = true;
  } else if (!event.has_run_finished()) {
    return;
  }
  const v1::RelayedEvent& relayed = event.relayed();
  if (event.has_relayed()) relayed_run_id_ = relayed.event().run_id();
  if (event.has_run_started()) relayed_run_id_.clear();
  if (relayed.event().has_step_finished() ||
      relayed.event().run_finished().run().state() == v1::RUN_STATE_SUCCEEDED) {
    predecessor_.set_id(relayed.event().run_id());
    predecessor_.set_agent(relayed.agent());
  }
  // Seen before: relayed by another agent, or at the one that executed it.
  if (event.has_relayed() && !IsNew(relayed.event()) && !view_.ShowsEveryNumber()) return;
  if (event.has_run_finished()) {
    end_ = event;
    // The view must not take an interruption, which is taken up, for the end.
    if (!Interruption().ok()) return;
  }
  view_.Show(event);
}

}  // namespace brant
