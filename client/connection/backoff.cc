#include "client/connection/backoff.h"

#include <algorithm>
#include <random>
#include <utility>

namespace brant {
namespace {

constexpr absl::Duration kFirst = absl::Milliseconds(100);
constexpr absl::Duration kLongest = absl::Seconds(2);
constexpr double kGrowth = 1.6;

}  // namespace

Backoff::Backoff(absl::Duration limit, RetryClock clock)
    : limit_(limit), clock_(std::move(clock)), next_(kFirst) {}

bool Backoff::Pause() {
  const absl::Time now = clock_.now();
  first_failure_ = std::min(first_failure_, now);
  const absl::Duration left = first_failure_ + limit_ - now;
  if (left <= absl::ZeroDuration()) return false;
  static thread_local std::minstd_rand random(std::random_device{}());
  const double share = std::uniform_real_distribution<double>(0.5, 1.0)(random);
  clock_.sleep(std::min(next_ * share, left));
  next_ = std::min(next_ * kGrowth, kLongest);
  return true;
}

void Backoff::Reset() {
  first_failure_ = absl::InfiniteFuture();
  next_ = kFirst;
}

void Backoff::Lift() { limit_ = absl::InfiniteDuration(); }

}  // namespace brant
