#include "agent/runs/status_hub.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "agent/base/error.h"
#include "agent/database/fake_session.h"
#include "agent/migrate/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;

// A database that has version rows, and counts what it is asked.
class CountingDatabase final : public Database {
 public:
  Dialect dialect() const override { return Dialect::kSqlite; }
  std::string DisplayName() const override { return "counting"; }
  absl::StatusOr<std::string> ServerVersion(Session&) override { return "Counting 1"; }
  absl::StatusOr<bool> TableExists(Session&, absl::string_view, absl::string_view) override {
    return true;
  }
  absl::StatusOr<std::unique_ptr<Session>> Connect(const SessionOptions&) override {
    absl::MutexLock lock(&mutex_);
    if (!answering_) return Error(v1::ERROR_REASON_DATABASE_UNREACHABLE, "gone");
    return std::make_unique<CountingSession>(*this);
  }

  void SetRows(std::vector<std::string> rows) {
    absl::MutexLock lock(&mutex_);
    rows_ = std::move(rows);
  }
  // As soon as the rows were read once more.
  void SetRowsOnceRead(std::vector<std::string> rows) {
    absl::MutexLock lock(&mutex_);
    next_rows_ = std::move(rows);
  }
  void Answer(bool answering) {
    absl::MutexLock lock(&mutex_);
    answering_ = answering;
  }
  int queries() const {
    absl::MutexLock lock(&mutex_);
    return queries_;
  }
  // How often somebody looked, or tried to.
  int looks() const {
    absl::MutexLock lock(&mutex_);
    return looks_;
  }
  void AwaitLooks(int count) {
    absl::MutexLock lock(&mutex_);
    auto looked = [this, count]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return looks_ >= count; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&looked), absl::Seconds(30)));
  }

 private:
  class CountingSession final : public FakeSession {
   public:
    explicit CountingSession(CountingDatabase& database) : database_(database) {}
    using Session::Query;
    absl::StatusOr<Rows> Query(absl::string_view sql, absl::Span<const Value>) override {
      return database_.Answer(sql);
    }
    bool IsAlive() const override {
      absl::MutexLock lock(&database_.mutex_);
      return database_.answering_;
    }

   private:
    CountingDatabase& database_;
  };

  absl::StatusOr<Rows> Answer(absl::string_view sql) {
    absl::MutexLock lock(&mutex_);
    ++queries_;
    const bool is_look = absl::StrContains(sql, "version_num");
    if (is_look) ++looks_;
    if (!answering_) return Error(v1::ERROR_REASON_DATABASE_UNREACHABLE, "gone");
    Rows rows;
    if (is_look) {
      for (const std::string& row : rows_) rows.push_back({row});
      if (next_rows_.has_value()) rows_ = *std::exchange(next_rows_, std::nullopt);
    }
    return rows;
  }

  mutable absl::Mutex mutex_;
  bool answering_ ABSL_GUARDED_BY(mutex_) = true;
  std::vector<std::string> rows_ ABSL_GUARDED_BY(mutex_);
  std::optional<std::vector<std::string>> next_rows_ ABSL_GUARDED_BY(mutex_);
  int queries_ ABSL_GUARDED_BY(mutex_) = 0;
  int looks_ ABSL_GUARDED_BY(mutex_) = 0;
};

class StatusHubTest : public ::testing::Test {
 protected:
  ~StatusHubTest() override { worker_.Stop(); }

  // Keeps what it was told last.
  class Subscriber {
   public:
    Subscriber(StatusHub& hub, std::shared_ptr<const Bundle> bundle) {
      auto subscription = hub.Subscribe(std::move(bundle), [this] {
        absl::MutexLock lock(&mutex_);
        ++calls_;
      });
      absl::MutexLock lock(&mutex_);
      subscription_ = std::move(subscription);
    }
    ~Subscriber() {
      std::unique_ptr<StatusHub::Subscription> ended;
      absl::MutexLock lock(&mutex_);
      ended = std::move(subscription_);
      mutex_.Unlock();
      ended.reset();
      mutex_.Lock();
    }
    // Waits until something holds for what is known.
    StatusHub::Latest Await(const std::function<bool(const StatusHub::Latest&)>& holds) {
      absl::MutexLock lock(&mutex_);
      auto condition = [&] { return holds(subscription_->latest()); };
      EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&condition), absl::Seconds(30)));
      return subscription_->latest();
    }
    StatusHub::Latest AwaitFirst() {
      return Await([](const StatusHub::Latest& latest) {
        return latest.status != nullptr || !latest.error.ok();
      });
    }
    StatusHub::Latest AwaitPending(int count) {
      return Await([count](const StatusHub::Latest& latest) {
        return latest.status != nullptr && latest.status->status.pending_count() == count;
      });
    }

   private:
    absl::Mutex mutex_;
    int calls_ ABSL_GUARDED_BY(mutex_) = 0;
    std::unique_ptr<StatusHub::Subscription> subscription_ ABSL_GUARDED_BY(mutex_);
  };

  std::unique_ptr<Subscriber> Subscribe(std::shared_ptr<const Bundle> bundle) {
    return std::make_unique<Subscriber>(hub_, std::move(bundle));
  }

  CountingDatabase database_;
  StateReader state_{&database_, MigratorOptions()};
  StatusReader reader_{state_, "agent", [] { return std::optional<v1::Run>(); }};
  Worker worker_;
  StatusHub hub_{reader_, worker_, absl::Milliseconds(5)};
  std::shared_ptr<const Bundle> bundle_ = MakeLongBundle(3);
};

TEST_F(StatusHubTest, SubscribersAreToldAtOnceAndOfEachChange) {
  auto subscriber = Subscribe(bundle_);
  const StatusHub::Latest first = subscriber->AwaitFirst();
  ASSERT_TRUE(first.error.ok()) << first.error;
  EXPECT_EQ(first.status->status.pending_count(), 3);
  EXPECT_EQ(first.status->status.state(), v1::STATUS_STATE_BEHIND);
  EXPECT_EQ(first.status->status.server_version(), "Counting 1");
  database_.SetRows({"r0002"});
  const StatusHub::Latest second = subscriber->AwaitPending(1);
  EXPECT_THAT(second.status->status.current_revisions(), ElementsAre("r0002"));
  EXPECT_THAT(second.status->applied.revisions, ElementsAre(true, true, false));
}

TEST_F(StatusHubTest, WithoutAChangeNothingIsMadeAgain) {
  auto subscriber = Subscribe(bundle_);
  const StatusHub::Latest first = subscriber->AwaitFirst();
  database_.AwaitLooks(database_.looks() + 5);
  EXPECT_EQ(subscriber->AwaitFirst().status, first.status);
}

// A run ends between the two queries of a look: what it left is told, and not
// where it was.
TEST_F(StatusHubTest, RowsThatMovedDuringALookAreReadAgain) {
  database_.SetRows({"r0001"});
  database_.SetRowsOnceRead({"r0003"});
  ASSERT_TRUE(reader_.Look().ok());
  EXPECT_THAT((*reader_.Compare(bundle_))->status.current_revisions(), ElementsAre("r0003"));
}

TEST_F(StatusHubTest, FiveHundredWaitersCostNoMoreThanOne) {
  std::vector<std::unique_ptr<Subscriber>> subscribers;
  for (int i = 0; i < 500; ++i) subscribers.push_back(Subscribe(bundle_));
  // Others with migrations of their own.
  subscribers.push_back(Subscribe(MakeLongBundle(2)));
  subscribers.push_back(Subscribe(MakeLongBundle(4)));
  for (auto& subscriber : subscribers) ASSERT_NE(subscriber->AwaitFirst().status, nullptr);
  EXPECT_EQ(subscribers[0]->AwaitFirst().status, subscribers[499]->AwaitFirst().status);
  const int looks = database_.looks(), queries = database_.queries();
  database_.AwaitLooks(looks + 20);
  const int more_looks = database_.looks() - looks;
  const int more_queries = database_.queries() - queries;
  // The version rows and the latest run, and one look may be under way.
  EXPECT_LE(more_queries, 2 * (more_looks + 1));
  // A change costs what it does once, not for each.
  const int before = database_.queries(), looks_before = database_.looks();
  database_.SetRows({"r0001"});
  for (auto& subscriber : subscribers) {
    subscriber->Await([](const StatusHub::Latest& latest) {
      return latest.status->status.current_revisions_size() == 1;
    });
  }
  EXPECT_LE(database_.queries() - before, 2 * (database_.looks() - looks_before + 1) + 10);
}

TEST_F(StatusHubTest, NobodyIsAskedForWhomNobodyWaits) {
  Subscribe(bundle_)->AwaitFirst();
  // The hub has seen that nobody is left once it begins anew for the next one.
  const int looks = database_.looks();
  absl::Mutex mutex;
  int turns = 0;
  // Far more turns of the worker than looks are due in that time.
  std::function<void()> turn = [&] {
    absl::MutexLock lock(&mutex);
    if (++turns < 20) worker_.PostAfter(absl::Milliseconds(5), turn);
  };
  worker_.Post(turn);
  absl::MutexLock lock(&mutex);
  auto done = [&] { return turns == 20; };
  mutex.Await(absl::Condition(&done));
  EXPECT_LE(database_.looks() - looks, 1);
}

TEST_F(StatusHubTest, WaitersStayWhileTheDatabaseIsGoneAndNewOnesAreToldSo) {
  auto stays = Subscribe(bundle_);
  stays->AwaitPending(3);
  database_.Answer(false);
  const StatusHub::Latest lost =
      stays->Await([](const StatusHub::Latest& latest) { return !latest.error.ok(); });
  EXPECT_NE(lost.status, nullptr);
  EXPECT_FALSE(lost.stopped);
  for (const auto& bundle : {bundle_, MakeLongBundle(2)}) {
    EXPECT_EQ(ReasonOf(Subscribe(bundle)->AwaitFirst().error),
              v1::ERROR_REASON_DATABASE_UNREACHABLE);
  }
  database_.SetRows({"r0003"});
  database_.Answer(true);
  EXPECT_TRUE(stays->AwaitPending(0).error.ok());
}

TEST_F(StatusHubTest, StoppingTellsEverybody) {
  auto waits = Subscribe(bundle_);
  waits->AwaitFirst();
  hub_.Stop();
  for (auto* subscriber : {waits.get(), Subscribe(bundle_).release()}) {
    const StatusHub::Latest latest =
        subscriber->Await([](const StatusHub::Latest& latest) { return latest.stopped; });
    EXPECT_EQ(ReasonOf(latest.error), v1::ERROR_REASON_SHUTTING_DOWN);
    if (subscriber != waits.get()) delete subscriber;
  }
}

}  // namespace
}  // namespace brant
