#include "client/connection/interrupts.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "absl/time/clock.h"

namespace brant {
namespace {

// Restores the cursor that a live line may have hidden.
constexpr char kShowCursor[] = "\x1b[?25h\n";

std::atomic<int> noted_signal{0};
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

void Note(int signal) {
  int none = 0;
  if (noted_signal.compare_exchange_strong(none, signal)) return;
  if (isatty(STDOUT_FILENO)) {
    (void)!write(STDOUT_FILENO, kShowCursor, sizeof(kShowCursor) - 1);
  }
  _exit(128 + signal);
}

void Handle(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  // Without SA_RESTART, so that a sleep ends early.
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

Interrupts::Interrupts() {
  noted_signal = 0;
  Handle(Note);
}

Interrupts::~Interrupts() { Handle(SIG_DFL); }

int Interrupts::signal() const { return noted_signal; }

void Interrupts::Sleep(absl::Duration duration) const {
  // In slices: the signal may be delivered to another thread.
  constexpr absl::Duration kSlice = absl::Milliseconds(100);
  const absl::Time end = absl::Now() + duration;
  for (absl::Duration left = duration; left > absl::ZeroDuration() && noted_signal == 0;
       left = end - absl::Now()) {
    poll(nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(std::min(left, kSlice)) + 1));
  }
}

}  // namespace brant
