#include "client/connection/run_follower.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/base/error.h"
#include "brant/v1/run_service.grpc.pb.h"
#include "client/connection/rpc_status.h"

namespace brant {
namespace {

// How often the view is redrawn and signals are looked for.
constexpr auto kTick = std::chrono::milliseconds(100);

// How long a pause goes on before a signal is looked for.
constexpr absl::Duration kSlice = absl::Milliseconds(100);

// What an operation's completion is told apart by.
char kStart, kRead, kFinish, kCancel;

// CancelRun, on the queue of the stream that shows how it goes.
class CancelCall {
 public:
  CancelCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& run_id,
             grpc::CompletionQueue* queue) {
    v1::CancelRunRequest request;
    request.set_run_id(run_id);
    reader_ = v1::RunService::NewStub(channel)->AsyncCancelRun(&context_, request, queue);
    reader_->Finish(&response_, &status_, &kCancel);
  }
  ~CancelCall() { context_.TryCancel(); }
  void Abandon() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  v1::CancelRunResponse response_;
  grpc::Status status_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::CancelRunResponse>> reader_;
};

void SetDigest(RunRequest& request, const std::string& digest) {
  std::visit(
      [&digest](auto& message) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(message)>, v1::WatchRunRequest>) {
          message.set_bundle_digest(digest);
        }
      },
      request);
}

// Counted from what is applied, so that it means something else once a part of
// it ran: `+1`, `-1`, `label@+1`. Others, also `ae10+1`, lead to the same place.
bool IsRelative(absl::string_view target) {
  const size_t at = target.rfind('@');
  if (at != absl::string_view::npos) target.remove_prefix(at + 1);
  return absl::StartsWith(target, "+") || absl::StartsWith(target, "-");
}

// The relative target of a request; empty if it has none.
struct RelativeTarget {
  std::string operator()(const v1::UpgradeRequest& request) const {
    return Check(request.target());
  }
  std::string operator()(const v1::DowngradeRequest& request) const {
    return Check(request.target());
  }
  std::string operator()(const v1::StampRequest& request) const {
    const auto found = std::find_if(request.targets().begin(), request.targets().end(), IsRelative);
    return found == request.targets().end() ? "" : *found;
  }
  std::string operator()(const v1::WatchRunRequest&) const { return ""; }

 private:
  static std::string Check(const std::string& target) { return IsRelative(target) ? target : ""; }
};

// Why a request whose run may have done a part of its work is not sent again.
absl::Status NotRepeated(v1::ErrorReason reason, absl::string_view what, absl::string_view target) {
  return Error(reason, absl::StrCat(what, "; '", target,
                                    "' counts from what is applied, so the request is not "
                                    "repeated: a part of it may be done"))
      .Hint(
          "'brant status' shows where the database is, and 'brant runs' what ran; then go on "
          "from there");
}

}  // namespace

RunFollower::RunFollower(AgentClient& client, const Interrupts& interrupts, RunView& view)
    : client_(client), interrupts_(interrupts), view_(view) {}

absl::StatusOr<RunOutcome> RunFollower::Start(RunRequest request, MigrationSource& source) {
  own_run_ = true;
  BRANT_ASSIGN_OR_RETURN(const std::string digest, client_.FindDigest(source));
  SetDigest(request, digest);
  return Follow(std::move(request), &source);
}

absl::StatusOr<RunOutcome> RunFollower::Watch(const v1::WatchRunRequest& request) {
  last_sequence_ = request.after_sequence();
  return Follow(request, nullptr);
}

bool RunFollower::WasInterrupted() const {
  if (!own_run_ || client_.connection().is_private()) return false;
  const v1::Run& run = outcome_.run;
  return run.state() == v1::RUN_STATE_INTERRUPTED ||
         (run.state() == v1::RUN_STATE_FAILED &&
          ReasonOf(FromRpcStatus(run.error())) == v1::ERROR_REASON_SHUTTING_DOWN);
}

absl::StatusOr<RunOutcome> RunFollower::Follow(RunRequest request, MigrationSource* source) {
  Connection& connection = client_.connection();
  RetryClock clock = client_.options().clock;
  clock.sleep = [this, sleep = clock.sleep](absl::Duration duration) {
    for (; duration > absl::ZeroDuration() && interrupts_.signal() == 0; duration -= kSlice) {
      sleep(std::min(duration, kSlice));
    }
  };
  Backoff backoff(client_.options().retry_limit, clock);
  bool told = false;
  const std::string relative = std::visit(RelativeTarget(), request);
  RunRequest current = request;
  // The last answer was met by an upload.
  bool uploaded = false;
  for (;;) {
    progressed_ = false;
    absl::Status status = Attempt(current);
    if (outcome_.detached) return outcome_;
    if (finished_ && !WasInterrupted()) return outcome_;
    if (finished_) {
      const std::string what = absl::StrCat("run ", outcome_.run.id(), " was interrupted");
      if (!relative.empty()) {
        return NotRepeated(v1::ERROR_REASON_SHUTTING_DOWN, what, relative);
      }
      status = FromRpcStatus(outcome_.run.error());
      if (status.ok()) status = Error(v1::ERROR_REASON_SHUTTING_DOWN, what);
      finished_ = false;
      run_id_.clear();
    } else if (ReasonOf(status) == v1::ERROR_REASON_BUNDLE_UNKNOWN && source != nullptr) {
      // The agent may have lost it since, or another one answers at the address.
      if (std::exchange(uploaded, true) && !backoff.Pause()) {
        return connection.Explain(std::move(status));
      }
      BRANT_ASSIGN_OR_RETURN(const std::string digest, client_.Upload(*source));
      SetDigest(request, digest);
      current = request;
      continue;
    } else if (ReasonOf(status) == v1::ERROR_REASON_NOT_FOUND && own_run_ && !run_id_.empty()) {
      if (!relative.empty()) {
        return NotRepeated(
            v1::ERROR_REASON_AGENT_UNREACHABLE,
            absl::StrCat("the agent at ", connection.address(), " does not know run ", run_id_),
            relative);
      }
      // This agent does not know the run; the request itself will be understood.
      run_id_.clear();
      current = request;
      continue;
    } else if (!client_.MayRetry(status)) {
      return connection.Explain(std::move(status));
    }
    uploaded = false;
    if (interrupts_.signal() != 0) {
      outcome_.run.set_id(run_id_);
      outcome_.detached = true;
      return outcome_;
    }
    if (progressed_) {
      backoff.Reset();
      told = false;
    }
    current = request;
    if (!run_id_.empty()) {
      v1::WatchRunRequest resume;
      resume.set_run_id(run_id_);
      resume.set_after_sequence(last_sequence_);
      current = resume;
    }
    if (connection.Failed()) continue;
    if (!std::exchange(told, true)) {
      view_.Note(absl::StrCat("Trying again: ", status.message()));
    }
    if (!backoff.Pause()) return connection.Explain(std::move(status));
  }
}

absl::Status RunFollower::Attempt(const RunRequest& request) {
  const std::shared_ptr<grpc::Channel> channel = client_.connection().channel();
  const std::string address = client_.connection().address();
  // Destroyed in the reverse order: the queue last.
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  grpc::Status ended;
  std::unique_ptr<CancelCall> cancel;
  const std::unique_ptr<EventStream> stream = MakeEventStream(request, channel, &context, &queue);
  stream->Start(&kStart);
  bool done = false;
  bool left = false;
  while (!done) {
    void* tag = nullptr;
    bool ok = false;
    switch (queue.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + kTick)) {
      case grpc::CompletionQueue::SHUTDOWN:
        return Error(v1::ERROR_REASON_INTERNAL, "the completion queue was shut down");
      case grpc::CompletionQueue::TIMEOUT:
        view_.Tick();
        break;
      case grpc::CompletionQueue::GOT_EVENT:
        if (tag == &kFinish) {
          done = true;
        } else if (tag != &kCancel) {
          if (tag == &kRead && ok) Deliver(stream->event());
          if (ok) {
            stream->Read(&kRead);
          } else {
            stream->Finish(&ended, &kFinish);
          }
        }
        break;
    }
    if (interrupts_.signal() == 0 || finished_ || done) continue;
    if (own_run_ && client_.connection().is_private()) {
      if (cancel == nullptr && !run_id_.empty()) {
        view_.Note("Cancelling; Ctrl-C again ends this program at once");
        cancel = std::make_unique<CancelCall>(channel, run_id_, &queue);
      }
    } else if (!std::exchange(left, true)) {
      context.TryCancel();
    }
  }
  if (cancel != nullptr) cancel->Abandon();
  queue.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) {
  }
  if (left && !finished_) {
    outcome_.run.set_id(run_id_);
    outcome_.detached = true;
    return absl::OkStatus();
  }
  if (ended.ok() && !finished_) {
    // As if the connection had broken: the run's end is still to come.
    return Error(v1::ERROR_REASON_AGENT_UNREACHABLE,
                 absl::StrCat("the agent at ", address, " ended the stream before the run's end"));
  }
  return FromGrpcStatus(ended, address);
}

void RunFollower::Deliver(const v1::RunEvent& event) {
  run_id_ = event.run_id();
  if (run_id_ != counted_run_) {
    // A repeated request may have led to a run of its own.
    if (!counted_run_.empty()) last_sequence_ = 0;
    counted_run_ = run_id_;
  }
  // After a repeated request the events come from the first on. The end is never
  // dropped: of a run that it only has on record an agent sends nothing else.
  const bool seen = !event.has_heartbeat() && event.sequence() <= last_sequence_;
  if (seen && !event.has_run_finished()) return;
  if (!seen) {
    last_sequence_ = event.sequence();
    progressed_ = true;
  }
  if (event.has_run_finished()) {
    outcome_.run = event.run_finished().run();
    finished_ = true;
    // The view must not take an interruption, which is taken up, for the end.
    if (WasInterrupted()) return;
  }
  view_.Show(event);
}

}  // namespace brant
