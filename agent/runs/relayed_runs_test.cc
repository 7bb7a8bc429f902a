#include "agent/runs/relayed_runs.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "agent/base/error.h"
#include "agent/base/timestamp.h"
#include "agent/database/open.h"
#include "agent/database/url.h"
#include "agent/migrate/journal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A database in memory, in whose journal the test writes what another agent
// would.
class RelayedRunsTest : public ::testing::Test {
 protected:
  RelayedRunsTest()
      : database_(OpenDatabase(ParseDatabaseUrl("sqlite://").value()).value()),
        session_(database_->Connect(SessionOptions()).value()),
        journal_(StateTables(Dialect::kSqlite, "main", "brant_version")),
        reader_(database_.get(), MigratorOptions()) {}
  ~RelayedRunsTest() override { worker_.Stop(); }

  void Write(const std::vector<BoundStatement>& statements) {
    const absl::Status status = session_->Batch(statements);
    ASSERT_TRUE(status.ok()) << status;
  }
  void Begin(const std::string& id, int64_t epoch) {
    ASSERT_TRUE(journal_.Prepare(*session_).ok());
    run_.set_id(id);
    run_.set_epoch(epoch);
    run_.set_state(v1::RUN_STATE_RUNNING);
    *run_.mutable_create_time() = ToTimestamp(absl::Now());
    *run_.mutable_start_time() = ToTimestamp(absl::Now());
    Write(journal_.BeginRun(run_, "1", /*shows_life=*/true));
  }
  // One whose agent never showed that it lives.
  void BeginSilently(const std::string& id) {
    ASSERT_TRUE(journal_.Prepare(*session_).ok());
    run_.set_id(id);
    run_.set_epoch(1);
    run_.set_state(v1::RUN_STATE_RUNNING);
    *run_.mutable_create_time() = run_.start_time();
    Write(journal_.BeginRun(run_, "1", /*shows_life=*/false));
  }
  void Record(int64_t first, int64_t last) {
    std::vector<v1::RunEvent> events;
    for (int64_t i = first; i <= last; ++i) {
      v1::RunEvent& event = events.emplace_back();
      event.set_run_id(run_.id());
      event.set_sequence(i);
      event.mutable_run_notice()->set_text(absl::StrCat("event ", i));
    }
    Write(journal_.InsertEvents(events));
  }
  void End(v1::RunState state) {
    run_.set_state(state);
    *run_.mutable_end_time() = ToTimestamp(absl::Now());
    Write({journal_.UpdateRun(run_)});
  }

  // Waits until the log is so far.
  static void Await(EventLog& log, const std::function<bool()>& so_far) {
    absl::Mutex mutex;
    bool reached = false;
    auto look = [&] {
      absl::MutexLock lock(&mutex);
      reached = reached || so_far();
    };
    auto subscription = log.Subscribe(look);
    look();
    {
      absl::MutexLock lock(&mutex);
      EXPECT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&reached), absl::Seconds(30)));
    }
  }
  static void AwaitEvents(EventLog& log, int64_t count) {
    Await(log, [&] { return log.After(count - 1) != nullptr; });
  }
  static void AwaitEnd(EventLog& log) {
    Await(log, [&] { return log.finished() || !log.closed().ok(); });
  }
  static std::vector<std::string> Texts(const EventLog& log) {
    std::vector<std::string> texts;
    int64_t sequence = 0;
    while (const v1::RunEvent* event = log.After(sequence)) {
      EXPECT_EQ(event->sequence(), ++sequence);
      texts.push_back(event->has_run_finished() ? RunStateName(event->run_finished().run().state())
                                                : event->run_notice().text());
    }
    return texts;
  }

  std::unique_ptr<Database> database_;
  std::unique_ptr<Session> session_;
  const Journal journal_;
  StateReader reader_;
  v1::Run run_;
  Worker worker_;
  RelayedRuns relays_{reader_, worker_, absl::Milliseconds(5)};
};

TEST_F(RelayedRunsTest, EventsComeWithTheirNumbersUntilTheRowIsFinal) {
  Begin("r", 1);
  Record(1, 2);
  auto log = relays_.Follow("r").value();
  AwaitEvents(*log, 2);
  EXPECT_THAT(Texts(*log), ElementsAre("event 1", "event 2"));
  Record(3, 3);
  AwaitEvents(*log, 3);
  End(v1::RUN_STATE_SUCCEEDED);
  AwaitEnd(*log);
  EXPECT_THAT(Texts(*log), ElementsAre("event 1", "event 2", "event 3", "succeeded"));
  EXPECT_EQ(log->Last()->run_id(), "r");
}

TEST_F(RelayedRunsTest, ARunThatHasEndedIsTold) {
  Begin("r", 1);
  Record(1, 4);
  End(v1::RUN_STATE_FAILED);
  auto log = relays_.Follow("r").value();
  AwaitEnd(*log);
  EXPECT_THAT(Texts(*log), ElementsAre("event 1", "event 2", "event 3", "event 4", "failed"));
}

// Its successor marks it.
TEST_F(RelayedRunsTest, ARunWhoseAgentIsGoneEndsWhenTheNextOneBegins) {
  Begin("r", 1);
  Record(1, 1);
  auto log = relays_.Follow("r").value();
  AwaitEvents(*log, 1);
  EXPECT_FALSE(log->finished());
  Begin("next", 2);
  AwaitEnd(*log);
  EXPECT_THAT(Texts(*log), ElementsAre("event 1", "interrupted"));
}

TEST_F(RelayedRunsTest, FollowersShareALogThatIsReadOnlyWhileItIsHeld) {
  Begin("r", 1);
  auto log = relays_.Follow("r").value();
  EXPECT_EQ(relays_.Follow("r").value(), log);
  const std::weak_ptr<EventLog> weak = log;
  log.reset();
  // Whatever reads it at the moment lets go of it.
  while (!weak.expired()) std::this_thread::yield();
  Record(1, 1);
  AwaitEvents(*relays_.Follow("r").value(), 1);
}

TEST_F(RelayedRunsTest, ARunThatIsNotThereIsNotFound) {
  for (bool with_tables : {false, true}) {
    if (with_tables) Begin("r", 1);
    auto log = relays_.Follow("nope").value();
    AwaitEnd(*log);
    EXPECT_EQ(ReasonOf(log->closed()), v1::ERROR_REASON_NOT_FOUND);
    EXPECT_THAT(Texts(*log), IsEmpty());
  }
}

// As an agent of before there were events left it.
TEST_F(RelayedRunsTest, ARunOfAnEarlierFormatHasItsEndAlone) {
  Begin("r", 1);
  End(v1::RUN_STATE_CANCELLED);
  Write({{"DROP TABLE brant_events", {}}, {"DROP TABLE brant_progress", {}}});
  auto log = relays_.Follow("r").value();
  AwaitEnd(*log);
  EXPECT_THAT(Texts(*log), ElementsAre("cancelled"));
}

TEST_F(RelayedRunsTest, StoppingClosesWhatHasNotEnded) {
  Begin("r", 1);
  Record(1, 1);
  auto log = relays_.Follow("r").value();
  AwaitEvents(*log, 1);
  relays_.Stop();
  EXPECT_EQ(ReasonOf(log->closed()), v1::ERROR_REASON_SHUTTING_DOWN);
  EXPECT_EQ(ReasonOf(relays_.Follow("r").status()), v1::ERROR_REASON_SHUTTING_DOWN);
}

TEST_F(RelayedRunsTest, ARunWhoseAgentIsGoneIsNotFollowedForEver) {
  *run_.mutable_start_time() = ToTimestamp(absl::Now() - absl::Hours(1));
  BeginSilently("dead");
  RelayedRuns runs(reader_, worker_, absl::Milliseconds(20));
  auto log = runs.Follow("dead").value();
  absl::Notification closed;
  auto subscription = log->Subscribe([&] {
    if (!log->closed().ok() && !closed.HasBeenNotified()) closed.Notify();
  });
  ASSERT_TRUE(closed.WaitForNotificationWithTimeout(absl::Seconds(30)));
  EXPECT_EQ(ReasonOf(log->closed()), v1::ERROR_REASON_AGENT_LOST);
  EXPECT_THAT(std::string(log->closed().message()), ::testing::HasSubstr("run dead"));
  EXPECT_NE(ErrorDetail(log->closed(), "hint"), "");
}

}  // namespace
}  // namespace brant
