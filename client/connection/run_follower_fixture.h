// Runs of a fake agent, followed on a clock that only pauses move.

#ifndef BRANT_CLIENT_CONNECTION_RUN_FOLLOWER_FIXTURE_H_
#define BRANT_CLIENT_CONNECTION_RUN_FOLLOWER_FIXTURE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "client/connection/fake_agent.h"
#include "client/connection/fake_source.h"
#include "client/connection/run_follower.h"
#include "gtest/gtest.h"

namespace brant {

// Keeps what it is shown.
class FakeView : public RunView {
 public:
  void Show(const v1::RunEvent& event) override {
    sequences.push_back(event.sequence());
    on_show();
  }
  void Note(absl::string_view text) override {
    notes.emplace_back(text);
    on_note();
  }

  std::vector<int64_t> sequences;
  std::vector<std::string> notes;
  std::function<void()> on_show = [] {};
  std::function<void()> on_note = [] {};
};

inline v1::RunEvent Event(int64_t sequence, const std::string& run = "run1") {
  v1::RunEvent event;
  event.set_run_id(run);
  event.set_sequence(sequence);
  event.mutable_run_notice()->set_text("x");
  return event;
}

inline v1::RunEvent Last(int64_t sequence, v1::RunState state, const std::string& run = "run1") {
  v1::RunEvent event = Event(sequence, run);
  event.mutable_run_finished()->mutable_run()->set_id(run);
  event.mutable_run_finished()->mutable_run()->set_state(state);
  return event;
}

inline const grpc::Status kBroken(grpc::StatusCode::UNAVAILABLE, "connection reset");

// Makes a remote agent pass for a private one.
class PrivateConnection : public Connection {
 public:
  explicit PrivateConnection(std::unique_ptr<Connection> remote) : remote_(std::move(remote)) {}
  std::shared_ptr<grpc::Channel> channel() override { return remote_->channel(); }
  std::string address() const override { return remote_->address(); }
  bool is_private() const override { return true; }

 private:
  const std::unique_ptr<Connection> remote_;
};

class RunFollowerTest : public ::testing::Test {
 protected:
  absl::StatusOr<RunOutcome> Upgrade(const std::string& addresses) {
    Connect(addresses);
    v1::UpgradeRequest request;
    request.set_request_id("request1");
    request.set_target(target_);
    RunFollower follower(*client_, interrupts_, view_, timeout_);
    return follower.Start(request, source_);
  }

  absl::StatusOr<RunOutcome> Watch(const std::string& run, int64_t after) {
    Connect(agent_.address());
    v1::WatchRunRequest request;
    request.set_run_id(run);
    request.set_after_sequence(after);
    RunFollower follower(*client_, interrupts_, view_);
    return follower.Watch(request);
  }

  void Connect(const std::string& addresses) {
    AgentClientOptions options;
    options.retry_limit = absl::Seconds(10);
    options.clock.now = [this] { return now_; };
    options.clock.sleep = [this](absl::Duration duration) { now_ += duration; };
    std::unique_ptr<Connection> connection = *ConnectRemote(addresses);
    if (private_agent_) connection = std::make_unique<PrivateConnection>(std::move(connection));
    client_ = std::make_unique<AgentClient>(std::move(connection), options);
  }

  absl::Duration waited() const { return now_ - absl::UnixEpoch(); }

  std::string target_ = "head";
  absl::Duration timeout_ = absl::InfiniteDuration();
  bool private_agent_ = false;
  absl::Time now_ = absl::UnixEpoch();
  // Before the agent: its threads may wait for it to the end.
  absl::Notification left_;
  FakeAgent agent_;
  FakeSource source_;
  FakeView view_;
  Interrupts interrupts_;
  std::unique_ptr<AgentClient> client_;
};

}  // namespace brant

#endif  // BRANT_CLIENT_CONNECTION_RUN_FOLLOWER_FIXTURE_H_
