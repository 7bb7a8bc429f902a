#include "agent/base/worker.h"

#include <atomic>
#include <memory>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

using ::testing::ElementsAre;

TEST(WorkerTest, RunsTasksInTheOrderOfPosting) {
  std::vector<int> order;
  absl::Notification done;
  Worker worker;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(worker.Post([&order, i] { order.push_back(i); }));
  }
  worker.Post([&done] { done.Notify(); });
  done.WaitForNotification();
  ASSERT_EQ(order.size(), 1000u);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(order[i], i);
}

TEST(WorkerTest, TasksOfManyThreadsRunOneAtATime) {
  int counter = 0;  // unguarded on purpose: ThreadSanitizer watches
  Worker worker;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) worker.Post([&counter] { ++counter; });
    });
  }
  for (std::thread& thread : threads) thread.join();
  absl::Notification done;
  int seen = 0;
  worker.Post([&] {
    seen = counter;
    done.Notify();
  });
  done.WaitForNotification();
  EXPECT_EQ(seen, 1600);
}

TEST(WorkerTest, SeveralThreadsRunTasksSideBySide) {
  absl::Notification first_begun;
  absl::Notification second_begun;
  Worker worker(2);
  worker.Post([&] {
    first_begun.Notify();
    second_begun.WaitForNotification();
  });
  worker.Post([&] {
    first_begun.WaitForNotification();
    second_begun.Notify();
  });
  second_begun.WaitForNotification();
}

TEST(WorkerTest, ADelayedTaskRunsWhereOneOfSeveralThreadsIsBusy) {
  absl::Notification end;
  absl::Notification done;
  Worker worker(2);
  worker.PostAfter(absl::Milliseconds(20), [&] { done.Notify(); });
  worker.Post([&] { end.WaitForNotification(); });
  done.WaitForNotification();
  end.Notify();
}

TEST(WorkerTest, DelayedTasksRunWhenTheyAreDueAndByDueTime) {
  std::vector<int> order;
  absl::Notification done;
  const absl::Time start = absl::Now();
  Worker worker;
  worker.PostAfter(absl::Milliseconds(60), [&] {
    order.push_back(3);
    done.Notify();
  });
  worker.PostAfter(absl::Milliseconds(30), [&] { order.push_back(2); });
  worker.Post([&] { order.push_back(1); });
  done.WaitForNotification();
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(60));
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST(WorkerTest, PostedTasksDoNotKeepADelayedOneFromRunning) {
  absl::Notification done;
  std::atomic<bool> enough = false;
  Worker worker;
  // There is always a posted task.
  std::function<void()> load = [&] {
    if (!enough) worker.Post(load);
  };
  worker.Post(load);
  worker.Post(load);
  worker.PostAfter(absl::Milliseconds(1), [&] { done.Notify(); });
  EXPECT_TRUE(done.WaitForNotificationWithTimeout(absl::Seconds(30)));
  enough = true;
  worker.Stop();
}

TEST(WorkerTest, StopDropsWhatHasNotBegunBeforeTheTaskUnderWayEnds) {
  absl::Notification begun, may_end, dropped;
  Worker worker;
  worker.Post([&] {
    begun.Notify();
    may_end.WaitForNotification();
  });
  begun.WaitForNotification();
  auto held = std::shared_ptr<void>(nullptr, [&](void*) { dropped.Notify(); });
  worker.Post([held = std::move(held)] {});
  std::thread stopper([&] { worker.Stop(); });
  EXPECT_TRUE(dropped.WaitForNotificationWithTimeout(absl::Seconds(30)));
  may_end.Notify();
  stopper.join();
}

TEST(WorkerTest, AnEarlierDelayedTaskOvertakesTheOneThatIsWaitedFor) {
  absl::Notification done;
  Worker worker;
  worker.PostAfter(absl::Hours(1), [] { FAIL() << "an hour is not over"; });
  worker.PostAfter(absl::Milliseconds(1), [&] { done.Notify(); });
  EXPECT_TRUE(done.WaitForNotificationWithTimeout(absl::Seconds(30)));
}

TEST(WorkerTest, ATaskMayPostMore) {
  absl::Notification done;
  Worker worker;
  std::function<void(int)> chain = [&](int left) {
    if (left == 0) return done.Notify();
    ASSERT_TRUE(worker.Post([&chain, left] { chain(left - 1); }));
  };
  worker.Post([&] { chain(100); });
  done.WaitForNotification();
}

TEST(WorkerTest, StopEndsTheTaskUnderWayAndDropsTheRest) {
  absl::Notification begun, may_end;
  std::atomic<bool> ended = false;
  std::atomic<bool> dropped_ran = false;
  Worker worker;
  worker.Post([&] {
    begun.Notify();
    may_end.WaitForNotification();
    ended = true;
  });
  begun.WaitForNotification();
  worker.Post([&] { dropped_ran = true; });
  worker.PostAfter(absl::ZeroDuration(), [&] { dropped_ran = true; });
  std::thread stopper([&] { worker.Stop(); });
  // From some moment on it takes no more.
  while (worker.Post([&] { dropped_ran = true; })) std::this_thread::yield();
  EXPECT_FALSE(ended);
  may_end.Notify();
  stopper.join();
  EXPECT_TRUE(ended);
  EXPECT_FALSE(dropped_ran);
  EXPECT_FALSE(worker.Post([] {}));
  EXPECT_FALSE(worker.PostAfter(absl::ZeroDuration(), [] {}));
  worker.Stop();  // once more changes nothing
}

// What a dropped task holds may post another one when it goes.
TEST(WorkerTest, DroppedTasksAreDestroyedWithoutTheLock) {
  struct PostsWhenItGoes {
    Worker* worker;
    std::atomic<int>* refused;
    ~PostsWhenItGoes() {
      if (!worker->Post([] {})) ++*refused;
    }
  };
  std::atomic<int> refused = 0;
  Worker worker;
  auto held = std::make_shared<PostsWhenItGoes>(PostsWhenItGoes{&worker, &refused});
  worker.PostAfter(absl::Hours(1), [held] {});
  held.reset();
  worker.Stop();
  EXPECT_EQ(refused, 1);
}

}  // namespace
}  // namespace brant
