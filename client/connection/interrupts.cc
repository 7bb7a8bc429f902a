#include "client/connection/interrupts.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

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
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
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

}  // namespace brant
