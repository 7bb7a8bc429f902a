#include "client/connection/revision_wait.h"

#include <signal.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "agent/base/error.h"
#include "client/connection/fake_agent.h"
#include "client/connection/fake_source.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

const grpc::Status kBroken(grpc::StatusCode::UNAVAILABLE, "connection reset");

v1::WaitForRevisionResponse Pending(int count) {
  v1::WaitForRevisionResponse response;
  response.set_reached(count == 0);
  response.mutable_status()->set_pending_count(count);
  return response;
}

class RevisionWaitTest : public ::testing::Test {
 protected:
  absl::Status Wait(const std::string& addresses) {
    AgentClientOptions options;
    options.retry_limit = absl::Seconds(30);
    options.clock.now = [this] { return now_; };
    options.clock.sleep = [this](absl::Duration duration) { now_ += duration; };
    AgentClient client(*ConnectRemote(addresses), options);
    Pursuit pursuit(client, interrupts_, timeout_,
                    [this](absl::string_view text) { notes_.emplace_back(text); });
    absl::Status status = WaitForRevision(client, pursuit, "head", source_,
                                          [this](const v1::WaitForRevisionResponse& response) {
                                            pending_.push_back(response.status().pending_count());
                                            on_response_();
                                          });
    left_ = pursuit.left();
    return status;
  }

  absl::Duration waited() const { return now_ - absl::UnixEpoch(); }

  absl::Duration timeout_ = absl::InfiniteDuration();
  absl::Time now_ = absl::UnixEpoch();
  // Before the agent: its threads may wait for it to the end.
  absl::Notification over_;
  FakeAgent agent_;
  FakeSource source_;
  Interrupts interrupts_;
  std::function<void()> on_response_ = [] {};
  std::vector<int> pending_;
  std::vector<std::string> notes_;
  Left left_ = Left::kNot;
};

TEST_F(RevisionWaitTest, EndsWhenTheRevisionIsReached) {
  agent_.AddWait({{Pending(2), Pending(1), Pending(0)}});
  EXPECT_TRUE(Wait(agent_.address()).ok());
  EXPECT_THAT(pending_, ElementsAre(2, 1, 0));
  EXPECT_EQ(left_, Left::kNot);
  ASSERT_THAT(agent_.waits(), SizeIs(1));
  EXPECT_EQ(agent_.waits()[0].revision(), "head");
  EXPECT_EQ(agent_.waits()[0].bundle_digest(), "digest");
}

TEST_F(RevisionWaitTest, GoesOnAtTheAgentThatAnswers) {
  FakeAgent other;
  other.AddWait({{Pending(2)}, kBroken});
  agent_.AddWait({{}, GrpcError(Error(v1::ERROR_REASON_DATABASE_UNREACHABLE, "down"))});
  other.AddWait({{Pending(1)}});
  agent_.AddWait({{Pending(0)}});
  EXPECT_TRUE(Wait(absl::StrCat(other.address(), ",", agent_.address())).ok());
  EXPECT_THAT(pending_, ElementsAre(2, 1, 0));
}

TEST_F(RevisionWaitTest, NothingIsLimitedAfterTheFirstContact) {
  agent_.AddWait({{Pending(1)}, kBroken});
  for (int i = 0; i < 50; ++i) agent_.AddWait({{}, kBroken});
  agent_.AddWait({{Pending(0)}});
  EXPECT_TRUE(Wait(agent_.address()).ok());
  EXPECT_GT(waited(), absl::Seconds(60));
}

TEST_F(RevisionWaitTest, FirstContactIsLimited) {
  EXPECT_EQ(ReasonOf(Wait("127.0.0.1:1")), v1::ERROR_REASON_AGENT_UNREACHABLE);
  EXPECT_EQ(waited(), absl::Seconds(30));
}

TEST_F(RevisionWaitTest, UnknownBundleIsUploaded) {
  agent_.AddWait({{}, GrpcError(Error(v1::ERROR_REASON_BUNDLE_UNKNOWN, "unknown"))});
  agent_.AddWait({{Pending(0)}});
  source_.files.digest = "new digest";
  EXPECT_TRUE(Wait(agent_.address()).ok());
  EXPECT_THAT(agent_.uploads(), SizeIs(1));
  EXPECT_EQ(agent_.waits()[1].bundle_digest(), "new digest");
}

TEST_F(RevisionWaitTest, RevisionThatIsNoneIsForGood) {
  agent_.AddWait({{}, GrpcError(Error(v1::ERROR_REASON_REVISION_NOT_FOUND, "none"))});
  EXPECT_EQ(ReasonOf(Wait(agent_.address())), v1::ERROR_REASON_REVISION_NOT_FOUND);
  EXPECT_THAT(agent_.waits(), SizeIs(1));
}

TEST_F(RevisionWaitTest, TimeoutAndSignalsEndIt) {
  agent_.AddWait({{Pending(1)}, kBroken, [this] { over_.WaitForNotification(); }});
  timeout_ = absl::Seconds(60);
  on_response_ = [this] { now_ += absl::Seconds(60); };
  EXPECT_TRUE(Wait(agent_.address()).ok());
  EXPECT_EQ(left_, Left::kTimeout);

  agent_.AddWait({{Pending(1)}, kBroken, [this] { over_.WaitForNotification(); }});
  timeout_ = absl::InfiniteDuration();
  on_response_ = [] { raise(SIGINT); };
  EXPECT_TRUE(Wait(agent_.address()).ok());
  EXPECT_EQ(left_, Left::kSignal);
  over_.Notify();
}

}  // namespace
}  // namespace brant
