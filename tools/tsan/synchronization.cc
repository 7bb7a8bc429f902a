// Tells ThreadSanitizer what absl::Mutex, CondVar and Notification do.
//
// Debian's Abseil is not built with -fsanitize=thread, so ThreadSanitizer sees
// none of its locking and would report every guarded variable as a race. The
// linker puts the functions below around Abseil's own (--wrap, see BUILD.bazel);
// each announces what the real one is about to do, and did. While a mutex is
// being locked or unlocked the sanitizer looks away, so conditions that Abseil
// evaluates on behalf of other threads are not reported either.

#include <sanitizer/tsan_interface.h>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

// Races within code that was built without the sanitizer, or seen through it.
// gRPC is not among it: its threads hand over by atomics that nobody announces,
// so tests that use it can't be judged.
extern "C" const char* __tsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "race:google::protobuf::\n"
         "called_from_lib:libpq.so\n"
         "called_from_lib:libpqxx\n"
         "called_from_lib:libmariadb.so\n";
}

namespace {

using absl::Condition;
using absl::CondVar;
using absl::Duration;
using absl::Mutex;
using absl::Notification;
using absl::Time;

constexpr unsigned kWrite = 0;
constexpr unsigned kRead = __tsan_mutex_read_lock;

template <typename Function>
void Locking(Mutex* mutex, unsigned flags, Function real) {
  __tsan_mutex_pre_lock(mutex, flags);
  real();
  __tsan_mutex_post_lock(mutex, flags, 0);
}

template <typename Function>
bool Trying(Mutex* mutex, unsigned flags, Function real) {
  flags |= __tsan_mutex_try_lock;
  __tsan_mutex_pre_lock(mutex, flags);
  const bool taken = real();
  __tsan_mutex_post_lock(mutex, taken ? flags : flags | __tsan_mutex_try_lock_failed, 0);
  return taken;
}

template <typename Function>
void Unlocking(Mutex* mutex, unsigned flags, Function real) {
  __tsan_mutex_pre_unlock(mutex, flags);
  real();
  __tsan_mutex_post_unlock(mutex, flags);
}

// Gives the mutex away while it waits, and has it again afterwards. Whoever
// waits under a reader's lock is taken for a writer: nothing tells which it is.
template <typename Function>
void Waiting(Mutex* mutex, Function real) {
  Unlocking(mutex, kWrite, [] {});
  Locking(mutex, kWrite, real);
}

// Notify() comes before what follows a wait; the address only has to be the same.
void* PointOf(const Notification* notification) { return const_cast<Notification*>(notification); }

}  // namespace

// A wrapper and the function that it wraps, by their mangled names.
#define WRAP(result, symbol, name, ...)                     \
  extern "C" {                                              \
  result Real##name(__VA_ARGS__) __asm__("__real_" symbol); \
  result Wrap##name(__VA_ARGS__) __asm__("__wrap_" symbol); \
  }                                                         \
  result Wrap##name(__VA_ARGS__)

#define ABSL_CLASS(length, name) "_ZN4absl7debian3" #length #name

WRAP(void, ABSL_CLASS(5, MutexD1Ev), Destroy, Mutex* mutex) {
  __tsan_mutex_destroy(mutex, __tsan_mutex_not_static);
  RealDestroy(mutex);
}

WRAP(void, ABSL_CLASS(5, Mutex4LockEv), Lock, Mutex* mutex) {
  Locking(mutex, kWrite, [&] { RealLock(mutex); });
}

WRAP(void, ABSL_CLASS(5, Mutex10ReaderLockEv), ReaderLock, Mutex* mutex) {
  Locking(mutex, kRead, [&] { RealReaderLock(mutex); });
}

WRAP(bool, ABSL_CLASS(5, Mutex7TryLockEv), TryLock, Mutex* mutex) {
  return Trying(mutex, kWrite, [&] { return RealTryLock(mutex); });
}

WRAP(bool, ABSL_CLASS(5, Mutex13ReaderTryLockEv), ReaderTryLock, Mutex* mutex) {
  return Trying(mutex, kRead, [&] { return RealReaderTryLock(mutex); });
}

WRAP(void, ABSL_CLASS(5, Mutex6UnlockEv), Unlock, Mutex* mutex) {
  Unlocking(mutex, kWrite, [&] { RealUnlock(mutex); });
}

WRAP(void, ABSL_CLASS(5, Mutex12ReaderUnlockEv), ReaderUnlock, Mutex* mutex) {
  Unlocking(mutex, kRead, [&] { RealReaderUnlock(mutex); });
}

WRAP(void, ABSL_CLASS(5, Mutex8LockWhenERKNS0_9ConditionE), LockWhen, Mutex* mutex,
     const Condition& condition) {
  Locking(mutex, kWrite, [&] { RealLockWhen(mutex, condition); });
}

WRAP(void, ABSL_CLASS(5, Mutex14ReaderLockWhenERKNS0_9ConditionE), ReaderLockWhen, Mutex* mutex,
     const Condition& condition) {
  Locking(mutex, kRead, [&] { RealReaderLockWhen(mutex, condition); });
}

WRAP(bool, ABSL_CLASS(5, Mutex19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE),
     LockWhenWithTimeout, Mutex* mutex, const Condition& condition, Duration timeout) {
  bool met = false;
  Locking(mutex, kWrite, [&] { met = RealLockWhenWithTimeout(mutex, condition, timeout); });
  return met;
}

WRAP(bool, ABSL_CLASS(5, Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE),
     LockWhenWithDeadline, Mutex* mutex, const Condition& condition, Time deadline) {
  bool met = false;
  Locking(mutex, kWrite, [&] { met = RealLockWhenWithDeadline(mutex, condition, deadline); });
  return met;
}

WRAP(void, ABSL_CLASS(5, Mutex5AwaitERKNS0_9ConditionE), Await, Mutex* mutex,
     const Condition& condition) {
  Waiting(mutex, [&] { RealAwait(mutex, condition); });
}

WRAP(bool, ABSL_CLASS(5, Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE), AwaitWithTimeout,
     Mutex* mutex, const Condition& condition, Duration timeout) {
  bool met = false;
  Waiting(mutex, [&] { met = RealAwaitWithTimeout(mutex, condition, timeout); });
  return met;
}

WRAP(bool, ABSL_CLASS(5, Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE), AwaitWithDeadline,
     Mutex* mutex, const Condition& condition, Time deadline) {
  bool met = false;
  Waiting(mutex, [&] { met = RealAwaitWithDeadline(mutex, condition, deadline); });
  return met;
}

WRAP(void, ABSL_CLASS(7, CondVar4WaitEPNS0_5MutexE), Wait, CondVar* variable, Mutex* mutex) {
  Waiting(mutex, [&] { RealWait(variable, mutex); });
}

WRAP(bool, ABSL_CLASS(7, CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE), WaitWithTimeout,
     CondVar* variable, Mutex* mutex, Duration timeout) {
  bool expired = false;
  Waiting(mutex, [&] { expired = RealWaitWithTimeout(variable, mutex, timeout); });
  return expired;
}

WRAP(bool, ABSL_CLASS(7, CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE), WaitWithDeadline,
     CondVar* variable, Mutex* mutex, Time deadline) {
  bool expired = false;
  Waiting(mutex, [&] { expired = RealWaitWithDeadline(variable, mutex, deadline); });
  return expired;
}

WRAP(void, ABSL_CLASS(12, Notification6NotifyEv), Notify, Notification* notification) {
  __tsan_release(PointOf(notification));
  RealNotify(notification);
}

WRAP(void, "_ZNK4absl7debian312Notification19WaitForNotificationEv", WaitForNotification,
     const Notification* notification) {
  RealWaitForNotification(notification);
  __tsan_acquire(PointOf(notification));
}

WRAP(bool, "_ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE",
     WaitForNotificationWithTimeout, const Notification* notification, Duration timeout) {
  const bool notified = RealWaitForNotificationWithTimeout(notification, timeout);
  if (notified) __tsan_acquire(PointOf(notification));
  return notified;
}
