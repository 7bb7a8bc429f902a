// Right use of each kind of synchronization: under ThreadSanitizer this test
// fails if one of them is not understood. A wrong use must still be found, which
// tools/tsan/check-race looks after.

#include <thread>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

constexpr int kRounds = 1000;

struct Counter {
  absl::Mutex mutex;
  absl::CondVar changed;
  int value ABSL_GUARDED_BY(mutex) = 0;

  bool Even() const ABSL_SHARED_LOCKS_REQUIRED(mutex) { return value % 2 == 0; }
  bool Odd() const ABSL_SHARED_LOCKS_REQUIRED(mutex) { return value % 2 != 0; }
};

TEST(SynchronizationTest, Lock) {
  Counter counter;
  auto count = [&counter] {
    for (int i = 0; i < kRounds; ++i) {
      absl::MutexLock lock(&counter.mutex);
      ++counter.value;
    }
  };
  std::thread other(count);
  count();
  other.join();
  absl::ReaderMutexLock lock(&counter.mutex);
  EXPECT_EQ(counter.value, 2 * kRounds);
}

TEST(SynchronizationTest, Await) {
  Counter counter;
  std::thread other([&counter] {
    for (int i = 0; i < kRounds; ++i) {
      absl::MutexLock lock(&counter.mutex, absl::Condition(&counter, &Counter::Odd));
      ++counter.value;
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    absl::MutexLock lock(&counter.mutex);
    counter.mutex.Await(absl::Condition(&counter, &Counter::Even));
    ++counter.value;
  }
  other.join();
  absl::MutexLock lock(&counter.mutex);
  EXPECT_EQ(counter.value, 2 * kRounds);
}

TEST(SynchronizationTest, ConditionVariable) {
  Counter counter;
  std::thread other([&counter] {
    absl::MutexLock lock(&counter.mutex);
    while (counter.value < kRounds) counter.changed.Wait(&counter.mutex);
    counter.value = -1;
  });
  for (int i = 0; i < kRounds; ++i) {
    absl::MutexLock lock(&counter.mutex);
    ++counter.value;
    counter.changed.SignalAll();
  }
  other.join();
  absl::MutexLock lock(&counter.mutex);
  EXPECT_EQ(counter.value, -1);
}

TEST(SynchronizationTest, Notification) {
  absl::Notification written;
  int value = 0;
  std::thread other([&] {
    value = 1;
    written.Notify();
  });
  written.WaitForNotification();
  EXPECT_EQ(value, 1);
  other.join();
}

}  // namespace
}  // namespace brant
