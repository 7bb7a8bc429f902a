// A race on purpose: two threads count without the lock that they should hold.

#include <cstdio>
#include <thread>

#include "absl/synchronization/mutex.h"

int main() {
  absl::Mutex mutex;
  int value = 0;
  auto count = [&value] {
    for (int i = 0; i < 1000; ++i) ++value;
  };
  std::thread other(count);
  count();
  other.join();
  absl::MutexLock lock(&mutex);
  std::printf("%d\n", value);
}
